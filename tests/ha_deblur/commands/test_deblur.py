"""`ha-deblur deblur`, run on files as people have them."""

import numpy as np
import pytest
from PIL import Image

from ha_deblur import model_directory, presets


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
    Image.fromarray(rgb[..., 0]).save(source / "deep" / "er" / "gray.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to view
    exif[0x010F] = "Camera"
    Image.fromarray(rgb).save(
        source / "turned.jpg", quality=95, exif=exif, icc_profile=b"profile")
    (source / "notes.txt").write_text("no picture")

    done = deblur(source, "--save=sharp,comparison")
    assert done.returncode == 0, done.stderr
    assert "4 of 4 photos" in done.stdout
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
    assert not list(out.rglob(".partial*"))


def test_a_bad_file_is_named_and_the_others_are_done(
        deblur, photos, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    Image.fromarray(photos(40, 40)).save(source / "good.png")
    cut = (source / "good.png").read_bytes()[:200]
    (source / "cut.png").write_bytes(cut)
    (source / "empty.jpg").write_bytes(b"")
    Image.fromarray(np.zeros([8, 8], np.uint16)).save(source / "deep.png")
    done = deblur(source)
    assert done.returncode == 1
    assert "1 of 4 photos" in done.stdout
    for name in ("cut.png", "empty.jpg", "deep.png"):
        assert f"left out: {source / name}" in done.stderr
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["good.png"]


def test_boxes_replace_attention(deblur, photos, tmp_path):
    from ha_deblur.data import coco
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
    (("tests",), "no photos"),
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
    done = command("ha_deblur.commands", "deblur", "--help")
    assert done.returncode == 0 and "--boxes" in done.stdout
    done = command("ha_deblur.commands", "sharpen")
    assert done.returncode == 2 and "no command" in done.stderr
