"""`ha-deblur deblur`, run on files as people have them."""

import io
import os
import subprocess
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

import ha_deblur
from ha_deblur import model_directory, presets
from ha_deblur.files.photo_files import icc_profiles
from tests.conftest import ROOT
from tests.mutated_files import mutated


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    """A model directory whose model gives every picture back."""
    from ha_deblur import MultiScaleDeblur
    directory = tmp_path_factory.mktemp("untrained")
    preset = presets.get("tiny")
    model_directory.save(MultiScaleDeblur(preset), preset, directory)
    return directory


@pytest.fixture
def deblur(command, untrained, tmp_path):
    def run(*arguments):
        return command("ha_deblur.commands", "deblur", *arguments,
                       f"--model={untrained}", f"--output={tmp_path / 'out'}")
    return run


def test_a_folder_is_mirrored_and_colours_alpha_and_metadata_are_kept(
        deblur, photos, tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    (source / "deep" / "er").mkdir(parents=True)
    rgb = photos(45, 60)
    Image.fromarray(rgb).save(source / "a.png", dpi=(300, 300))
    alpha = np.arange(45 * 60, dtype=np.uint8).reshape(45, 60)
    Image.fromarray(np.dstack([rgb, alpha])).save(source / "deep" / "b.png")
    Image.fromarray(rgb[..., 0]).save(
        source / "deep" / "er" / "gray.png",
        icc_profile=icc_profiles.of_gamma(1.0, gray=True))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to view
    exif[0x010F] = "Camera"
    Image.fromarray(rgb).save(
        source / "turned.jpg", quality=95, exif=exif, icc_profile=b"profile")
    (source / "notes.txt").write_text("no picture")

    done = deblur(source, "--save=sharp,comparison")
    assert done.returncode == 0, done.stderr
    assert "4 of 4 files" in done.stdout
    result = Image.open(out / "a.png")
    np.testing.assert_array_equal(np.asarray(result), rgb)
    assert round(result.info["dpi"][0]) == 300
    result = np.asarray(Image.open(out / "deep" / "b.png"))
    np.testing.assert_array_equal(result, np.dstack([rgb, alpha]))
    result = Image.open(out / "deep" / "er" / "gray.png")
    assert result.mode == "L"
    np.testing.assert_array_equal(np.asarray(result), rgb[..., 0])
    result = Image.open(out / "turned.jpg")
    assert result.size == (45, 60)  # upright
    assert result.getexif().get(0x0112, 1) == 1
    assert result.getexif()[0x010F] == "Camera"
    assert result.info["icc_profile"] == b"profile"
    difference = np.asarray(result).astype(int) - np.rot90(rgb, -1)
    assert np.abs(difference).mean() < 2
    assert Image.open(out / "a-comparison.png").size == (120, 45)
    both = Image.open(out / "deep" / "er" / "gray-comparison.png")
    assert both.mode == "RGB" and "icc_profile" not in both.info
    assert not list(out.rglob(".*"))


def test_a_bad_file_is_named_and_the_others_are_done(
        deblur, photos, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    Image.fromarray(photos(40, 40)).save(source / "good.png")
    cut = (source / "good.png").read_bytes()[:200]
    (source / "cut.png").write_bytes(cut)
    (source / "empty.jpg").write_bytes(b"")
    Image.fromarray(np.zeros([8, 8], np.float32)).save(source / "deep.tif")
    done = deblur(source)
    assert done.returncode == 1
    assert "1 of 4 files" in done.stdout
    for name in ("cut.png", "empty.jpg", "deep.tif"):
        assert f"left out: {source / name}" in done.stderr
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["good.png"]


def test_boxes_replace_attention(deblur, photos, tmp_path):
    from ha_deblur.annotations import coco
    Image.fromarray(photos(40, 50)).save(tmp_path / "a.png")
    coco.write(tmp_path / "boxes.json", [
        ("a.png", 50, 40, [[10, 5, 20, 30]])])
    done = deblur(tmp_path / "a.png", f"--boxes={tmp_path / 'boxes.json'}",
                  "--save=attention,foreground,background")
    assert done.returncode == 0, done.stderr
    attention = np.asarray(Image.open(tmp_path / "out" / "a-attention.png"))
    expected = np.zeros([40, 50], np.uint8)
    expected[5:35, 10:30] = 255
    np.testing.assert_array_equal(attention, expected)
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "a-attention.png", "a-foreground.png", "a-background.png"}


def test_an_input_is_never_overwritten(command, untrained, photos, tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(photos(40, 50)).save(path)
    before = path.read_bytes()
    done = command("ha_deblur.commands", "deblur", path,
                   f"--model={untrained}", f"--output={tmp_path}")
    assert done.returncode == 2
    assert "never overwritten" in done.stderr
    assert path.read_bytes() == before


def test_a_folder_of_damaged_files_is_gone_through(deblur, photos, tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    generator = np.random.default_rng(1)
    sound = []
    for ending in ("jpg", "png", "webp", "tif", "gif", "bmp"):
        buffer = io.BytesIO()
        Image.fromarray(photos(40, 50)).save(buffer, {
            "jpg": "JPEG", "tif": "TIFF"}.get(ending, ending.upper()))
        sound.append(buffer.getvalue())
        for number in range(5):
            (source / f"{ending}{number}.{ending}").write_bytes(
                mutated(buffer.getvalue(), generator, sound))
    (source / "good.png").write_bytes(sound[1])
    done = deblur(source, "--suffix=-s")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    refused = [line for line in done.stderr.splitlines()
               if line.startswith("left out: ")]
    written = list(out.iterdir())
    assert len(refused) + len(written) == 31 and len(refused) > 10
    assert out / "good-s.png" in written
    for path in written:
        Image.open(path).load()


def test_a_photo_goes_through_standard_input_and_output(
        untrained, photos, tmp_path):
    pixels = photos(40, 50).astype(np.uint16) * 257
    deep = io.BytesIO()
    tifffile.imwrite(deep, pixels, photometric="rgb")
    done = subprocess.run(
        [sys.executable, "-m", "ha_deblur.commands", "deblur", "-",
         "--format=png", f"--model={untrained}"], cwd=ROOT,
        input=deep.getvalue(), capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    import tensorflow as tf
    np.testing.assert_array_equal(
        tf.io.decode_png(done.stdout, dtype=tf.uint16).numpy(), pixels)


def test_what_is_there_is_skipped_and_a_dry_run_writes_nothing(
        command, photos, tmp_path):
    for name in ("a.png", "b.png"):
        Image.fromarray(photos(40, 50)).save(tmp_path / name)
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.jpg").write_text("as it was")
    run = ("ha_deblur.commands", "deblur", tmp_path / "*.png", "--format=jpg",
           "--skip_existing", "--model=absent", f"--output={out}")
    done = command(*run, "--dry_run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{tmp_path / 'b.png'} -> {out / 'b.jpg'}", "1 to do, 1 there already"]
    done = command(*run, "--boxes=1,2,3,4")
    assert done.returncode == 2 and "are of one photo" in done.stderr
    done = command(*run, f"--output={out / 'a.jpg'}")  # told before the model
    assert done.returncode == 2 and "can't be written to" in done.stderr
    (out / "b.jpg").touch()
    done = command(*run)  # doesn't miss the model
    assert done.returncode == 0 and "all results are there" in done.stdout
    assert (out / "a.jpg").read_text() == "as it was"


def test_a_mask_and_the_ways_to_compute_are_passed_on(
        deblur, photos, tmp_path):
    rgb = photos(120, 90)
    Image.fromarray(rgb).save(tmp_path / "a.png")
    mask = np.zeros([120, 90], np.uint8)
    mask[20:80, 30:60] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    done = deblur(
        tmp_path / "a.png", f"--mask={tmp_path / 'mask.png'}", "--people_only",
        "--self_ensemble", "--tile=64", "--memory=1GB",
        "--save=sharp,attention,comparison,foreground,background")
    assert done.returncode == 0, done.stderr
    made = {path.stem: np.asarray(Image.open(path))
            for path in (tmp_path / "out").iterdir()}
    np.testing.assert_array_equal(made["a"], rgb)
    np.testing.assert_array_equal(made["a-attention"], mask)
    np.testing.assert_array_equal(
        made["a-comparison"], np.concatenate([rgb, rgb], axis=1))
    assert made["a-foreground"].shape == made["a-background"].shape == rgb.shape


def test_two_inputs_of_one_name_are_refused(deblur, photos, tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        Image.fromarray(photos(40, 50)).save(tmp_path / folder / "a.png")
    done = deblur(tmp_path / "x" / "a.png", tmp_path / "y" / "a.png")
    assert done.returncode == 2
    assert "would both become" in done.stderr


@pytest.mark.parametrize("arguments, message", [
    ((), "name the photos"),
    (("nowhere.jpg",), "nowhere.jpg: no such file"),
    (("tests", "--save=everything"), "--save"),
    (("data_prep",), "no photos"),
    (("docs/demo.jpg", "--boxes=1,2,3"), "'1,2,3' is no box"),
    (("docs", "--memory=much"), "'much' is no amount"),
    (("docs", "--max_pixels=-1"), "max_pixels"),
])
def test_what_the_user_gave_wrong_is_one_line_and_exit_code_2(
        deblur, arguments, message):
    done = deblur(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_and_unknown_commands(command):
    done = command("ha_deblur.commands", "--help")
    assert done.returncode == 0 and "ha-deblur deblur" in done.stdout
    assert "--version" in done.stdout
    done = command("ha_deblur.commands", "deblur", "--help")
    assert done.returncode == 0 and "--boxes" in done.stdout
    done = command("ha_deblur.commands", "sharpen")
    assert done.returncode == 2 and "no command" in done.stderr


def test_a_folder_as_people_have_it_is_done_but_for_what_is_named(
        deblur, photos, tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    names = [os.fsdecode(b"caf\xe9.png"), "a\nb.png", "-x.PNG",
             "n" * 251 + ".png"]
    for name in (*names, "IMG.png"):
        with (source / name).open("wb") as file:
            Image.fromarray(photos(8, 8)).save(file, "PNG")
    (source / "IMG.jpg").write_bytes((source / "IMG.png").read_bytes())
    (source / "gone.jpg").symlink_to("nowhere.jpg")
    (source / "empty.png").touch()
    out.mkdir()
    (out / "-x.png.partial").write_text("a person's own")
    done = deblur(source, "--format=png")
    assert done.returncode == 1
    assert "4 of 5 files sharpened" in done.stdout
    left_out = [line for line in done.stderr.splitlines()
                if line.startswith("left out: ")]
    assert left_out == [
        f"left out: {source}/gone.jpg: is a link that leads nowhere",
        f"left out: {source}/IMG.jpg and {source}/IMG.png would both become "
        f"{out}/IMG.png; deblur them into different folders",
        f"left out: {source}/empty.png: can't be read as a picture (it is "
        "empty)"]
    assert {path.name for path in out.iterdir()} == {
        *names[:2], "-x.png", names[3], "-x.png.partial"}
    assert (out / "-x.png.partial").read_text() == "a person's own"
    done = deblur(source, "--format=png", "--dry_run", "--skip_existing")
    assert done.returncode == 1
    assert "1 to do, 4 there already" in done.stdout


def test_the_version_is_told_without_tensorflow():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ha_deblur.commands",
         "--version"], cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 0
    assert done.stdout == f"ha-deblur {ha_deblur.__version__}\n"
    assert "ha_deblur" in done.stderr and "tensorflow" not in done.stderr
