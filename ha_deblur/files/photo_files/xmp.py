"""XMP, mended in place.

It is edited as text, not as XML: cameras and programs write XMP that no strict
parser takes.
"""

import re

_VALUE = rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')"
_ORIENTATION = re.compile(rb"(tiff:Orientation(?:\s*=\s*[\"']|>)\s*)([1-8])")
_GAIN_MAP = b"http://ns.adobe.com/hdr-gain-map/1.0/"
_EXTENDED = re.compile(
    rb"HasExtendedXMP(?:\s*=\s*[\"']|>)\s*([0-9A-Fa-f]{32})")


def _properties(names, prefix=rb"[\w.-]+"):
    """A pattern of properties, as attributes and as elements."""
    return re.compile(
        rb"\s+(?:%s):(?:%s)%s|<((?:%s):(?:%s))\b(?:[^<>]*/>|.*?</\1\s*>)" % (
            prefix, names, _VALUE, prefix, names), re.DOTALL)


_THUMBNAILS = _properties(rb"Thumbnails", rb"xmp|xap")
_POINTER = _properties(rb"HasExtendedXMP")
# What counts the bytes of pictures and videos that follow the first picture.
_DIRECTORY = _properties(rb"Directory", rb"G?Container")
_MOTION = _properties(
    rb"MotionPhoto\w*|MicroVideo\w*|VideoLength")


def orientation(xmp):
    """1 to 8 as in EXIF; None if it doesn't say."""
    found = _ORIENTATION.search(xmp)
    return int(found[2]) if found else None


def announces_gain_map(xmp):
    """Whether it says that the picture has a map for HDR."""
    return bool(_gain_map(xmp).search(xmp))


def announces_motion(xmp):
    """Whether it says that a video follows the picture."""
    return bool(_MOTION.search(xmp))


def of_result(xmp):
    """The XMP of a picture that was turned upright, and stands alone.

    Thumbnails would show the old picture. Gain maps and videos behind it are
    not written, so nothing may announce them.
    """
    for dropped in (_THUMBNAILS, _gain_map(xmp), _DIRECTORY, _MOTION):
        xmp = dropped.sub(b"", xmp)
    return _ORIENTATION.sub(rb"\g<1>1", xmp)


def extension(xmp):
    """The name of the extended XMP that it points at, or None."""
    found = _EXTENDED.search(xmp)
    return found[1] if found else None


def without_pointer(xmp):
    """The XMP without what points at extended XMP."""
    return _POINTER.sub(b"", xmp)


def _gain_map(xmp):
    """The pattern of Adobe's and Apple's properties of a gain map."""
    names = re.findall(
        rb"xmlns:([\w.-]+)\s*=\s*[\"']%s" % re.escape(_GAIN_MAP), xmp)
    return _properties(rb"\w+", b"|".join(
        map(re.escape, {*names, b"hdrgm", b"HDRGainMap"})))
