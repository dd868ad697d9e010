"""TIFF of kinds that Pillow can't read, or misreads; tifffile reads them.

Gray with alpha in 16 bits (as `tiff_writing` writes it), planes of 16 bits,
CMYK with alpha, any number of further channels.
"""

import io
import logging

import numpy as np
from PIL import TiffImagePlugin

from ha_deblur.commandline import UserError
from ha_deblur.files import orientation
from ha_deblur.files.photo_files import xmp

_WHITE_IS_ZERO, _GRAY, _RGB, _PALETTE, _CMYK = 0, 1, 2, 3, 5
_COLOURS = {_WHITE_IS_ZERO: 1, _GRAY: 1, _RGB: 3, _CMYK: 4}
_NAMES = {_WHITE_IS_ZERO: "gray", _GRAY: "gray", _RGB: "RGB",
          _PALETTE: "palette", _CMYK: "CMYK", 6: "YCbCr", 8: "CIELAB",
          9: "CIELAB", 10: "CIELAB"}
_NUMBERS = {2: "integers with sign", 3: "floating-point numbers",
            5: "complex integers", 6: "complex numbers"}
_MULTIPLIED, _ALPHA = 1, 2  # kinds of further channels; 0 is any other


class Tags(TiffImagePlugin.TiffImageFile):
    """A TIFF of any kind, as Pillow opens it but without pixels.

    Args:
      source: the bytes of the file.
    """

    def __init__(self, source):
        self._source = source
        super().__init__(io.BytesIO(source))

    def _setup(self):
        self._mode = "L"
        try:
            self._size = (self.tag_v2[0x0100], self.tag_v2[0x0101])
        except KeyError:
            raise SyntaxError("no size") from None  # as plug-ins say "no TIFF"
        self.tile = []
        if 0x8773 in self.tag_v2:
            self.info["icc_profile"] = self.tag_v2[0x8773]
        unit = {2: 1, 3: 2.54}.get(self.tag_v2.get(0x0128, 2))
        if unit:
            self.info["dpi"] = tuple(
                unit * self.tag_v2.get(tag, 0) for tag in (0x011A, 0x011B))

    def decode(self, name):
        """The pixels, upright, which the image then says it is.

        Args:
          name: what to call the file in messages.

        Returns:
          ([h, w, c] uint8 or uint16 of gray, RGB or CMYK; alpha [h, w] of the
          same type, or None).

        Raises:
          UserError: tifffile can't read them either.
        """
        with _opened(self._source) as file:
            page = file.pages[0]
            colours = _COLOURS.get(page.photometric)
            turn = self._stored_orientation()
            try:
                if colours is None or page.dtype not in (np.uint8, np.uint16):
                    raise ValueError
                if page.shape[2:] == (2,) and page.dtype == np.uint16:
                    pixels = _gray_and_alpha(self._source)
                    turn = 1  # Pillow has turned them
                else:
                    pixels = page.asarray()
            except ValueError as error:
                raise UserError(
                    f"{name}: {_described(page)}, which can't be read"
                    f"{_why(page)}; save it as gray or RGB, uncompressed or "
                    "by deflate (ZIP)") from error
        if page.planarconfig == 2 and page.samplesperpixel > 1:
            pixels = np.moveaxis(pixels, 0, -1)
        pixels = orientation.upright(
            pixels.reshape(*pixels.shape[:2], -1), turn)
        self._size = pixels.shape[1::-1]
        return _separated(pixels, colours, page)

    def _stored_orientation(self):
        about = self.tag_v2.get(0x02BC, b"")
        return self.tag_v2.get(0x0112) or xmp.orientation(
            about if isinstance(about, bytes) else b"")


class _FourBytes(TiffImagePlugin.TiffImageFile):
    """A TIFF whose pixels have four bytes, which it takes for RGBA."""

    def _setup(self):
        self.tag_v2[0x0102] = (8, 8, 8, 8)
        self.tag_v2[0x0106] = _RGB
        self.tag_v2[0x0115] = 4
        self.tag_v2[0x0152] = (_ALPHA,)
        super()._setup()


def _gray_and_alpha(source):
    """[h, w, 2] uint16, which Pillow uncompresses (LZW too) and then turns."""
    with _FourBytes(io.BytesIO(source)) as image:
        pixels = np.asarray(image)
        order = {b"II": "<", b"MM": ">"}[image.tag_v2.prefix] if (
            image.info["compression"] == "raw") else "="  # libtiff's
    return pixels.view(order + "u2").astype(np.uint16)


def refuse_meaningless(source, name):
    """Refuses numbers of which nobody can say which one is white.

    Args:
      source: the bytes of a TIFF.
      name: what to call it in messages.

    Raises:
      UserError: it holds floating-point numbers, integers with sign or
        more than 16 bits.
    """
    try:
        with _opened(source) as file:
            page = file.pages[0]
            bits = int(np.max(page.bitspersample))
            kind = int(np.max(page.sampleformat))
    except Exception:  # damaged tags: then Pillow may say what is wrong
        return
    if kind in _NUMBERS or bits > 16:
        raise UserError(
            f"{name}: has {bits} bits a channel, "
            f"{_NUMBERS.get(kind, 'integers')}, of which it doesn't say which "
            "one is white; save it with integers of 8 or 16 bits, no sign")


def is_beyond_pillow(image):
    """Whether Pillow opens a TIFF whose pixels it would misread or refuse.

    So it does with planes of 16 bits, and of more than the colours.

    Args:
      image: the TIFF, opened by Pillow.
    """
    return image.tag_v2.get(0x011C) == 2 and (
        max(image.tag_v2.get(0x0102, (8,))) > 8 or 0x0152 in image.tag_v2)


def info(source):
    """What to add to the `info` that Pillow reads: "iptc" and "resources".

    Pillow takes a number for what Photoshop writes there.

    Args:
      source: the bytes of a TIFF.
    """
    try:
        with _opened(source) as file:
            found = {name: file.pages[0].tags.valueof(tag) for name, tag in (
                ("iptc", 0x83BB), ("resources", 0x8649))}
    except Exception:  # damaged tags
        return {}
    return {name: value for name, value in found.items()
            if isinstance(value, bytes)}


def channels_left_out(tags):
    """How many channels are neither colour nor alpha.

    Args:
      tags: a TIFF that Pillow opened.
    """
    photometric = tags.tag_v2.get(0x0106, _GRAY)
    colours = {_PALETTE: 1, 6: 3, 8: 3, 9: 3, 10: 3, **_COLOURS}.get(
        photometric)
    if colours is None:
        return 0
    further = tags.tag_v2.get(0x0115, 1) - colours
    kinds = tags.tag_v2.get(0x0152, ())
    with_alpha = any(kind in (_MULTIPLIED, _ALPHA) for kind in kinds)
    return max(0, further - with_alpha)


def _opened(source):
    import tifffile

    # It logs whatever is odd in a file, also where Pillow can read it.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    return tifffile.TiffFile(io.BytesIO(source))


def _separated(pixels, colours, page):
    """(the colours [h, w, c], alpha [h, w] or None) of [h, w, n]."""
    full = np.iinfo(pixels.dtype).max
    alpha = None
    for i, kind in enumerate(page.extrasamples[:pixels.shape[2] - colours]):
        if kind in (_MULTIPLIED, _ALPHA):
            alpha = pixels[..., colours + i]
            break
    pixels = pixels[..., :colours]
    if page.photometric == _WHITE_IS_ZERO:
        pixels = full - pixels
    if alpha is not None and kind == _MULTIPLIED:
        pixels = np.minimum(
            pixels.astype(np.uint64) * full
            // np.maximum(alpha, 1)[..., None], full).astype(alpha.dtype)
    return pixels, alpha


def _described(page):
    name = _NAMES.get(page.photometric, "unknown colours")
    further = page.samplesperpixel - _COLOURS.get(page.photometric, 3)
    return (f"is a TIFF of {name}, {page.bitspersample} bits a channel" + (
        f", with {further} further channels" if further > 0 else ""))


def _why(page):
    compression = getattr(page.compression, "name", str(page.compression))
    return "" if compression == "NONE" else f" (compression {compression})"
