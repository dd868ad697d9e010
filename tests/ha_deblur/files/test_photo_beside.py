"""What large files hold beside the picture is kept, or told; none dangles."""

import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, PngImagePlugin

from ha_deblur.files import photo

XMP = b"http://ns.adobe.com/xap/1.0/\0"
GAIN_MAP = (
    b'<x:xmpmeta><rdf:RDF><rdf:Description xmlns:hdrgm="http://ns.adobe.com/'
    b'hdr-gain-map/1.0/" hdrgm:Version="1.0" xmp:Rating="4" '
    b'GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1">'
    b"<Container:Directory><rdf:Seq><rdf:li><Container:Item "
    b'Item:Semantic="GainMap" Item:Length="99"/></rdf:li></rdf:Seq>'
    b"</Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>")


def segment(content, marker=0xE1):
    return bytes([0xFF, marker]) + struct.pack(
        ">H", len(content) + 2) + content


def jpeg(*segments, rest=b"", size=(40, 30)):
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(buffer, "JPEG")
    data = buffer.getvalue()
    return data[:2] + b"".join(segments) + data[2:] + rest


def result(data, ending):
    read = photo.read(data)
    return photo.encode(read.pixels, ending, read), photo.losses(read, ending)


def large_exif():
    note = b"n" * 90000
    return (b"II*\0" + struct.pack("<LH", 8, 2)
            + struct.pack("<HHL4s", 0x10F, 2, 4, b"Abc\0")
            + struct.pack("<HHLL", 0x927C, 7, len(note), 38) + bytes(4) + note)


def test_exif_of_more_than_a_segment_is_kept():
    exif = large_exif()
    data = jpeg(*(segment(b"Exif\0\0" + exif[i:i + 65000])
                  for i in (0, 65000)))
    for ending in (".jpg", ".png", ".webp", ".tif"):
        encoded, lost = result(data, ending)
        assert lost is None and b"n" * 24000 in encoded
        read = photo.read(encoded)
        assert read.metadata.exif.count(b"n") == (
            90000 if ending != ".tif" else read.metadata.exif.count(b"n"))
        assert Image.open(io.BytesIO(encoded)).getexif()[0x10F] == "Abc"


def extended(more, pointed=None):
    name = hashlib.md5(more).hexdigest().upper().encode()
    return [segment(XMP + b"<d xmp:Rating='4' xmpNote:HasExtendedXMP='"
                    + (pointed or name) + b"'/>")] + [
        segment(b"http://ns.adobe.com/xmp/extension/\0" + name + struct.pack(
            ">LL", len(more), i) + more[i:i + 60000])
        for i in range(0, len(more), 60000)]


def test_extended_xmp_is_kept_in_jpeg_and_told_elsewhere():
    more = b"<x>" + b"depth" * 30000 + b"</x>"
    data = jpeg(*extended(more))
    assert photo.read(data).note is None
    encoded, lost = result(data, ".jpg")
    assert lost is None
    again = photo.read(encoded).metadata
    assert again.extended_xmp == more
    assert b"HasExtendedXMP" in again.xmp and b"Rating" in again.xmp
    for ending in (".png", ".webp", ".tif"):
        encoded, lost = result(data, ending)
        assert "no room for its extended XMP" in lost
        assert b"HasExtendedXMP" not in encoded
        assert photo.read(encoded).metadata.xmp == b"<d xmp:Rating='4'/>"


@pytest.mark.parametrize("segments", [
    extended(b"x" * 100000)[:2], extended(b"x" * 9, b"A" * 32)])
def test_a_pointer_to_what_is_not_there_is_removed_and_told(segments):
    data = jpeg(*segments)
    assert photo.read(data).note == (
        "without its extended XMP (not all there)")
    encoded, _ = result(data, ".jpg")
    assert b"HasExtendedXMP" not in encoded
    assert b"xmp/extension" not in encoded


def test_xmp_of_more_than_a_segment_becomes_extended_xmp():
    large = b"<x:xmpmeta>" + b"edited " * 20000 + b"</x:xmpmeta>"
    information = PngImagePlugin.PngInfo()
    information.add_itxt("XML:com.adobe.xmp", large.decode())
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG", pnginfo=information)
    encoded, lost = result(buffer.getvalue(), ".jpg")
    assert lost is None
    read = photo.read(encoded)
    assert read.metadata.extended_xmp == large and read.note is None
    again, _ = result(encoded, ".jpg")
    assert photo.read(again).metadata.extended_xmp == large


@pytest.mark.parametrize("rest, note", [
    (b"", "HDR gain map, video (motion photo)"),
    (jpeg(segment(XMP + b'<x hdrgm:Version="1.0" '
                  b'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"/>')),
     "HDR gain map, video (motion photo)")])
def test_gain_maps_and_motion_are_told_and_no_longer_announced(rest, note):
    data = jpeg(segment(XMP + GAIN_MAP), rest=rest)
    assert photo.read(data).note == f"without its {note}"
    for ending in (".jpg", ".png", ".tif"):
        encoded, _ = result(data, ending)
        assert b'xmp:Rating="4"' in encoded
        for gone in (b"hdrgm:Version", b"Directory", b"Semantic",
                     b"MotionPhoto"):
            assert gone not in encoded
        assert photo.read(encoded).note is None


@pytest.mark.parametrize("rest, note", [
    (b"\0\0\0\x18ftypmp42" + bytes(99), "video (motion photo)"),
    (jpeg(), "further pictures behind the first"),
    (jpeg(segment(b"x HDRGainMap x")), "HDR gain map"),
    (b"Image_UTC_Data1234SEFT", "22 bytes behind its end")])
def test_what_follows_a_jpeg_is_told_by_its_kind(rest, note):
    assert photo.read(jpeg(rest=rest)).note == f"without its {note}"


def test_a_gain_map_by_iso_alone_is_told():
    data = jpeg(segment(b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0", 0xE2))
    assert photo.read(data).note == "without its HDR gain map"


ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"


@pytest.mark.parametrize("urn, note", [
    (b"urn:com:apple:photo:2020:aux:hdrgainmap", "HDR gain map"),
    (b"urn:mpeg:hevc:2015:auxid:2", "depth map"),
    (b"urn:com:apple:photo:2018:aux:matte", "masks of the camera")])
def test_what_avif_and_heic_hold_beside_the_picture_is_told(urn, note):
    buffer = io.BytesIO()
    Image.new("RGBA", (32, 16), (9, 8, 7, 99)).save(buffer, "AVIF")
    data = buffer.getvalue()
    assert photo.read(data).note is None  # alpha is read
    data = data.replace(ALPHA, urn.ljust(len(ALPHA), b"\0"))
    assert photo.read(data).note == f"without its {note}"
    video = struct.pack(">L", 108) + b"mpvd" + bytes(100)
    assert photo.read(data + video).note == (
        f"without its {note}, video (motion photo)")


def test_content_credentials_are_told_and_other_programs_data_is_kept():
    data = jpeg(segment(b"JP\0\1\0\0\0\1\0\0\0\x20jumb" + b"c" * 50, 0xEB),
                segment(b"FLIR\0\1\0\0thermal"), segment(b"earlier", 0xFE),
                segment(b"later", 0xFE))
    assert photo.read(data).note == "without its content credentials (C2PA)"
    encoded, lost = result(data, ".jpg")
    assert lost is None
    for kept in (b"FLIR\0\1\0\0thermal", b"earlier", b"later"):
        assert encoded.count(kept) == 1
    assert b"jumb" not in encoded
    encoded, lost = result(data, ".png")
    assert lost == "PNG has no room for its other programs' data"
    assert Image.open(io.BytesIO(encoded)).text["Comment"] == "later"


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0II*\0" + struct.pack(
    "<LHHHL4sL", 8, 1, 0x10F, 2, 4, b"Abc\0", 0)])
@pytest.mark.parametrize("words", [
    b'<d tiff:Orientation="6"/>', b"<tiff:Orientation>6</tiff:Orientation>"])
def test_orientation_that_stands_in_xmp_alone_is_applied(exif, words):
    data = jpeg(*[segment(exif)] * bool(exif), segment(XMP + words))
    upright = np.rot90(photo.read(jpeg()).pixels, -1)
    read = photo.read(data)
    np.testing.assert_array_equal(read.pixels, upright)
    assert words.replace(b"6", b"1") == read.metadata.xmp


def test_exif_knows_better_than_xmp_how_to_turn():
    exif = Image.Exif()
    exif[0x0112] = 1
    data = jpeg(segment(exif.tobytes()),
                segment(XMP + b'<d tiff:Orientation="6"/>'))
    assert photo.read(data).pixels.shape == (30, 40, 3)


def test_resolution_turns_with_the_picture():
    exif = Image.Exif()
    exif[0x0112], exif[0x011A], exif[0x011B] = 6, 300, 150
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30)).save(buffer, "JPEG", exif=exif, dpi=(300, 150))
    for ending in (".jpg", ".tif"):
        encoded, _ = result(buffer.getvalue(), ending)
        image = Image.open(io.BytesIO(encoded))
        assert image.info["dpi"] == (150, 300)
        assert image.getexif()[0x011A] == 150


def resources(*given):
    return b"".join(
        b"8BIM" + struct.pack(">HHL", code, 0, len(content)) + content
        + bytes(len(content) % 2) for code, content in given)


def test_photoshop_s_resources_are_kept_but_old_thumbnails_and_paths():
    iptc = b"\x1c\x02\x78\x00\x07caption"
    exif = Image.Exif()
    exif[0x0112] = 6
    block = resources((0x0404, iptc), (0x040C, b"thumbnail"),
                      (0x040B, b"http://me"), (0x07D0, b"a path"))
    for turned in (False, True):
        data = jpeg(*[segment(exif.tobytes())] * turned, segment(
            b"Photoshop 3.0\0" + block, 0xED))
        for ending in (".jpg", ".tif", ".png"):
            encoded, lost = result(data, ending)
            assert lost is None
            again = photo.read(encoded).metadata
            assert again.iptc == iptc
            assert b"http://me" in again.photoshop
            assert b"thumbnail" not in again.photoshop
            assert (b"a path" in again.photoshop) != turned
        assert result(data, ".webp")[1] == (
            "WEBP has no room for its IPTC, Photoshop data")


def test_iptc_as_photoshop_writes_it_in_tiff_is_read():
    iptc = b"\x1c\x02\x78\x00\x03abc"
    for order in "<>":
        buffer = io.BytesIO()
        tifffile.imwrite(
            buffer, np.zeros((4, 5), np.uint8), byteorder=order, extratags=[
                (0x83BB, 4, 2, struct.unpack(order + "2L", iptc), True)])
        read = photo.read(buffer.getvalue())
        assert read.metadata.iptc == iptc
        assert read.metadata.dpi is None


def test_damaged_exif_and_profiles_are_told():
    assert photo.read(jpeg(segment(b"Exif\0\0II*\0\xff\xff"))).note == (
        "without its EXIF (damaged)")
    data = jpeg(segment(b"ICC_PROFILE\0\1\2half", 0xE2))
    assert photo.read(data).note == (
        "without its colour profile (not all there)")


def test_texts_of_imagemagick_s_kind_are_read():
    iptc = resources((0x0404, b"\x1c\x02\x78\x00\x02hi"))
    text = f"\niptc\n{len(iptc):8}\n{iptc.hex()}\n".encode()
    chunk = b"zTXtRaw profile type iptc\0\0" + zlib.compress(text)
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    data = buffer.getvalue()
    data = data[:33] + struct.pack(">L", len(chunk) - 4) + chunk + struct.pack(
        ">L", zlib.crc32(chunk)) + data[33:]
    assert photo.read(data).metadata.iptc == b"\x1c\x02\x78\x00\x02hi"
    for ending in (".jpg", ".png"):
        assert photo.read(result(data, ending)[0]).metadata.iptc == (
            b"\x1c\x02\x78\x00\x02hi")
