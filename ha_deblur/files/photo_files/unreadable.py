"""Why a file can't be read as a photo: what it is instead."""

import pathlib
import re

_START = 1 << 16  # bytes that are looked at

_KINDS = [(re.compile(pattern, re.DOTALL), kind) for pattern, kind in (
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "JPEG XL"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "JPEG 2000"),
    (rb"\xff\xd8\xff\xf7", "JPEG-LS"),
    (rb"(II\x2a\0|MM\0\x2a).{4}CR|....ftypcrx|FUJIFILMCCD-RAW|IIRO|IIU\0|"
     rb"FOVb|\0MRM", "a camera's raw picture"),
    (rb"II\xbc", "JPEG XR"),
    (rb"8BPS", "a Photoshop document"), (rb"gimp xcf", "a GIMP document"),
    (rb"%PDF", "PDF"), (rb"%!PS|\xc5\xd0\xd3\xc6", "PostScript"),
    (rb"\s*(<\?xml.{0,400})?<svg", "SVG"),
    (rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|!--)|(?i:\s*<html)|"
     rb"(?i:\s*<!doctype)", "a web page"),
    (rb"\x76\x2f\x31\x01", "OpenEXR"), (rb"#\?(RADIANCE|RGBE)", "Radiance HDR"),
    (rb"DDS ", "DDS"), (rb"P[1-7]\s", "PNM"),
    (rb"\0\0[\x01\x02]\0[\x01-\x20]\0", "an icon"),
    (rb"SIMPLE  =", "FITS"),
    (rb"....ftyp(?!avif|avis|mif1|msf1|hei|hev)|\x1aE\xdf\xa3|"
     rb"RIFF....AVI ", "a video"),
    (rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b", "an archive"))]
_JPEG_FRAME = re.compile(
    rb"\xff([\xc0-\xcf])(?<!\xc4)(?<!\xc8)(?<!\xcc)..(.)(..)(..)(.)", re.DOTALL)


def reason(source):
    """Why a file that Pillow can't identify can't be read, in words.

    Args:
      source: its path, or its bytes.
    """
    if not isinstance(source, bytes):
        with pathlib.Path(source).open("rb") as file:
            source = file.read(_START)
    return _of_kind(source[:_START]) or (
        "it is none, or too damaged to tell its kind")


def _of_kind(start):
    """The reason, from the first bytes; None if nothing is known of them."""
    if start[12:16] == b"CgBI":
        return "it is a PNG as iPhone programs hold it, not as PNG is defined"
    if start.startswith(b"\xff\xd8"):
        return _of_jpeg(start)
    if start[8:12] in (b"avif", b"avis"):
        return "it is AVIF, which the Pillow here can't read, or is damaged"
    for pattern, kind in _KINDS:
        if pattern.match(start):
            return f"it is {kind}; save it as JPEG, PNG or TIFF"
    return None


def _of_jpeg(start):
    found = _JPEG_FRAME.search(start)
    if not found:
        return None
    if found[2] != b"\x08":
        return f"it is a JPEG of {found[2][0]} bits; save it with 8, or as PNG"
    if found[1][0] in (0xC3, 0xC7, 0xCB, 0xCF):
        return "it is a JPEG of the lossless kind; save it as PNG"
    return None if found[5] in (b"\1", b"\3", b"\4") else (
        f"it is a JPEG of {found[5][0]} channels; save it as gray or RGB")
