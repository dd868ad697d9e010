"""How finely a file is compressed, so that its result is not coarser."""

import functools
import io
import struct

import numpy as np
from PIL import Image, JpegImagePlugin

# Coarse tables show in a sharp picture, even where the blurry one hid them.
_LEAST_QUALITY = 90


def read(image, content):
    """Options of Pillow's `save` to compress as finely, in the same format.

    Args:
      image: the opened Pillow image.
      content: the file's bytes.
    """
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        return {
            "qtables": _finer(image.quantization),
            # -1: one that Pillow can't write; then chroma keeps its full size
            "subsampling": max(0, JpegImagePlugin.get_sampling(image)),
            "progressive": "progressive" in image.info}
    if image.format == "WEBP":
        return {"lossless": True} if _is_lossless_webp(content) else {
            "quality": 95}  # a lossy file doesn't say its own
    return best(image.format)


def best(file_format):
    """The same options, for a picture that comes from another format."""
    return {
        "JPEG": {"quality": 95, "subsampling": 0},
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 95, "subsampling": "4:4:4"},
        "HEIF": {"quality": 95, "chroma": 444},
    }.get(file_format, {})


def _finer(tables):
    """[luma, chroma], each step the smaller of the file's and quality 90's.

    Args:
      tables: {number: 64 steps}; JPEG's first is that of luma.
    """
    given = [np.asarray(tables[number]) for number in sorted(tables)]
    least = _tables_of_least_quality()
    luma, *chroma = given or least
    finer = (np.minimum(luma, least[0]),
             np.minimum.reduce([*chroma, least[1]]))
    return [np.maximum(table, 1).tolist() for table in finer]


@functools.lru_cache
def _tables_of_least_quality():
    encoded = io.BytesIO()
    Image.new("RGB", (8, 8)).save(encoded, "JPEG", quality=_LEAST_QUALITY)
    tables = Image.open(encoded).quantization
    return [np.asarray(tables[number]) for number in sorted(tables)]


def _is_lossless_webp(content):
    """Whether the first picture in a WebP is of its lossless kind, VP8L.

    https://developers.google.com/speed/webp/docs/riff_container
    """
    start = 12  # after RIFF, a length, and WEBP
    while start + 8 <= len(content):
        name, length = struct.unpack_from("<4sL", content, start)
        if name in (b"VP8L", b"VP8 "):
            return name == b"VP8L"
        # A frame of an animation holds the picture after 16 bytes.
        start += 24 if name == b"ANMF" else 8 + length + length % 2
    return False
