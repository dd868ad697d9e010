"""Records hold what Pillow shows, of every kind of file that people have."""

import io

import numpy as np
import pytest
from PIL import Image

from data_prep.packing import encoded
from ha_deblur.data import records
from ha_deblur.files.image_files import read_image

ROWS, COLUMNS = np.mgrid[:24, :32]
PICTURE = Image.fromarray(np.stack(
    [7 * COLUMNS, 9 * ROWS, 4 * (ROWS + COLUMNS)], -1).astype(np.uint8))


def turned(orientation):
    exif = Image.Exif()
    exif[0x112] = orientation
    return exif


def see_through():
    picture = PICTURE.convert("RGBA")
    picture.putalpha(Image.fromarray((8 * COLUMNS).astype(np.uint8)))
    return picture


def store(tmp_path, name, picture, file_format, **options):
    path = tmp_path / name
    picture.save(path, file_format, **options)
    content, anew = encoded.of(path)
    assert anew == (content != path.read_bytes())
    np.testing.assert_array_equal(records.decode(content), read_image(path))
    return anew


@pytest.mark.parametrize("name, file_format, picture, options", [
    ("a.png", "PNG", PICTURE, {}), ("a.png", "PNG", PICTURE.convert("L"), {}),
    ("a.png", "PNG", see_through(), {}),
    ("a.png", "PNG", PICTURE.quantize(16), {"transparency": 3}),
    ("a.png", "PNG", PICTURE.convert("1"), {}),
    ("a.png", "PNG", PICTURE, {
        "save_all": True, "append_images": [Image.new("RGB", (32, 24))]}),
    ("a.jpg", "JPEG", PICTURE, {}), ("a.jpg", "JPEG", PICTURE.convert("L"), {}),
    ("a.jpg", "JPEG", PICTURE, {"subsampling": 1, "progressive": True}),
])
def test_what_both_read_alike_is_stored_as_it_is(
        tmp_path, name, file_format, picture, options):
    assert not store(tmp_path, name, picture, file_format, **options)


@pytest.mark.parametrize("name, file_format, picture, options", [
    ("a.jpg", "WEBP", PICTURE, {"lossless": True}),
    ("a.webp", "WEBP", PICTURE, {"lossless": True}),
    ("a.jpg", "TIFF", PICTURE, {}), ("a.png", "JPEG2000", PICTURE, {}),
    ("a.bmp", "BMP", PICTURE, {}), ("a.bmp", "BMP", PICTURE.convert("P"), {}),
    ("a.png", "GIF", PICTURE.convert("P"), {}),
    ("a.jpg", "JPEG", PICTURE, {"exif": turned(6)}),
    ("a.jpg", "JPEG", PICTURE, {"exif": turned(3)}),
    ("a.png", "PNG", PICTURE, {"exif": turned(8)}),
])
def test_what_training_could_misread_is_stored_as_png(
        tmp_path, name, file_format, picture, options):
    assert store(tmp_path, name, picture, file_format, **options)


@pytest.mark.parametrize("name, file_format, mode", [
    ("a.jpg", "JPEG", "CMYK"), ("a.png", "PNG", "LA")])
def test_what_depends_on_the_decoders_shows_the_same(
        tmp_path, name, file_format, mode):
    store(tmp_path, name, PICTURE.convert(mode), file_format)


def test_another_picture_is_not_shown(tmp_path):
    pixels = np.array(PICTURE)
    content = encoded.png(pixels)
    assert encoded.shows(content, pixels)
    pixels[3, 4, 1] += 1
    assert not encoded.shows(content, pixels)
    assert not encoded.shows(content[:-20], pixels)
    assert not encoded.shows(b"", pixels)
    assert Image.open(io.BytesIO(content)).format == "PNG"
