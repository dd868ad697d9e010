"""Colours that numbers alone tell are the same in every result."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from ha_deblur.files import photo
from ha_deblur.files.photo_files import heif_boxes, icc_profiles

SRGB = ImageCms.createProfile("sRGB")
CODE = (200, 100, 50)
# What sRGB has for CODE, by the matrices and curves of H.273.
SEEN = {(12, 13): (215, 93, 31), (9, 13): (241, 76, 29),
        (1, 8): (229, 168, 122)}
P3, PQ = (12, 13), (9, 16)


def as_png(chunks, mode="RGB", colour=CODE):
    buffer = io.BytesIO()
    Image.new(mode, (32, 16), colour).save(buffer, "PNG")
    data = buffer.getvalue()
    made = b"".join(
        struct.pack(">L", len(content)) + name + content
        + struct.pack(">L", zlib.crc32(name + content))
        for name, content in chunks)
    return data[:33] + made + data[33:]


def as_avif(cicp, mode="RGB", colour=CODE):
    buffer = io.BytesIO()
    Image.new(mode, (32, 16), colour).save(
        buffer, "AVIF", quality=100,
        subsampling="4:0:0" if mode == "L" else "4:4:4")
    return heif_boxes.with_cicp(buffer.getvalue(), cicp)


def as_heic(cicp):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), CODE).save(
        buffer, "HEIF", quality=100, chroma=444, color_primaries=cicp[0],
        transfer_characteristics=cicp[1], matrix_coefficients=6,
        full_range_flag=1)
    return buffer.getvalue()


def result(data, ending):
    read = photo.read(data)
    return photo.encode(read.pixels, ending, read)


def through_profile(encoded):
    """The first pixel as a viewer shows it that knows ICC profiles."""
    image = Image.open(io.BytesIO(encoded))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    return ImageCms.profileToProfile(
        image, profile, SRGB, renderingIntent=1,
        outputMode="RGB").getpixel((5, 5))


@pytest.mark.parametrize("cicp", SEEN)
def test_icc_profiless_show_what_the_standard_says(cicp):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), CODE).save(
        buffer, "PNG", icc_profile=icc_profiles.of_cicp(*cicp))
    assert through_profile(buffer.getvalue()) == SEEN[cicp]


def test_pq_and_hlg_are_as_bright_as_their_curves_say():
    for transfer, expected in ((16, 181), (18, 137)):  # by hand, for half
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8), (128, 128, 128)).save(
            buffer, "PNG", icc_profile=icc_profiles.of_cicp(9, transfer))
        assert through_profile(buffer.getvalue()) == (expected,) * 3


@pytest.mark.parametrize("made", [as_avif, as_heic, lambda cicp: as_png(
    [(b"cICP", bytes([*cicp, 0, 1]))])])
def test_display_p3_stays_in_every_format(made):
    data = made(P3)
    assert photo.read(data).note is None
    for ending in (".jpg", ".png", ".webp", ".tif"):
        assert through_profile(result(data, ending)) == pytest.approx(
            SEEN[P3], abs=4), ending
    assert b"cICP\x0c\x0d\0\1" in result(data, ".png")
    endings = [".avif"] + [".heic"] * (made is as_heic)
    for ending in endings:
        encoded = result(data, ending)
        assert heif_boxes.read(encoded).cicp[:2] == P3
        assert photo.read(encoded).metadata.cicp == P3
    read = photo.read(data)
    assert photo.losses(read, ".bmp") == (
        "BMP has no room for its colour profile")
    assert photo.losses(read, ".jpg") is None


def test_hdr_is_kept_where_it_can_be_and_told_elsewhere():
    for data in (as_avif(PQ), as_png([(b"cICP", bytes([*PQ, 0, 1]))])):
        read = photo.read(data)
        assert b"cICP\x09\x10\0\1" in photo.encode(read.pixels, ".png", read)
        assert heif_boxes.read(
            photo.encode(read.pixels, ".avif", read)).cicp[:2] == PQ
        assert photo.losses(read, ".png") is None
        assert photo.losses(read, ".jpg") == (
            "in JPEG its HDR colours are white above a screen's white")


def test_gray_gets_a_profile_of_gray():
    data = as_avif((12, 8), "L", 55)
    read = photo.read(data)
    assert read.gray and int(read.pixels[0, 0, 0]) == 55
    encoded = photo.encode(read.pixels, ".png", read)
    assert Image.open(io.BytesIO(encoded)).mode == "L"
    assert through_profile(encoded) == (128, 128, 128)


def test_gamma_and_chromaticity_of_png_stay_in_other_formats():
    gamma = (b"gAMA", struct.pack(">L", 100000))  # linear
    wide = (b"cHRM", struct.pack(">8L", *(round(value * 100000) for value in (
        .3127, .329, .68, .32, .265, .69, .15, .06))))
    for chunks, cicp in (([gamma], (1, 8)), ([wide], P3)):
        encoded = result(as_png(chunks), ".webp")
        assert through_profile(encoded) == pytest.approx(SEEN[cicp], abs=2)
        encoded = result(as_png(chunks), ".png")
        assert chunks[0][0] + chunks[0][1] in encoded
    usual = (b"gAMA", struct.pack(">L", 45455))
    for chunks in ([usual], [usual, (b"sRGB", b"\0")]):
        encoded = result(as_png(chunks), ".webp")
        assert "icc_profile" not in Image.open(io.BytesIO(encoded)).info


def test_what_says_srgb_gets_no_profile():
    for cicp in ((1, 13), (2, 2), (1, 2)):
        read = photo.read(as_avif(cicp))
        assert read.metadata.cicp is None
        assert read.metadata.save_options("JPEG")["icc_profile"] is None


def test_damaged_boxes_say_nothing_and_raise_nothing():
    data = as_avif(P3)
    generator = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(data)
        damaged[generator.integers(300)] = generator.integers(256)
        heif_boxes.read(bytes(damaged))
        heif_boxes.read(data[:generator.integers(len(data))])
