"""16 bits a channel, of which Pillow keeps only 8 in colour pictures."""

import io
import re
import sys

import numpy as np
from PIL import Image

from ha_deblur.files.photo_files import png

_DEEP = re.compile("(RGB|RGBX|RGBA|RGBa);16([BLN])")
_SWAPPED = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}


def is_deep(image):
    """Whether the file of an opened Pillow image has 16-bit colour."""
    return bool(_DEEP.fullmatch(_raw_mode(image))) or (
        _raw_mode(image) == "LA;16B")


def dropped(image, boxes=None):
    """A line on a file of more than 8 bits of which Pillow keeps 8, or None.

    Args:
      image: the opened Pillow image.
      boxes: the `Boxes` of AVIF and HEIC.
    """
    bits = 8
    if image.format == "TIFF" and image.tag_v2.get(262) == 5:  # CMYK
        bits = max(image.tag_v2.get(258, (8,)))
    elif boxes:
        bits = max((8, *boxes.bits, image.info.get("bit_depth", 8)))
    return f"{bits} bits a channel became 8" if bits > 8 else None


def decode(image, reopen):
    """All bits of a PNG or TIFF.

    Pillow decodes every compression, and then keeps the upper byte of each
    value. Told that the byte order is the other one, it keeps the lower byte.

    Args:
      image: the opened Pillow image, for which `is_deep`; it is loaded.
      reopen: opens the same file again.

    Returns:
      [h, w, c] uint16: gray and alpha, RGB or RGBA.
    """
    mode = _raw_mode(image)
    if mode == "LA;16B":  # the four bytes of a pixel
        return _decoded(image, "RGBA").view(">u2").astype(np.uint16)
    kind, order = _DEEP.fullmatch(mode).groups()
    # As it is stored: Pillow would divide by alpha byte by byte.
    stored = {"RGBa": "RGBA"}.get(kind, kind)
    pixels = _decoded(image, f"{stored};16{order}").astype(np.uint16) << 8
    with reopen() as again:
        pixels |= _decoded(again, f"{stored};16{_SWAPPED[order]}")
    if kind == "RGBX":  # none of the colours, nor alpha
        return pixels[..., :3]
    if kind == "RGBa":
        alpha = np.maximum(pixels[..., 3:], 1).astype(np.uint32)
        # Below 2 ** 32, for a colour times 65535 is.
        colours = (pixels[..., :3].astype(np.uint32) * 65535) // alpha
        pixels[..., :3] = np.minimum(colours, 65535)
    return pixels


def encode_png(pixels, options):
    """The bytes of a PNG.

    Args:
      pixels: [h, w, c] uint16: gray, gray and alpha, RGB or RGBA.
      options: those of Pillow's `save`.
    """
    import tensorflow as tf
    chunks = list(png.chunks(tf.io.encode_png(pixels).numpy()))
    described = io.BytesIO()
    Image.new("RGB", (1, 1)).save(described, "PNG", **options)
    chunks[1:1] = [(name, chunk) for name, chunk in
                   png.chunks(described.getvalue())
                   if name not in (b"IHDR", b"IDAT", b"IEND")]
    return png.SIGNATURE + b"".join(chunk for _, chunk in chunks)


def to_eight_bits(pixels):
    """uint16 to the nearest uint8; uint8 as it is."""
    if pixels.dtype == np.uint8:
        return pixels
    return ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)


def _raw_mode(image):
    """Pillow's name for how the file lays out a pixel."""
    if not getattr(image, "tile", None):
        return ""
    arguments = image.tile[0].args
    return str(arguments[0] if isinstance(arguments, tuple) else arguments)


def _decoded(image, raw_mode):
    """[h, w, c] uint8: the picture, decoded as if laid out so."""
    image.tile = [
        tile._replace(args=raw_mode if isinstance(tile.args, str)
                      else (raw_mode, *tile.args[1:]))
        for tile in image.tile]
    image.load()
    return np.asarray(image)
