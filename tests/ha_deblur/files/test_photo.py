"""Photos of all kinds are read and written as the programs that made them."""

import io
import sys

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from ha_deblur.commandline import UserError
from ha_deblur.files import photo


def encoded(image, file_format, **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def through(data, ending, **options):
    """What is in the file that a perfect deblurring of `data` gives."""
    read = photo.read(data, "a file", **options)
    return Image.open(io.BytesIO(photo.encode(read.pixels, ending, read)))


def picture(photos, mode):
    """A Pillow image of 40x30 in a mode, with something in each channel."""
    rgb = Image.fromarray(photos(30, 40))
    if mode in ("RGBA", "LA"):
        rgb.putalpha(Image.linear_gradient("L").resize((40, 30)))
    return rgb.convert(mode)


@pytest.mark.parametrize("file_format, ending, modes", [
    ("PNG", ".png", "1 L LA P RGB RGBA"), ("TIFF", ".tif", "1 L LA P RGB RGBA"),
    ("BMP", ".bmp", "1 L P RGB"), ("WEBP", ".webp", "RGB RGBA")])
def test_lossless_formats_give_every_pixel_back(
        photos, file_format, ending, modes):
    lossless = {"lossless": True} if file_format == "WEBP" else {}
    for mode in modes.split():
        image = picture(photos, mode)
        result = through(encoded(image, file_format, **lossless), ending)
        expected = image.convert({"1": "L", "P": "RGB"}.get(mode, mode))
        assert result.mode == expected.mode
        np.testing.assert_array_equal(
            np.asarray(result), np.asarray(expected), mode)


def test_transparency_of_a_palette_or_of_one_colour_becomes_alpha(photos):
    image = picture(photos, "P")
    key = image.getpixel((3, 4))
    expected = np.where(np.asarray(image) == key, 0, 255)
    assert 0 < expected.mean() < 255
    for file_format in ("PNG", "GIF"):
        result = through(encoded(image, file_format, transparency=key), ".png")
        assert result.mode == "RGBA"
        np.testing.assert_array_equal(
            np.asarray(result.getchannel("A")), expected)
    gray = picture(photos, "L")
    key = gray.getpixel((3, 4))
    result = through(encoded(gray, "PNG", transparency=key), ".png")
    assert result.mode == "LA"
    np.testing.assert_array_equal(
        np.asarray(result.getchannel("A")) == 0, np.asarray(gray) == key)


def test_hidden_colours_are_kept_from_the_network_and_in_the_file():
    pixels = np.zeros([20, 30, 4], np.uint8)
    pixels[:, :15] = (200, 100, 50, 255)  # to the right of it: hidden black
    pixels[5, 20] = (1, 2, 3, 0)
    read = photo.read(encoded(Image.fromarray(pixels), "PNG"))
    assert (read.pixels == (200, 100, 50)).all()
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(
            photo.encode(read.pixels, ".png", read)))), pixels)
    over_white = np.asarray(Image.open(io.BytesIO(
        photo.encode(read.pixels, ".bmp", read))))
    assert (over_white[:, 20] == 255).all()
    assert photo.losses(read, ".bmp") == "transparency became white in BMP"
    assert photo.losses(read, ".webp") is None


def test_jpeg_is_no_coarser_than_it_was_and_never_coarse(photos):
    for quality, subsampling, mode in (
            (30, 2, "RGB"), (98, 0, "RGB"), (92, 1, "RGB"), (97, 0, "L")):
        source = encoded(picture(photos, mode), "JPEG", quality=quality,
                         subsampling=subsampling, progressive=True)
        before, after = Image.open(io.BytesIO(source)), through(source, ".jpg")
        ninety = Image.open(io.BytesIO(
            encoded(picture(photos, mode), "JPEG", quality=90)))
        assert after.mode == mode and "progressive" in after.info
        if mode == "RGB":
            assert after.layer[0] == before.layer[0]  # the same subsampling
        for number, steps in after.quantization.items():
            np.testing.assert_array_equal(steps, np.minimum(
                before.quantization[number], ninety.quantization[number]))


def test_webp_stays_lossy_or_lossless(photos):
    image = picture(photos, "RGB")
    for lossless, kind in ((True, b"VP8L"), (False, b"VP8 ")):
        for extras in ({}, {"icc_profile": b"abc", "save_all": True,
                            "append_images": [image.rotate(180)]}):
            read = photo.read(
                encoded(image, "WEBP", lossless=lossless, **extras))
            assert kind in photo.encode(read.pixels, ".webp", read)


def test_cmyk_becomes_srgb_by_its_profile_or_without_one(photos):
    image = picture(photos, "CMYK")
    result = through(encoded(image, "JPEG", quality=98), ".png")
    assert result.mode == "RGB" and "icc_profile" not in result.info
    expected = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(np.asarray(result) - expected).mean() < 3
    # No CMYK profile comes with Pillow: one that doesn't fit is passed over,
    # and must not end up in a file of RGB.
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result = through(encoded(image, "TIFF", icc_profile=srgb), ".jpg")
    assert result.mode == "RGB" and "icc_profile" not in result.info
    lab = ImageCms.profileToProfile(
        picture(photos, "RGB"), ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"), outputMode="LAB")
    result = through(encoded(lab, "TIFF"), ".tif")
    assert "sRGB" in ImageCms.getProfileDescription(
        io.BytesIO(result.info["icc_profile"]))
    difference = np.asarray(result).astype(int) - picture(photos, "RGB")
    assert np.abs(difference).mean() < 2


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_picture_is_taken_with_a_word(
        photos, file_format):
    image = picture(photos, "P")
    data = encoded(image, file_format, save_all=True, append_images=[
        image.rotate(180), image.rotate(90)], lossless=True)
    read = photo.read(data)
    assert "only the first" in read.note
    np.testing.assert_array_equal(read.pixels, np.asarray(image.convert("RGB")))
    assert photo.read(encoded(image, file_format)).note is None


def test_what_is_too_large_is_refused_before_it_is_decoded(
        photos, monkeypatch):
    data = encoded(picture(photos, "RGB"), "PNG")
    monkeypatch.setattr(ImageFile.ImageFile, "load", None)
    with pytest.raises(UserError, match="a file: has 1,200 pixels; make it "
                       "smaller, or raise --max_pixels=1199"):
        photo.read(data, "a file", max_pixels=1199)
    monkeypatch.undo()
    assert photo.read(data, max_pixels=1200).pixels.shape == (30, 40, 3)
    assert photo.read(data, max_pixels=0).pixels.shape == (30, 40, 3)


@pytest.mark.parametrize("data, message", [
    (b"", "empty"), (b"no picture", "it is none"),
    (b"\0\0\0\x18ftypheic", "pip install ha-deblur.heif.")])
def test_what_is_no_picture_is_said_in_a_line(data, message, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if absent
    with pytest.raises(UserError, match=f"a file: .*{message}"):
        photo.read(data, "a file")


def test_cut_files_are_refused(photos):
    for file_format in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"):
        data = encoded(picture(photos, "RGB"), file_format)
        for share in (0.1, 0.5, 0.9):
            with pytest.raises(UserError, match="can't be read"):
                photo.read(data[:int(share * len(data))])


def test_a_deep_file_that_can_not_be_kept_is_refused(photos):
    for deep in (np.zeros([4, 5], np.float32), np.zeros([4, 5], np.int32)):
        with pytest.raises(UserError, match="32 bits a channel"):
            photo.read(encoded(Image.fromarray(deep), "TIFF"))


@pytest.mark.parametrize("file_format, ending", [
    ("HEIF", ".heic"), ("AVIF", ".avif")])
def test_heic_and_avif_stay_what_they_are(photos, file_format, ending):
    if file_format == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    Image.init()
    if file_format not in Image.SAVE:
        pytest.skip(f"Pillow lacks {file_format} here")
    image = picture(photos, "RGB")
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    if file_format == "AVIF":  # HEIC turns by other means than EXIF
        exif[0x0112] = 6
        image = image.transpose(Image.Transpose.ROTATE_90)
    result = through(encoded(image, file_format, quality=95, exif=exif), ending)
    assert result.format == file_format and result.size == (40, 30)
    assert result.getexif()[0x010F] == "Camera"
    assert result.getexif().get(0x0112, 1) == 1
    difference = np.asarray(result).astype(int) - photos(30, 40)
    assert np.abs(difference).mean() < 8  # chroma of half the size
