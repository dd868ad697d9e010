"""TIFF of 8 or 16 bits a channel, which Pillow can't write in colour.

Lossless: deflate after differences between neighbours, Adobe's way. EXIF is
laid into the file as it is, a TIFF file itself, so that every offset in it,
those of cameras' own notes too, stays right; a new directory then points at
the pixels and at the old entries.
The format: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf
"""

import struct
import zlib
from fractions import Fraction

import numpy as np

from ha_deblur.files.photo_files.exif import Exif
from ha_deblur.files.photo_files.metadata import DESCRIPTIVE
from ha_deblur.files.photo_files.xmp import without_pointer

_EMPTY = b"II*\0" + struct.pack("<LHL", 8, 0, 0)  # no entries, no directory
_SIZES = {"B": 1, "H": 3, "L": 4}  # TIFF's numbers of the types
_RATIONAL, _UNDEFINED = 5, 7


def encode(pixels, metadata):
    """The bytes of a TIFF file.

    Args:
      pixels: [h, w, c] uint8 or uint16: gray, gray and alpha, RGB or RGBA;
        alpha is not multiplied in.
      metadata: the `Metadata`.
    """
    height, width, channels = pixels.shape
    exif = Exif(metadata.exif or _EMPTY)
    content = bytearray(exif.tobytes())
    order = exif.byte_order
    entries = {tag: bytes(content[start:start + 12])
               for tag, start in exif.main.items() if tag in DESCRIPTIVE}

    def append(data):
        content.extend(bytes(len(content) % 2))  # offsets are even
        content.extend(data)
        return len(content) - len(data)

    def entry(tag, kind, count, data):
        if len(data) > 4:
            data = struct.pack(order + "L", append(data))
        entries[tag] = struct.pack(
            order + "HHL", tag, kind, count) + data.ljust(4, b"\0")

    def numbers(tag, kind, *values):
        entry(tag, _SIZES[kind], len(values),
              struct.pack(f"{order}{len(values)}{kind}", *values))

    strip = _compressed(pixels, order)
    numbers(0x0100, "L", width)
    numbers(0x0101, "L", height)
    numbers(0x0102, "H", *[8 * pixels.itemsize] * channels)
    numbers(0x0103, "H", 8)  # deflate
    numbers(0x0106, "H", 2 if channels > 2 else 1)  # RGB; 0 is black
    numbers(0x0111, "L", append(strip))
    numbers(0x0112, "H", 1)  # upright
    numbers(0x0115, "H", channels)
    numbers(0x0116, "L", height)  # all rows in one strip
    numbers(0x0117, "L", len(strip))
    numbers(0x013D, "H", 2)  # differences
    if channels in (2, 4):
        numbers(0x0152, "H", 2)  # alpha that is not multiplied in
    if metadata.dpi:
        for tag, value in zip((0x011A, 0x011B), metadata.dpi):
            value = Fraction(value).limit_denominator(10000)
            entry(tag, _RATIONAL, 1, struct.pack(
                order + "2L", value.numerator, value.denominator))
        numbers(0x0128, "H", 2)  # inches
    for tag, data in ((0x02BC, without_pointer(metadata.xmp)),
                      (0x83BB, metadata.iptc), (0x8649, metadata.photoshop),
                      (0x8773, metadata.profile(gray=channels < 3))):
        if data:
            entry(tag, _UNDEFINED, len(data), data)
    directory = b"".join(entries[tag] for tag in sorted(entries))
    start = append(struct.pack(order + "H", len(entries)) + directory
                   + bytes(4))  # no further directory
    struct.pack_into(order + "L", content, 4, start)
    return bytes(content)


def _compressed(pixels, order):
    differences = pixels.astype(pixels.dtype.newbyteorder(order))
    # [h, w, c]: modulo 256 or 65536
    differences[:, 1:] -= pixels[:, :-1]
    return zlib.compress(np.ascontiguousarray(differences).data)
