"""Pictures and boxes are brought upright, whatever the file says it in."""

import struct

import numpy as np
import pytest
from PIL import Image

from ha_deblur.files import image_files, orientation, photo

# A person at x 4 to 8, y 1 and 2 of 10x6 stored pixels, and where that is in
# the upright picture, by EXIF's own words.
STORED = [4, 1, 5, 2]
UPRIGHT = {1: [4, 1, 5, 2], 2: [1, 1, 5, 2], 3: [1, 3, 5, 2], 4: [4, 3, 5, 2],
           5: [1, 4, 2, 5], 6: [3, 4, 2, 5], 7: [3, 1, 2, 5], 8: [1, 1, 2, 5]}


def _late(png):
    """A PNG whose EXIF follows its pixels."""
    start = png.index(b"eXIf") - 4
    end = start + 12 + struct.unpack(">I", png[start:start + 4])[0]
    rest = png[:start] + png[end:]
    last = rest.index(b"IEND") - 4
    return rest[:last] + png[start:end] + rest[last:]


@pytest.mark.parametrize("turn", range(1, 9))
def test_size_pixels_and_boxes_are_those_of_the_upright_picture(
        tmp_path, turn):
    pixels = np.zeros((6, 10, 3), np.uint8)
    pixels[1:3, 4:9] = 255
    exif = Image.Exif()
    exif[0x112] = turn
    size = (10, 6) if turn > 4 else (6, 10)
    x, y, width, height = UPRIGHT[turn]
    assert orientation.upright_box(STORED, size, turn) == UPRIGHT[turn]
    for name in ("a.png", "late.png", "a.tif", "a.webp"):
        path = tmp_path / name
        options = {"lossless": True} if name == "a.webp" else {}
        Image.fromarray(pixels).save(path, exif=exif, **options)
        if name == "late.png":
            path.write_bytes(_late(path.read_bytes()))
        assert image_files.size_and_orientation(path) == (size, turn), name
        shown = image_files.read_image(path)
        assert shown.shape == (*size, 3), name
        assert shown.sum() == pixels.sum()
        assert (shown[y:y + height, x:x + width] == 255).all(), name
        # As `ha-deblur deblur` shows it.
        np.testing.assert_array_equal(shown, photo.read(path).pixels)


@pytest.mark.parametrize("exif", [
    b"", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
    b"junk"])
def test_damaged_exif_leaves_the_picture_as_it_is(tmp_path, exif):
    path = tmp_path / "a.jpg"
    Image.new("RGB", (10, 6)).save(path, exif=exif)
    assert image_files.size_and_orientation(path) == ((6, 10), 1)
    assert image_files.read_image(path).shape == (6, 10, 3)
