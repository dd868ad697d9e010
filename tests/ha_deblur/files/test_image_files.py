"""Image files are read whole, or refused by name."""

import os

import numpy as np
import pytest
from PIL import Image

from ha_deblur.commandline import UserError
from ha_deblur.files import image_files


def _save(path, height, width, mode="RGB"):
    Image.new(mode, (width, height)).save(path)
    return path


def test_image_size_reads_only_the_header(tmp_path):
    path = _save(tmp_path / "a.png", 400, 600)
    assert image_files.image_size(path) == (400, 600)
    os.truncate(path, 60)
    assert image_files.image_size(path) == (400, 600)
    with pytest.raises(UserError, match=r"a\.png: can't be read"):
        image_files.read_image(path)
    with pytest.raises(UserError, match="absent"):
        image_files.image_size(tmp_path / "absent.png")


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK"])
def test_images_of_any_8_bit_mode_are_read_as_rgb(tmp_path, mode):
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    _save(path, 4, 6, mode)
    image = image_files.read_image(path)
    assert image.shape == (4, 6, 3)
    assert image.dtype == np.uint8


def test_deep_images_are_refused_rather_than_clipped(tmp_path):
    path = _save(tmp_path / "a.png", 4, 6, "I;16")
    with pytest.raises(UserError, match="more than 8 bits"):
        image_files.read_image(path)


def test_a_turned_tiff_is_read_as_it_is_shown(tmp_path):
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6)
    exif = Image.Exif()
    exif[0x0112] = 6  # its left side is up
    path = tmp_path / "a.jpg"
    Image.fromarray(pixels).save(path, "TIFF", exif=exif)
    assert image_files.image_size(path) == (6, 4)
    np.testing.assert_array_equal(
        image_files.read_image(path)[..., 0], np.rot90(pixels, -1))
