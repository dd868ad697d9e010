"""Whole pictures are read, whatever stands around them; others are told."""

import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from ha_deblur.commandline import UserError
from ha_deblur.files import photo

LEVELS = np.arange(64 * 96 * 5, dtype=np.uint32).reshape(64, 96, 5) % 251
DEEP = (LEVELS * 257).astype(np.uint16)
FLAT = LEVELS.astype(np.uint8)


def encoded(image, file_format, **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def chunk(name, content):
    return (struct.pack(">L", len(content)) + name + content
            + struct.pack(">L", zlib.crc32(name + content)))


def with_chunks(*chunks):
    data = encoded(Image.fromarray(FLAT[..., :3]), "PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def as_tiff(data, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, data, **options)
    return buffer.getvalue()


def decoded(data, mode="RGB"):
    return np.asarray(Image.open(io.BytesIO(data)).convert(mode))


@pytest.mark.parametrize("options", [
    {}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_may_lack_its_end_mark_but_no_pixel(photos, options, mode):
    data = encoded(Image.fromarray(photos(90, 120)).convert(mode), "JPEG",
                   **options)
    expected = photo.read(data)
    for end in (2, 1):
        for filling in (b"", bytes(3000)):
            read = photo.read(data[:-end] + filling)
            np.testing.assert_array_equal(read.pixels, expected.pixels)
            assert read.note is None
    for end in (8, len(data) // 4, len(data) // 2):
        for filling in (b"", bytes(3000)):
            with pytest.raises(UserError, match="can't be read"):
                photo.read(data[:-end] + filling)


def test_a_jpeg_cut_between_restarts_is_not_whole():
    data = encoded(Image.new("RGB", (120, 90), (10, 200, 30)), "JPEG",
                   restart_marker_rows=1)
    for mark in range(5):
        place = data.index(bytes([0xFF, 0xD0 + mark]))
        for more in (0, 1, 2):
            with pytest.raises(UserError, match="its end is missing"):
                photo.read(data[:place + more])


def test_what_follows_a_picture_is_told_unless_it_is_empty():
    for file_format in ("JPEG", "PNG"):
        data = encoded(Image.fromarray(FLAT[..., :3]), file_format)
        expected = photo.read(data)
        for rest, note in ((bytes(500), None), (b"\r\n", None), (
                b"rubbish" * 300, "without its 2,100 bytes behind its end")):
            read = photo.read(data + rest)
            np.testing.assert_array_equal(read.pixels, expected.pixels)
            assert read.note == note


@pytest.mark.parametrize("chunks, note", [
    ([chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(
        b"a" * 2_000_000))], None),
    ([chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 1_200_000))] * 70, None),
    ([chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(2_000_000)))], None),
    ([chunk(b"tEXt", b"Comment\0hi")[:-4] + bytes(4)],
     "without its tEXt (damaged)"),
    ([chunk(b"iCCP", b"p\0\0damaged")],
     "without its colour profile (damaged)"),
    ([chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0damaged")],
     "without its XML:com.adobe.xmp (damaged)"),
    ([chunk(b"caBX", b"signed")], "without its content credentials (C2PA)")])
def test_a_png_is_read_whatever_its_texts_and_profile_are(chunks, note):
    read = photo.read(with_chunks(*chunks))
    np.testing.assert_array_equal(read.pixels, FLAT[..., :3])
    assert read.note == note
    result = photo.encode(read.pixels, ".png", read)
    if note is None:
        assert chunks[0][4:8] in result
        if chunks[0][4:8] != b"iCCP":  # zipped anew
            assert result.count(chunks[0]) == len(chunks)
    again = photo.read(result)
    np.testing.assert_array_equal(again.pixels, read.pixels)
    assert again.note is None
    assert again.metadata.icc_profile == read.metadata.icc_profile


def test_a_png_without_its_last_chunk_is_whole_and_a_cut_one_not():
    data = with_chunks()
    np.testing.assert_array_equal(
        photo.read(data[:-12]).pixels, FLAT[..., :3])
    for end in (30, 200):
        with pytest.raises(UserError, match="can't be read"):
            photo.read(data[:-end])


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_the_transparent_level_of_few_bits_is_that_of_the_file(bits):
    full = 2 ** bits - 1
    level = min(2, full)
    stored = np.arange(8 // bits * 4) % (full + 1)
    packed = np.packbits((stored[:, None] >> np.arange(bits)[::-1]) & 1)
    data = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">LLBBBBB", len(stored), 1, bits, 0, 0, 0, 0))
        + chunk(b"tRNS", struct.pack(">H", level))
        + chunk(b"IDAT", zlib.compress(b"\0" + packed.tobytes()))
        + chunk(b"IEND", b""))
    read = photo.read(data)
    np.testing.assert_array_equal(
        read.alpha[0], np.where(stored == level, 0, 255))
    seen = stored != level
    np.testing.assert_array_equal(
        read.pixels[0, seen, 0], stored[seen] * 255 // full)
    assert read.gray


def test_deep_gray_with_alpha_comes_back_from_tiff():
    given = photo.Photo(np.repeat(DEEP[..., :1], 3, 2),
                        DEEP[..., 1] | 1, gray=True)
    data = photo.encode(given.pixels, ".tif", given)
    read = photo.read(data)
    np.testing.assert_array_equal(read.pixels, given.pixels)
    np.testing.assert_array_equal(read.alpha, given.alpha)
    assert read.gray and read.note is None and read.file_format == "TIFF"
    assert photo.encode(read.pixels, ".tif", read) == data


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compression", [
    {}, {"compression": "zlib"}, {"compression": "zlib", "predictor": True}])
def test_deep_gray_with_alpha_of_every_layout_is_read(order, compression):
    pixels = DEEP[..., :2] | 257
    for options in ({}, {"tile": (32, 32)}, {"rowsperstrip": 7}):
        read = photo.read(as_tiff(
            pixels, photometric="minisblack", extrasamples=["unassalpha"],
            byteorder=order, **compression, **options))
        np.testing.assert_array_equal(read.pixels[..., 0], pixels[..., 0])
        np.testing.assert_array_equal(read.alpha, pixels[..., 1])


def test_deep_gray_with_alpha_is_read_from_lzw():
    pixels = DEEP[..., :2] | 257
    data = bytearray(encoded(Image.fromarray(
        pixels.astype("<u2").view(np.uint8), "RGBA"), "TIFF",
        compression="tiff_lzw"))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as file:
        tags = file.pages[0].tags
        struct.pack_into("<HHLHH", data, tags[0x0102].offset,
                         0x0102, 3, 2, 16, 16)
        struct.pack_into("<H", data, tags[0x0115].valueoffset, 2)
        struct.pack_into("<H", data, tags[0x0106].valueoffset, 1)
    read = photo.read(bytes(data))
    np.testing.assert_array_equal(read.pixels[..., 0], pixels[..., 0])
    np.testing.assert_array_equal(read.alpha, pixels[..., 1])


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("layout", ["contig", "separate"])
@pytest.mark.parametrize("pixels", [FLAT, DEEP], ids=["8", "16"])
def test_channels_beside_the_colours_are_alpha_or_told(
        pixels, layout, compression):
    pixels = pixels.copy()
    pixels[..., 3:] |= np.iinfo(pixels.dtype).max // 255  # nothing is hidden

    def read(data, photometric, *kinds):
        if layout == "separate":
            data = np.moveaxis(data, 2, 0)
        return photo.read(as_tiff(
            data, photometric=photometric, extrasamples=kinds,
            planarconfig=layout, compression=compression))

    found = read(pixels, "rgb", "unspecified", "unspecified")
    np.testing.assert_array_equal(found.pixels, pixels[..., :3])
    assert found.alpha is None
    assert found.note == "without its 2 further channels"
    found = read(pixels, "rgb", "unassalpha", "unspecified")
    np.testing.assert_array_equal(found.alpha, pixels[..., 3])
    assert found.note == "without its 1 further channel"
    found = read(pixels[..., :4], "rgb", "unspecified")
    assert found.alpha is None
    assert found.note == "without its 1 further channel"
    found = read(pixels[..., [0, 3]], "minisblack", "unassalpha")
    np.testing.assert_array_equal(found.pixels[..., 2], pixels[..., 0])
    np.testing.assert_array_equal(found.alpha, pixels[..., 3])
    found = read(pixels, "separated", "unassalpha")
    inks = np.round(pixels / (np.iinfo(pixels.dtype).max / 255)).astype("u1")
    np.testing.assert_array_equal(found.pixels, np.asarray(Image.fromarray(
        np.ascontiguousarray(inks[..., :4]), "CMYK").convert("RGB")))
    np.testing.assert_array_equal(found.alpha, inks[..., 4])


def test_what_pillow_does_not_open_is_turned_and_described_all_the_same():
    data = as_tiff(DEEP[..., [0, 4]] | 1, photometric="minisblack",
                   extrasamples=["unassalpha"], resolution=(300, 150),
                   resolutionunit=2, extratags=[
                       (0x0112, 3, 1, 6, True), (0x010F, 2, 7, "Camera", True),
                       (0x8773, 7, 7, b"profile", True),
                       (0x02BC, 1, 4, b"<x/>", True)])
    read = photo.read(data)
    np.testing.assert_array_equal(
        read.pixels[..., 0], np.rot90(DEEP[..., 0] | 1, -1))
    result = Image.open(io.BytesIO(photo.encode(read.pixels, ".webp", read)))
    assert result.size == (64, 96)
    assert result.getexif()[0x010F] == "Camera"
    assert result.info["icc_profile"] == b"profile"
    assert result.info["xmp"] == b"<x/>"


def test_twelve_bits_are_as_bright_as_sixteen():
    levels = np.arange(4096, dtype=np.uint16).reshape(32, 128)
    packed = np.packbits((levels.reshape(-1, 1) >> np.arange(12)[::-1]) & 1)
    data = as_tiff(np.zeros((32, 192), np.uint8), photometric="minisblack")
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        start, = page.dataoffsets
        places = {tag.code: tag.valueoffset for tag in page.tags}
    data = bytearray(data)
    data[start:start + len(packed)] = packed.tobytes()
    struct.pack_into("<H", data, places[0x0100], 128)
    struct.pack_into("<H", data, places[0x0102], 12)
    np.testing.assert_array_equal(
        photo.read(bytes(data)).pixels[..., 0], levels << 4 | levels >> 8)


@pytest.mark.parametrize("kind, words", [
    (np.float16, "16 bits a channel, floating-point numbers"),
    (np.float32, "32 bits a channel, floating-point numbers"),
    (np.float64, "64 bits a channel, floating-point numbers"),
    (np.int8, "8 bits a channel, integers with sign"),
    (np.int16, "16 bits a channel, integers with sign"),
    (np.int32, "32 bits a channel, integers with sign"),
    (np.uint32, "32 bits a channel, integers, of which"),
    (np.uint64, "64 bits a channel, integers, of which")])
def test_numbers_without_a_white_are_told_by_their_kind(kind, words):
    for pixels in (LEVELS[..., 0], LEVELS[..., :3]):
        photometric = "rgb" if pixels.ndim == 3 else "minisblack"
        with pytest.raises(UserError, match=f"a file: has {words}.* save it "
                           "with integers of 8 or 16 bits"):
            photo.read(as_tiff(pixels.astype(kind), photometric=photometric),
                       "a file")


@pytest.mark.parametrize("start, kind", [
    (b"\xff\x0a....", "JPEG XL"), (b"\0\0\0\x0cjP  \r\n", "JPEG 2000"),
    (b"\0\0\0\x18ftypcrx ", "a camera's raw picture"),
    (b"II*\0\x10\0\0\0CR\2\0", "a camera's raw picture"),
    (b"8BPS\0\1", "a Photoshop document"), (b"%PDF-1.7", "PDF"),
    (b"<?xml version='1.0'?>\n<svg>", "SVG"),
    (b"\n<!DOCTYPE html><p>404", "a web page"), (b"PK\3\4", "an archive"),
    (b"\0\0\0\x20ftypisom", "a video"), (b"\x1aE\xdf\xa3", "a video"),
    (b"\xff\xd8\xff\xc0\0\x11\x0c\0\x10\0\x10\3", "a JPEG of 12 bits"),
    (b"\xff\xd8\xff\xc3\0\x11\x08\0\x10\0\x10\3", "the lossless kind"),
    (b"\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\2", "a JPEG of 2 channels"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\4CgBI", "iPhone")])
def test_other_kinds_of_file_are_told_by_name(start, kind):
    with pytest.raises(UserError, match=f"a file: can't be read.*{kind}"):
        photo.read(start + bytes(100), "a file")
