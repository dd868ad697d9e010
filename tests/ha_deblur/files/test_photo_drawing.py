"""Colours are drawn on gray photos and stay colours."""

import io

import numpy as np
import pytest
from PIL import Image

from ha_deblur.files import photo
from ha_deblur.files.photo_files import colours, icc_profiles
from ha_deblur.files.photo_files.metadata import Metadata
from ha_deblur.web import sharpening

LINEAR = icc_profiles.of_gamma(1.0, gray=True)
BROKEN = bytes(12) + b"mntrGRAY" + bytes(16) + b"acsp" + bytes(88)


def gray_photo(profile, level=55, dtype=np.uint8):
    pixels = np.full((64, 96, 3), level, dtype)
    return photo.Photo(
        pixels, gray=True, metadata=Metadata(icc_profile=profile))


def comparison(picture):
    both, about = colours.for_drawing(
        np.concatenate([picture.pixels] * 2, axis=1), picture)
    return Image.open(io.BytesIO(photo.encode(
        both, ".png", photo.Photo(both, metadata=about))))


@pytest.mark.parametrize("profile, shown", [
    (LINEAR, 128), (BROKEN, 55), (b"", 55)])
def test_a_comparison_of_gray_is_in_colour_without_a_gray_profile(
        profile, shown):
    image = comparison(gray_photo(profile))
    assert image.mode == "RGB" and image.size == (192, 64)
    assert "icc_profile" not in image.info
    assert image.getpixel((0, 0)) == (shown,) * 3  # 55 of linear light is 128


def test_sixteen_bits_of_gray_are_compared_as_they_look():
    picture = gray_photo(LINEAR, 55 * 257, np.uint16)
    white = np.full_like(picture.pixels, 65535)
    both, about = colours.for_drawing(
        np.concatenate([picture.pixels, white], axis=1), picture)
    assert both.dtype == np.uint16 and about.icc_profile == b""
    assert abs(int(both[0, 0, 0]) - 128 * 257) < 130
    assert (both[:, 96:] == 65535).all()


def test_a_comparison_in_colour_keeps_what_its_colours_mean():
    pixels = np.full((8, 8, 3), (200, 100, 50), np.uint8)
    for about in (Metadata(icc_profile=icc_profiles.of_cicp(12, 13)),
                  Metadata(cicp=(12, 13)),
                  Metadata(png_chunks=((b"cICP", b"\x0c\x0d\0\1"),),
                           cicp=(12, 13), comment=b"not of the comparison")):
        image = comparison(photo.Photo(pixels, metadata=about))
        assert image.info["icc_profile"] == icc_profiles.of_cicp(12, 13)
        assert image.getpixel((0, 0)) == (200, 100, 50)
        assert "Comment" not in image.text


@pytest.mark.parametrize("profile", [LINEAR, BROKEN, b""])
def test_people_are_orange_on_a_gray_photo_on_the_page(profile):
    picture = gray_photo(profile, 90)
    people = sharpening._people(
        picture.pixels, np.full((64, 96), 255, np.uint8))
    image = Image.open(io.BytesIO(sharpening._jpeg(people, picture, 500)))
    assert image.mode == "RGB" and "icc_profile" not in image.info
    red, green, blue = image.getpixel((0, 0))
    assert red > green + 20 > blue + 40
