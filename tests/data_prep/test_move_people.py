"""The command that makes a HIDE-like data set from photos and masks."""

import json

import numpy as np
import pytest
from PIL import Image

from ha_deblur.annotations import coco


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(
        0, 256, (height, width, 3), np.uint8)


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.fixture
def source(tmp_path):
    """Folders images and masks: one photo with a person, one without."""
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    Image.fromarray(noise(100, 120)).save(tmp_path / "images/walker.png")
    Image.fromarray(noise(100, 140, 1)).save(tmp_path / "images/wall.png")
    mask = np.zeros((100, 120), np.uint8)
    mask[30:70, 40:60] = 255
    mask[5, 100] = 255  # a speck
    Image.fromarray(mask).save(tmp_path / "masks/walker.png")
    return tmp_path


@pytest.fixture
def move_people(source, command):
    def run(*arguments, output="out"):
        return command(
            "data_prep.move_people", f"--images={source / 'images'}",
            f"--masks={source / 'masks'}", f"--output={source / output}",
            *arguments)
    return run


def test_fixed_motions_give_the_hide_layout_with_moved_boxes(
        source, move_people):
    done = move_people("--person_motion=10,0", "--background_motion=0,-8",
                       "--camera_shake=0")
    assert done.returncode == 0, done.stderr
    out = source / "out"
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*.*")) == [
        "GT/walker.png", "GT/wall.png", "boxes-train.json",
        "train/walker.png", "train/wall.png"]
    # Nobody walks in front of the wall: it is cropped by its own motion only.
    assert pixels(out / "train/wall.png").shape == (92, 132, 3)
    # The farther of both motions is 5 pixels to either side.
    photo, sharp = noise(100, 120), pixels(out / "GT/walker.png")
    np.testing.assert_array_equal(sharp, photo[5:-5, 5:-5])
    boxes = coco.read_boxes(out / "boxes-train.json")
    # Nobody has looked for people before the wall.
    assert boxes == {"walker.png": [[35, 25, 20, 40]]}
    assert boxes.sizes["walker.png"] == (90, 110)
    # Averages of 11 pixels, along x in the person and along y outside.
    blurred = pixels(out / "train/walker.png").astype(float)
    np.testing.assert_allclose(
        blurred[45, 45], photo[50, 45:56].mean(axis=0), atol=0.51)
    # The background moves by 0.8 pixels a frame, between pixels.
    steps = np.linspace(-4, 4, 11)
    column = photo[:, 100].astype(float)
    expected = [np.interp(30 + steps, range(100), column[:, c]).mean()
                for c in range(3)]
    np.testing.assert_allclose(blurred[25, 95], expected, atol=0.51)


def test_the_camera_shakes_the_standing_picture(source, move_people):
    done = move_people("--person_motion=0,0", "--background_motion=0,0")
    assert done.returncode == 0, done.stderr
    for name in ("walker.png", "wall.png"):
        blurred = pixels(source / "out/train" / name).astype(float)
        sharp = pixels(source / "out/GT" / name).astype(float)
        assert np.abs(blurred - sharp).mean() > 20  # of noise


def test_equal_seeds_make_equal_files_and_other_seeds_others(
        source, move_people):
    for output, seed in (("one", 5), ("two", 5), ("three", 6)):
        done = move_people(f"--seed={seed}", "--copies=2", "--frames=5",
                           "--max_motion=12", output=output)
        assert done.returncode == 0, done.stderr
    names = ["train/walker_0.png", "train/walker_1.png", "train/wall_0.png",
             "GT/wall_1.png", "boxes-train.json"]
    for name in names:
        first, second, other = (
            (source / output / name).read_bytes()
            for output in ("one", "two", "three"))
        assert first == second
        assert first != other
    one = source / "one/train"
    assert ((one / "walker_0.png").read_bytes()
            != (one / "walker_1.png").read_bytes())


def test_bad_files_are_named_and_the_others_finished(source, move_people):
    images, masks = source / "images", source / "masks"
    (images / "broken.jpg").write_bytes(b"no picture")
    Image.fromarray(noise(80, 80)).save(images / "other.png")
    Image.new("L", (40, 80)).save(masks / "other.png")
    Image.fromarray(noise(66, 90)).save(images / "tiny.png")
    Image.fromarray(noise(100, 140)).save(images / "wall.bmp")
    done = move_people("--background_motion=12,0", "--camera_shake=0")
    assert done.returncode == 1
    left_out = [line for line in done.stderr.splitlines()
                if line.startswith("left out")]
    assert len(left_out) == 4, done.stderr
    for name in ("broken.jpg", "masks/other.png: is 40x80", "tiny", "wall.png"):
        assert sum(name in line for line in left_out) == 1, (name, left_out)
    boxes = coco.read_boxes(source / "out/boxes-train.json")
    assert sorted(boxes) == ["walker.png"]


def test_photos_stand_upright_and_are_shrunk(source, move_people):
    Image.fromarray(noise(100, 160, 2)).save(
        source / "images/turned.jpg", exif=_turned_by_90())
    done = move_people("--background_motion=0,0", "--person_motion=0,0",
                       "--camera_shake=0", "--short_side=70")
    assert done.returncode == 0, done.stderr
    assert pixels(source / "out/GT/turned.png").shape == (112, 70, 3)
    assert pixels(source / "out/GT/walker.png").shape == (70, 84, 3)
    boxes = coco.read_boxes(source / "out/boxes-train.json")
    assert boxes["walker.png"] == [[28, 21, 14, 28]]


def _turned_by_90():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def test_splits_share_no_names(source, move_people):
    out = source / "out"
    (out / "train").mkdir(parents=True)
    Image.fromarray(noise(80, 80)).save(out / "train/walker.png")
    done = move_people("--split=test")
    assert done.returncode == 1
    assert "walker.png: has the same name" in done.stderr
    assert [p.name for p in (out / "test").iterdir()] == ["wall.png"]
    assert not coco.read_boxes(out / "boxes-test.json")


@pytest.mark.parametrize(("arguments", "message"), [
    (["--images=nowhere"], "nowhere: no such folder"),
    (["--frames=10"], "--frames=10 has no central frame"),
    (["--person_motion=3"], "--person_motion=3 is not dx,dy"),
    (["--split=val"], "should be one of"),
])
def test_what_the_user_gave_wrong_is_said_in_one_line(
        move_people, arguments, message):
    done = move_people(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_finished_data_set_is_not_overwritten(source, move_people):
    (source / "out").mkdir()
    (source / "out/boxes-train.json").write_text(json.dumps({}))
    done = move_people()
    assert done.returncode == 2
    assert "boxes-train.json: is there already" in done.stderr


def test_masks_of_other_photos_are_refused(source, move_people):
    (source / "masks/walker.png").rename(source / "masks/walker_mask.png")
    done = move_people()
    assert done.returncode == 2
    assert "no mask has the name of a photo" in done.stderr
