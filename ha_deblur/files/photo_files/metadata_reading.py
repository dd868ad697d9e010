"""What every kind of photo file says about its picture, as `Metadata`."""

import math
import struct

from ha_deblur.files.photo_files import photoshop, xmp
from ha_deblur.files.photo_files.exif import Exif
from ha_deblur.files.photo_files.metadata import DESCRIPTIVE, Metadata

# IPTC, Photoshop's resources, profile; how pixels or tiles were stored.
_KNOWN_TAGS = {0x83BB, 0x8649, 0x8773, 0x80A4, 0x80E3, 0x80E4, 0x80E5}
_LAYERS = 0x935C


def read(image, boxes=None):
    """The Metadata of a loaded Pillow image, and how to turn its pixels.

    Damaged EXIF is dropped, and the photo read all the same.

    Args:
      image: the image, whose `info` has what `Prepared` adds to it.
      boxes: the `Boxes` of AVIF and HEIC.

    Returns:
      (Metadata, orientation, 1 to 8 as in EXIF, names of what was left out).
    """
    left_out = []
    block = _exif_block(image)
    try:
        exif = Exif(block) if block else None
    except ValueError:
        exif = None
        left_out.append("EXIF (damaged)")
    about = image.info.get("xmp") or image.info.get("raw_profiles", {}).get(
        "xmp", b"")
    about = about if isinstance(about, bytes) else str(about).encode()
    extended = image.info.get("extended_xmp", b"")
    if not extended:
        about = xmp.without_pointer(about)
    orientation = 1
    if image.format not in ("TIFF", "AVIF", "HEIF"):  # Pillow turns TIFF
        orientation = xmp.orientation(about) or 1
    if exif and image.format != "TIFF":
        orientation = exif.orientation or orientation
    swapped = orientation > 4
    if exif:
        exif.make_upright(
            *(image.size[::-1] if swapped else image.size), swapped)
    if image.info.get("icc_profile", b"") is None:
        left_out.append("colour profile (not all there)")
    left_out += _odd_pixels(image) + _odd_tags(image)
    iptc, others = photoshop.split(_resources(image), orientation > 1)
    dpi = _resolution(image.info.get("dpi"))
    if image.format == "TIFF" and 0x011A not in image.tag_v2:
        dpi = None  # where Pillow says 1
    return Metadata(
        exif=exif.tobytes() if exif else b"",
        xmp=xmp.of_result(about),
        extended_xmp=xmp.of_result(extended),
        iptc=image.info.get("iptc") or iptc,
        photoshop=others,
        icc_profile=image.info.get("icc_profile") or b"",
        cicp=_cicp(image, boxes),
        dpi=dpi[::-1] if dpi and swapped else dpi,
        comment=_comment(image.info.get("comment")),
        png_chunks=image.info.get("png_chunks", ()),
        jpeg_segments=image.info.get("jpeg_segments", ()),
    ), orientation, left_out


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
    return image.info.get("exif") or image.info.get("raw_profiles", {}).get(
        "exif", b"")


def _odd_pixels(image):
    """A name for pixels that aren't square, where no resolution tells it."""
    about = image.info
    shape = about.get("aspect") or about.get("pixel_aspect_ratio") or (
        about.get("jfif_density") if about.get("jfif_unit") == 0
        else about.get("resolution"))
    try:
        x, y = map(float, shape or (1, 1))
    except (TypeError, ValueError, ZeroDivisionError):
        return []
    return [] if about.get("dpi") or x == y or math.isnan(x + y) else [
        f"shape of pixels ({x:g} by {y:g})"]


def _odd_tags(image):
    """Names for what programs of their own have put into a TIFF."""
    if image.format != "TIFF":
        return []
    odd = [tag for tag in image.tag_v2 if tag >= 0x8000
           and tag not in DESCRIPTIVE and tag not in _KNOWN_TAGS]
    return (["Photoshop layers"] * (_LAYERS in odd)
            + [f"TIFF tag {tag}" for tag in odd if tag != _LAYERS])


def _resources(image):
    """Photoshop's resources in any kind of file; b"" if there are none."""
    raw = image.info.get("raw_profiles", {})
    return image.info.get("resources") or raw.get("8bim") or raw.get(
        "iptc", b"")


def _cicp(image, boxes):
    """(primaries, transfer) where they, and not a profile, tell the colours.
    """
    if image.format == "PNG":
        found = dict(image.info.get("png_chunks", ())).get(b"cICP", b"")[:2]
    elif image.info.get("icc_profile"):
        return None
    else:
        found = boxes.cicp if boxes else None
        stream = image.info.get("nclx_profile")  # pillow-heif's
        if not found and stream:
            found = (int(stream["color_primaries"]),
                     int(stream["transfer_characteristics"]))
    found = tuple(found or ())[:2]
    if len(found) < 2 or (found[0] in (1, 2) and found[1] in (2, 13)):
        return None
    return found


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
