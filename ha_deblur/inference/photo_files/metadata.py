"""What a photo file says about its picture."""

import dataclasses
import math
import re
import struct
import typing

from PIL import PngImagePlugin

from ha_deblur.inference.photo_files.exif import Exif

# The tags of a TIFF file's directory that describe the picture and not how it
# is stored: names, texts, rights, ratings, EXIF, GPS, GeoTIFF, Windows' own.
DESCRIPTIVE = {
    0x010D, 0x010E, 0x010F, 0x0110, 0x011D, 0x0131, 0x0132, 0x013B, 0x013C,
    0x4746, 0x4749, 0x8298, 0x8769, 0x8825, *range(0x9C9B, 0x9CA0),
    0x830E, 0x8482, *range(0x87AF, 0x87B2)}
_IPTC = 0x0404  # in Photoshop's resources
_JPEG_SEGMENT = 65533  # what one holds
_XMP_ORIENTATION = re.compile(rb"(tiff:Orientation(?:=[\"']|>)\s*)([1-8])")
_XMP_THUMBNAILS = re.compile(
    rb"<(xmp|xap):Thumbnails\b.*?</\1:Thumbnails>", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Metadata:
    """Describes an upright picture, in no file format's own way.

    Attributes:
      exif: EXIF from its byte order on, without thumbnail; or b"".
      xmp: XMP, or b"".
      iptc: IPTC-IIM records, or b"".
      icc_profile: what the colours mean, or b"".
      dpi: (horizontal, vertical) resolution, or None.
      comment: JPEG's and GIF's comment, or b"".
      png_chunks: ((name, content), ...) that only PNG has.
    """

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    icc_profile: bytes = b""
    dpi: typing.Optional[tuple] = None
    comment: bytes = b""
    png_chunks: tuple = ()

    def save_options(self, file_format):
        """What Pillow's `save` takes for "JPEG", "PNG", "WEBP", ....

        What the format has no room for is left out: JPEG takes 64 KB of EXIF.
        """
        options = {"icc_profile": self.icc_profile or None}
        if self.dpi:
            options["dpi"] = self.dpi
        if self.exif and (
                file_format != "JPEG" or len(self.exif) + 6 <= _JPEG_SEGMENT):
            options["exif"] = b"Exif\0\0" + self.exif
        if file_format == "PNG":
            options["pnginfo"] = self._png_info()
        elif self.xmp and len(self.xmp) + 29 <= _JPEG_SEGMENT:
            options["xmp"] = self.xmp
        if file_format == "JPEG":
            options["comment"] = self.comment[:_JPEG_SEGMENT]
            options["extra"] = self._photoshop_segment()
        return options

    def _png_info(self):
        information = PngImagePlugin.PngInfo()
        for name, content in self.png_chunks:
            if not (name == b"sRGB" and self.icc_profile):  # one or the other
                information.add(name, content)
        if self.xmp:
            information.add_itxt(
                "XML:com.adobe.xmp", self.xmp.decode("utf-8", "replace"))
        return information

    def _photoshop_segment(self):
        """The JPEG segment that holds IPTC."""
        if not self.iptc or len(self.iptc) + 28 > _JPEG_SEGMENT:
            return b""
        content = (b"Photoshop 3.0\0" + b"8BIM" + struct.pack(
            ">HHL", _IPTC, 0, len(self.iptc)) + self.iptc
            + bytes(len(self.iptc) % 2))
        return b"\xff\xed" + struct.pack(">H", len(content) + 2) + content


def read(image):
    """The Metadata of a loaded Pillow image, and how to turn its pixels.

    Damaged EXIF is dropped: a photo is worth more than its description.

    Returns:
      (Metadata, orientation), the latter 1 to 8 as in EXIF.
    """
    try:
        exif = Exif(_exif_block(image))
    except ValueError:
        exif = None
    xmp = image.info.get("xmp") or b""
    xmp = _XMP_THUMBNAILS.sub(
        b"", xmp if isinstance(xmp, bytes) else str(xmp).encode())
    # Pillow turns TIFF when it loads it.
    orientation = (
        exif.orientation if exif and image.format != "TIFF" else 1)
    width, height = image.size if orientation < 5 else image.size[::-1]
    if exif:
        exif.make_upright(width, height)
    return Metadata(
        exif=exif.tobytes() if exif else b"",
        xmp=_XMP_ORIENTATION.sub(rb"\g<1>1", xmp),
        iptc=_iptc(image),
        icc_profile=image.info.get("icc_profile") or b"",
        dpi=_resolution(image.info.get("dpi")),
        comment=_comment(image.info.get("comment")),
        png_chunks=_png_chunks(image)), orientation


def _exif_block(image):
    """The bytes of EXIF in any kind of file; b"" if there are none."""
    if image.format == "TIFF":
        exif = image.getexif()
        for tag in set(exif) - DESCRIPTIVE:
            del exif[tag]
        try:
            return exif.tobytes() if len(exif) else b""
        except (struct.error, TypeError, ValueError, OverflowError,
                AttributeError, KeyError):  # values of a wrong kind
            return b""
    block = image.info.get("exif") or b""
    # ImageMagick's way before PNG had a chunk for it: three lines, then hex.
    raw = image.info.get("Raw profile type exif")
    if isinstance(raw, str) and not block:
        block = bytes.fromhex("".join(raw.split("\n")[3:]))
    return block


def _iptc(image):
    if image.format == "TIFF":
        found = image.tag_v2.get(0x83BB, b"")
    else:
        found = image.info.get("photoshop", {}).get(_IPTC, b"")
    return found if isinstance(found, bytes) else b""


def _resolution(dpi):
    """(x, y) if that is a resolution at all."""
    try:
        dpi = tuple(float(value) for value in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return dpi if len(dpi) == 2 and all(
        math.isfinite(value) and 1 <= value < 65535 for value in dpi) else None


def _comment(comment):
    if isinstance(comment, str):
        comment = comment.encode()
    return comment if isinstance(comment, bytes) else b""


def _png_chunks(image):
    """Colour and texts of a PNG, as it had them."""
    if image.format != "PNG":
        return ()
    chunks = []
    information = image.info
    if "gamma" in information:
        chunks.append((b"gAMA", struct.pack(
            ">L", round(information["gamma"] * 100000))))
    if "chromaticity" in information:
        chunks.append((b"cHRM", struct.pack(">8L", *(
            round(value * 100000) for value in information["chromaticity"]))))
    if "srgb" in information:
        chunks.append((b"sRGB", bytes([information["srgb"]])))
    texts = PngImagePlugin.PngInfo()
    for key, text in image.text.items():
        if not key.startswith(("XML:com.adobe.xmp", "Raw profile type ")):
            texts.add_text(key, text)
    return (*chunks, *(chunk[:2] for chunk in texts.chunks))
