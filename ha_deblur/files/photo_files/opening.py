"""Opens a photo's file with Pillow, and adds what Pillow does not report."""

import contextlib
import io
import pathlib

from PIL import Image

from ha_deblur.commandline import UserError
from ha_deblur.files.photo_files import (
    heif_boxes,
    jpeg,
    png,
    tiff_reading,
)
from ha_deblur.files.photo_files.prepared import Prepared

_READABLE = ("AVIF", "BMP", "GIF", "HEIF", "JPEG", "MPO", "PNG", "TIFF", "WEBP")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm",
                b"hevs", b"mif1", b"msf1")
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class OpenedPhoto:
    """An opened file; its picture isn't decoded yet.

    Args:
      source: a path, or the bytes of a file.
      name: what to call it in messages.

    Attributes:
      image: the Pillow image; or `tiff_reading.Tags`, for which Pillow has no
        pixels.
      boxes: the `Boxes` of AVIF and HEIC, else None.
      left_out: names of what no result can keep.

    Raises:
      UserError: it is empty, or a TIFF that doesn't say which number is white.
      UnidentifiedImageError: it is not a picture.
    """

    def __init__(self, source, name):
        if not isinstance(source, bytes):
            source = pathlib.Path(source).read_bytes()
        if not source:
            raise UserError(f"{name}: can't be read as a picture (it is empty)")
        self._prepared = _prepared(source, name)
        self.boxes = None
        self.left_out = list(self._prepared.left_out)
        if source[4:8] == b"ftyp":
            self.boxes = heif_boxes.read(source)
            self.left_out += self.boxes.left_out
        if source[:4] in _TIFF_STARTS:
            self.image = self._opened_tiff(source, name)
        else:
            self.image = self.reopen()
        self.image.info.update(self._prepared.info)

    def reopen(self):
        """The Pillow image, reopened."""
        Image.init()
        return Image.open(io.BytesIO(self.content), formats=[
            known for known in _READABLE if known in Image.OPEN])

    @property
    def content(self):
        """The bytes that Pillow is given."""
        return self._prepared.content

    @property
    def is_whole(self):
        """Whether all of the picture is there; it may decode it."""
        return self._prepared.is_whole()

    def _opened_tiff(self, source, name):
        tiff_reading.refuse_meaningless(source, name)
        image = None
        with contextlib.suppress(Image.UnidentifiedImageError):
            image = self.reopen()
        if image is None or tiff_reading.is_beyond_pillow(image):
            try:
                image = tiff_reading.Tags(source)
            except SyntaxError as error:
                raise Image.UnidentifiedImageError from error
        if further := tiff_reading.channels_left_out(image):
            self.left_out.append(
                f"{further} further channel{'s' * (further > 1)}")
        return image


def register_heif(name):
    """Makes Pillow read and write HEIC.

    Args:
      name: what to call the file in messages.

    Raises:
      UserError: pillow-heif is not installed.
    """
    try:
        import pillow_heif
    except ImportError:
        raise UserError(
            f"{name}: is HEIC, for which pillow-heif is needed: pip install "
            "ha-deblur[heif]") from None
    pillow_heif.register_heif_opener()


def _prepared(source, name):
    if source.startswith(png.SIGNATURE):
        return png.prepared(source)
    if source.startswith(jpeg.START):
        return jpeg.prepared(source)
    if source[:4] in _TIFF_STARTS:
        return Prepared(source, tiff_reading.info(source))
    if source[4:8] == b"ftyp" and source[8:12] in _HEIF_BRANDS:
        register_heif(name)
    return Prepared(source)
