"""Mask files of several kinds, and of other sizes than their photos."""

import numpy as np
import pytest
from PIL import Image

from ha_deblur.annotations import mask_files
from ha_deblur.commandline import UserError

THERE = np.zeros((64, 96), bool)
THERE[10:40, 20:50] = True


def palette(colours):
    image = Image.fromarray(THERE.astype(np.uint8) * 2)
    image.putpalette(colours)
    return image


@pytest.mark.parametrize("image", [
    Image.fromarray(THERE), Image.fromarray(THERE * np.uint8(15)),
    Image.fromarray(THERE * np.uint16(40000)),
    palette([0, 0, 0, 9, 9, 9, 192, 0, 0]),
    palette([7, 7, 7] * 256),  # only the numbers tell
    Image.fromarray(np.dstack(
        [np.full((64, 96, 3), 255, np.uint8), THERE * np.uint8(255)]))])
def test_files_of_every_mode(image, tmp_path):
    path = tmp_path / "mask.png"
    image.save(path)
    found = mask_files.read(path, (64, 96), "a.jpg").share
    np.testing.assert_array_equal(found, THERE)


@pytest.mark.parametrize(("shape", "hidden"), [
    (THERE * np.uint8(255), 0), (np.uint8(THERE) + 6, 6),
    (np.where(THERE[..., None], (9, 9, 9), (0, 255, 0)).astype(np.uint8),
     (0, 255, 0))])
def test_one_transparent_level_or_colour(shape, hidden, tmp_path):
    path = tmp_path / "mask.png"
    Image.fromarray(shape).save(path, transparency=hidden)
    found = mask_files.read(path, (64, 96), "a.jpg").share
    np.testing.assert_array_equal(found, THERE)


def test_a_mask_of_the_photo_s_proportions_is_scaled(tmp_path):
    path = tmp_path / "mask.png"
    labels = np.uint8(THERE)
    labels[50:60, 60:90] = 2
    Image.fromarray(labels).save(path)
    found = mask_files.read(path, (128, 192), "a.jpg")
    assert found.share.shape == found.labels.shape == (128, 192)
    assert found.share[20:80, 40:100].mean() > 0.97
    assert found.share[:16].max() == 0
    assert [(found.labels == label).sum() for label in (1, 2)] == [3600, 1200]
    assert mask_files.read(path, (43, 64), "a.jpg").share.shape == (43, 64)
    for size in ((96, 64), (64, 90)):
        with pytest.raises(UserError, match=r"mask.png: is 96x64, but its "
                           rf"photo a.jpg is {size[1]}x{size[0]} when upright"):
            mask_files.read(path, size, "a.jpg")


def test_a_mask_of_the_stored_photo_is_turned_as_that_is(tmp_path):
    exif = Image.Exif()
    exif[0x112] = 6  # stored as 96x64, its left side is up
    Image.new("RGB", (96, 64)).save(tmp_path / "a.jpg", exif=exif)
    mask = THERE.astype(np.uint8)
    for _ in ("of its size", "twice as large"):
        Image.fromarray(mask).save(tmp_path / "mask.png")
        found = mask_files.read(
            tmp_path / "mask.png", (96, 64), tmp_path / "a.jpg").share
        # to the right by a quarter
        np.testing.assert_array_equal(found > 0.5, np.rot90(THERE, -1))
        mask = np.kron(mask, np.ones((2, 2), np.uint8))


def test_what_is_no_mask_is_named(tmp_path):
    for name, content, reason in (
            ("text.png", b"0 .5 .5", "can't be read as a mask"),
            ("absent.png", None, "No such file")):
        path = tmp_path / name
        if content:
            path.write_bytes(content)
        with pytest.raises(UserError, match=f"{name}: .*{reason}"):
            mask_files.read(path, (64, 96), "a.jpg")
    Image.new("L", (96, 64), 90).save(tmp_path / "grey.png")
    with pytest.raises(UserError, match=r"grey\.png: as a mask is of one grey"):
        mask_files.read(tmp_path / "grey.png", (64, 96), "a.jpg")


def test_a_tiff_that_is_turned(tmp_path):
    path, turned = tmp_path / "mask.tif", Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(np.rot90(THERE * np.uint8(255)).copy()).save(
        path, exif=turned)
    found = mask_files.read(path, (64, 96), "a.jpg").share
    np.testing.assert_array_equal(found, THERE)
