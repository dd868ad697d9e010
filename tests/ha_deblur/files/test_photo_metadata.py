"""What a file says about its photo survives, and is right afterwards."""

import io
import struct

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from ha_deblur.files import photo

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = (b'<x:xmpmeta><rdf:Description tiff:Orientation="6" xmp:Rating="4"/>'
       b"<xmp:Thumbnails>old</xmp:Thumbnails></x:xmpmeta>")
GPS = {1: "N", 2: (52.0, 30.0, 15.5), 3: "E", 4: (13.0, 24.0, 1.0)}
THUMBNAIL = b"\xff\xd8 a blurred thumbnail, unturned \xff\xd9"


def cameras_exif(orientation, byte_order=">", size=(40, 30)):
    """EXIF as a camera writes it: with GPS, a MakerNote that points at a place
    in the whole block, and a thumbnail in a directory of its own.
    """
    def directory(start, fields, following=0):
        """(bytes of a directory that lies at `start`, with its values)."""
        end = start + 2 + 12 * len(fields) + 4
        entries, values = b"", b""
        for tag, kind, count, value in sorted(fields):
            if len(value) > 4:
                values += b"" if len(values) % 2 == 0 else b"\0"
                value, values = struct.pack(
                    byte_order + "L", end + len(values)), values + value
            entries += struct.pack(byte_order + "HHL", tag, kind, count)
            entries += value.ljust(4, b"\0")
        return (struct.pack(byte_order + "H", len(fields)) + entries
                + struct.pack(byte_order + "L", following) + values)

    def number(kind, *values):
        return struct.pack(f"{byte_order}{len(values)}{kind}", *values)

    def main(details, gps, following):
        return directory(8, [
            (0x010F, 2, 7, b"Camera\0"),
            (0x0112, 3, 1, number("H", orientation)),
            (0x8769, 4, 1, number("L", details)),
            (0x8825, 4, 1, number("L", gps))], following)

    first = 8 + len(main(0, 0, 0))
    note = b"NOTE" + number("L", first)  # an offset into the whole block

    def details():
        return directory(first, [
            (0x829A, 5, 1, number("L", 1, 250)), (0x927C, 7, len(note), note),
            (0xA002, 4, 1, number("L", size[0])),
            (0xA003, 3, 1, number("H", size[1]))])

    second = first + len(details())
    rationals = number("L", 52, 1, 30, 1, 31, 2)
    gps = directory(second, [
        (1, 2, 2, b"N\0"), (2, 5, 3, rationals), (3, 2, 2, b"E\0")])
    third = second + len(gps)
    place = third + 2 + 12 * 2 + 4
    thumbnail = directory(third, [
        (0x0201, 4, 1, number("L", place)),
        (0x0202, 4, 1, number("L", len(THUMBNAIL)))]) + THUMBNAIL
    head = {">": b"MM\0*", "<": b"II*\0"}[byte_order] + number("L", 8)
    return (b"Exif\0\0" + head + main(first, second, third) + details() + gps
            + thumbnail)


def camera_jpeg(photos, exif):
    buffer = io.BytesIO()
    iptc = b"\x1c\x02\x78\x00\x07caption"
    resources = (b"Photoshop 3.0\0" b"8BIM" + struct.pack(
        ">HHL", 0x0404, 0, len(iptc)) + iptc)
    Image.fromarray(photos(30, 40)).save(
        buffer, "JPEG", quality=98, subsampling=0, exif=exif, xmp=XMP,
        icc_profile=SRGB, dpi=(240, 240), comment=b"a comment",
        extra=b"\xff\xed" + struct.pack(">H", len(resources) + 2) + resources)
    return buffer.getvalue()


def through(data, ending):
    read = photo.read(data)
    return photo.encode(read.pixels, ending, read)


@pytest.mark.parametrize("byte_order", "<>")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_applied_and_then_said_to_be_upright(
        photos, orientation, byte_order):
    upright = photos(30, 40)
    stored = {  # how a camera held so stores what was seen upright
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1],
        4: upright[::-1], 5: np.rot90(upright[::-1], -1),
        6: np.rot90(upright), 7: np.rot90(upright[::-1]),
        8: np.rot90(upright, -1)}[orientation]
    exif = cameras_exif(orientation, byte_order, stored.shape[1::-1])
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(stored)).save(
        buffer, "PNG", exif=exif)
    for ending in (".png", ".tif", ".webp"):
        result = Image.open(io.BytesIO(through(buffer.getvalue(), ending)))
        np.testing.assert_array_equal(np.asarray(result), upright)
        found = result.getexif()
        assert found.get(0x0112, 1) == 1
        details = found.get_ifd(ExifTags.IFD.Exif)
        assert (details[0xA002], details[0xA003]) == (40, 30)


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".tif"])
def test_nothing_that_a_camera_wrote_is_lost_but_the_old_thumbnail(
        photos, ending):
    data = camera_jpeg(photos, cameras_exif(6))
    assert THUMBNAIL in data
    encoded = through(data, ending)
    assert THUMBNAIL not in encoded and b"Thumbnails" not in encoded
    result = Image.open(io.BytesIO(encoded))
    exif = result.getexif()
    assert exif[0x010F] == "Camera"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    assert details[0x829A] == 1 / 250
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert gps[1] == "N" and gps[2] == (52, 30, 15.5) and gps[3] == "E"
    assert exif.get_ifd(ExifTags.IFD.IFD1) == {}
    assert result.info["icc_profile"] == SRGB
    if ending != ".webp":
        assert result.info["dpi"] == pytest.approx((240, 240), abs=0.01)
    xmp = result.info["xmp"]
    assert b'xmp:Rating="4"' in xmp and b'tiff:Orientation="1"' in xmp
    if ending == ".jpg":
        assert result.info["comment"] == b"a comment"
        assert b"caption" in result.info["photoshop"][0x0404]
    if ending == ".tif":
        assert b"caption" in result.tag_v2[33723]


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".tif"])
def test_offsets_in_a_cameras_own_notes_still_point_at_the_same(
        photos, ending):
    encoded = through(camera_jpeg(photos, cameras_exif(6)), ending)
    start = 0 if ending == ".tif" else encoded.index(b"MM\0*")
    note = encoded.index(b"NOTE")
    offset, = struct.unpack_from(">L", encoded, note + 4)
    assert encoded[start + offset:][:4] == b"\0\x04\x82\x9a"  # as it did


def test_tiff_keeps_what_describes_it_through_other_formats(photos):
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E], exif[0x8298], exif[0x0112] = "A description", "Me", 8
    exif.get_ifd(ExifTags.IFD.Exif)[0x829A] = 0.5
    exif.get_ifd(ExifTags.IFD.GPSInfo)[1] = "S"
    Image.fromarray(photos(30, 40)).save(
        buffer, "TIFF", exif=exif.tobytes(), icc_profile=SRGB,
        dpi=(72.5, 300))
    for ending in (".tif", ".jpg", ".png"):
        result = Image.open(io.BytesIO(through(buffer.getvalue(), ending)))
        assert result.size == (30, 40)
        found = result.getexif()
        assert found[0x010E] == "A description" and found[0x8298] == "Me"
        assert found.get(0x0112, 1) == 1
        assert found.get_ifd(ExifTags.IFD.Exif)[0x829A] == 0.5
        assert found.get_ifd(ExifTags.IFD.GPSInfo)[1] == "S"
        assert result.info["icc_profile"] == SRGB
        assert result.info["dpi"] == pytest.approx((72.5, 300), abs=0.6)


def test_texts_and_colour_of_a_png_stay_in_it(photos):
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Me")
    texts.add_itxt("Title", "Füße", "de", "Titel")
    texts.add(b"gAMA", struct.pack(">L", 45455))
    texts.add(b"sRGB", b"\1")
    buffer = io.BytesIO()
    Image.fromarray(photos(30, 40)).save(buffer, "PNG", pnginfo=texts)
    result = Image.open(io.BytesIO(through(buffer.getvalue(), ".png")))
    assert result.text == {"Author": "Me", "Title": "Füße"}
    assert result.text["Title"].lang == "de"
    assert result.info["gamma"] == 0.45455 and result.info["srgb"] == 1


@pytest.mark.parametrize("damage", [
    lambda exif: exif[:30], lambda exif: exif[:4], lambda exif: b"Exif\0\0",
    lambda exif: exif.replace(b"\x87\x69\0\x04", b"\x87\x69\0\x07"),
    lambda exif: exif[:14] + b"\xff\xff" + exif[16:]])
def test_a_photo_with_damaged_exif_is_read_without(photos, damage):
    encoded = through(camera_jpeg(photos, damage(cameras_exif(6))), ".jpg")
    result = Image.open(io.BytesIO(encoded))
    assert result.info["icc_profile"] == SRGB
    result.load()
