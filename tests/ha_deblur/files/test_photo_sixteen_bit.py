"""16 bits in give the same 16 bits out: no banding."""

import io
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from ha_deblur.files import photo
from ha_deblur.files.photo_files import heif_boxes, sixteen_bit, tiff_writing
from ha_deblur.files.photo_files.metadata import Metadata


def gradient(channels):
    """[64, 1024, c] uint16 with all 65,536 levels in each channel."""
    levels = np.arange(65536, dtype=np.uint16).reshape(64, 1024)
    return np.stack([np.roll(levels, 97 * i, axis=1)
                     for i in range(channels)], axis=2)


def as_tiff(pixels, **options):
    buffer = io.BytesIO()
    kind = "rgb" if pixels.shape[2] > 2 else "minisblack"
    if options.get("planarconfig") == "separate":
        pixels = np.moveaxis(pixels, 2, 0)
    tifffile.imwrite(buffer, np.squeeze(pixels), photometric=kind, **options)
    return buffer.getvalue()


def as_png(pixels):
    import tensorflow as tf
    return tf.io.encode_png(pixels).numpy()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_every_level_survives(channels, ending):
    pixels = gradient(channels)
    read = photo.read(as_png(pixels))
    assert read.pixels.dtype == np.uint16
    assert read.gray == (channels < 3)
    result = photo.encode(read.pixels, ending, read)
    if ending == ".tif":
        found = tifffile.imread(io.BytesIO(result))
    else:
        import tensorflow as tf
        found = tf.io.decode_png(result, dtype=tf.uint16).numpy()
    np.testing.assert_array_equal(found.reshape(pixels.shape), pixels)


@pytest.mark.parametrize("options", [
    {}, {"byteorder": ">"}, {"tile": (64, 64)}, {"rowsperstrip": 7},
    {"bigtiff": True}, {"compression": "zlib", "predictor": True},
    {"compression": "zlib", "byteorder": ">"}])
def test_tiff_of_every_layout_is_read(options):
    for channels in (1, 3, 4):
        pixels = gradient(channels)
        pixels[..., 3:] |= 1  # nothing is hidden
        extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
        read = photo.read(as_tiff(pixels, **options, **extra))
        np.testing.assert_array_equal(read.pixels, np.broadcast_to(
            pixels[..., :3], (64, 1024, 3)))
        assert (read.alpha is None) == (channels < 4)


def test_white_is_zero_in_some_tiff():
    levels = gradient(1)[..., 0]
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, levels, photometric="miniswhite")
    read = photo.read(buffer.getvalue())
    np.testing.assert_array_equal(read.pixels[..., 0], 65535 - levels)


def test_alpha_that_was_multiplied_in_is_taken_out():
    pixels = np.zeros([2, 2, 4], np.uint16)
    pixels[:] = (1000, 2000, 0, 32768)
    pixels[1, 1] = 0
    read = photo.read(as_tiff(pixels, extrasamples=["assocalpha"]))
    np.testing.assert_array_equal(
        read.pixels[0, 0], [1000 * 65535 // 32768, 2000 * 65535 // 32768, 0])
    np.testing.assert_array_equal(read.alpha, pixels[..., 3])


def test_one_transparent_colour_is_the_deep_one():
    pixels = gradient(3)
    data = as_png(pixels)
    key = pixels[3, 5].astype(">u2").tobytes()
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "PNG", transparency=(0, 0, 0))
    chunk = buffer.getvalue()
    chunk = bytearray(chunk[chunk.index(b"tRNS") - 4:][:18])
    chunk[8:14] = key
    chunk[14:] = zlib.crc32(chunk[4:14]).to_bytes(4, "big")
    read = photo.read(data[:33] + bytes(chunk) + data[33:])
    assert (read.alpha == 0).sum() == 1 and read.alpha[3, 5] == 0


@pytest.mark.parametrize("channels", [3, 4])
def test_planes_of_sixteen_bits_are_read(channels):
    extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    for compression in (None, "zlib"):
        read = photo.read(as_tiff(
            gradient(channels) | 1, planarconfig="separate",
            compression=compression, **extra))
        np.testing.assert_array_equal(
            read.pixels, gradient(channels)[..., :3] | 1)
        assert (read.alpha is None) == (channels == 3)


def test_bits_that_cannot_be_kept_are_told(photos):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, gradient(4), photometric="separated")  # CMYK
    read = photo.read(buffer.getvalue())
    assert read.pixels.dtype == np.uint8
    assert read.note == "16 bits a channel became 8"
    shallow = photo.encode(gradient(3)[:32, :32].astype(np.uint8), ".avif")
    assert photo.read(shallow).note is None
    pixi = shallow.index(b"pixi")  # a camera's: three channels of ten bits
    deep = shallow[:pixi + 9] + b"\x0a" * 3 + shallow[pixi + 12:]
    with Image.open(io.BytesIO(shallow)) as image:
        assert sixteen_bit.dropped(
            image, heif_boxes.read(deep)) == "10 bits a channel became 8"


def test_eight_bits_are_rounded_for_formats_without_sixteen():
    read = photo.read(as_png(gradient(3)))
    result = np.asarray(Image.open(io.BytesIO(
        photo.encode(read.pixels, ".bmp", read))))
    np.testing.assert_array_equal(
        result, np.round(gradient(3) / 257).astype(np.uint8))
    assert photo.losses(read, ".jpg") == "16 bits became 8 in JPEG"


def test_metadata_is_kept(photos):
    about = Metadata(icc_profile=b"profile", dpi=(300, 150), xmp=b"<x/>")
    data = tiff_writing.encode(gradient(3), about)
    for ending in (".png", ".tif"):
        read = photo.read(data)
        result = Image.open(io.BytesIO(
            photo.encode(read.pixels, ending, read)))
        assert result.info["icc_profile"] == b"profile"
        assert result.info["dpi"] == pytest.approx((300, 150), abs=0.02)
        assert result.info["xmp"] == b"<x/>"


def test_orientation_is_applied():
    pixels = gradient(3)
    exif = Image.Exif()
    exif[0x0112] = 6
    png = as_png(pixels)
    block = b"eXIf" + exif.tobytes()[6:]
    chunk = ((len(block) - 4).to_bytes(4, "big") + block
             + zlib.crc32(block).to_bytes(4, "big"))
    for data in (png[:33] + chunk + png[33:], as_tiff(
            pixels, extratags=[(0x0112, 3, 1, 6, True)])):
        np.testing.assert_array_equal(
            photo.read(data).pixels, np.rot90(pixels, -1))
