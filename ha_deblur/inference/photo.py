"""A person's photo: read with all that must survive, and written back."""

import dataclasses
import functools
import io
import pathlib
import typing

import numpy as np
from PIL import Image

from ha_deblur import whole_file
from ha_deblur.commandline import UserError
from ha_deblur.inference.photo_files import (
    colours,
    compression,
    hidden_colours,
    metadata,
    sixteen_bit,
    tiff,
)
from ha_deblur.inference.photo_files.metadata import Metadata

FORMATS = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jfif": "JPEG", ".png": "PNG",
    ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP",
    ".heic": "HEIF", ".heif": "HEIF", ".avif": "AVIF"}
EXTENSIONS = (*FORMATS, ".gif")  # GIF's 256 colours are not enough to write
MAX_PIXELS = 100_000_000

_READABLE = (*sorted(set(FORMATS.values())), "GIF", "MPO")
_WITHOUT_ALPHA = ("JPEG", "BMP")
_SIXTEEN_BIT = ("PNG", "TIFF")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1")
# How EXIF's orientations are brought upright.
_TURNS = {
    1: lambda array: array,
    2: lambda array: array[:, ::-1],
    3: lambda array: array[::-1, ::-1],
    4: lambda array: array[::-1],
    5: lambda array: array.swapaxes(0, 1),
    6: lambda array: array[::-1].swapaxes(0, 1),
    7: lambda array: array[::-1, ::-1].swapaxes(0, 1),
    8: lambda array: array[:, ::-1].swapaxes(0, 1)}


@dataclasses.dataclass(frozen=True)
class Photo:
    """A decoded picture and what belongs to it.

    Attributes:
      pixels: [h, w, 3] uint8 or uint16 RGB, turned upright as its EXIF says.
        What transparency hides shows the nearest seen colours.
      alpha: [h, w] of the same type, or None.
      hidden: [n, 3], the colours of the n hidden pixels in the file; or None.
      gray: whether the file holds one channel; it is written as one.
      metadata: EXIF, colour profile, resolution and the like.
      file_format: "JPEG", "PNG", ..., as Pillow calls it.
      compression: what keeps a result in that format as fine.
      note: a line on what of the file was left aside, or None.
    """

    pixels: np.ndarray
    alpha: typing.Optional[np.ndarray] = None
    hidden: typing.Optional[np.ndarray] = None
    gray: bool = False
    metadata: Metadata = dataclasses.field(default_factory=Metadata)
    file_format: str = "PNG"
    compression: dict = dataclasses.field(default_factory=dict)
    note: typing.Optional[str] = None

    @property
    def ending(self):
        """That of a result, where no file name tells it: PNG's for GIF."""
        return {file_format: ending for ending, file_format
                in reversed(FORMATS.items())}.get(self.file_format, ".png")


def read(source, name=None, max_pixels=MAX_PIXELS):
    """Reads a Photo.

    Args:
      source: a path, or the bytes of a file.
      name: what to call it in messages; the path if None.
      max_pixels: refuse larger ones before they are decoded; 0: take all.

    Raises:
      UserError: the file is missing, damaged, too large, or of a kind that
        can't be kept as it is.
    """
    name = name or source
    try:
        return _read(source, name, max_pixels)
    except UserError:
        raise
    except Exception as error:  # decoders meet damaged bytes with any of them
        reason = getattr(error, "strerror", None) or " ".join(
            str(error).split()) or type(error).__name__
        if isinstance(error, Image.UnidentifiedImageError):
            reason = "it is none, or too damaged to tell its kind"
        raise UserError(f"{name}: can't be read as a picture ({reason})"
                        ) from error


def write(path, pixels, photo=None):
    """Writes a picture by its final name only when it is whole.

    Args:
      path: where; its ending chooses the format.
      pixels: [h, w, 3] or [h, w], uint8 or uint16.
      photo: the Photo it was made from, whose alpha and metadata it keeps.

    Raises:
      UserError: the file can't be written.
    """
    # Written by Python, for Pillow misses the end of the disk in JPEG.
    encoded = encode(pixels, pathlib.Path(path).suffix, photo, path)
    with whole_file.writing(path) as partial:
        partial.write_bytes(encoded)


def encode(pixels, ending, photo=None, name="the result"):
    """The bytes of the file that `write` would make.

    Transparency is laid over white and 16 bits become 8 in formats that lack
    them: see `losses`.

    Args:
      pixels: as of `write`.
      ending: such as ".jpg", of FORMATS.
      photo: as of `write`.
      name: what to call it in messages.

    Raises:
      UserError: the format is unknown or can't hold such a picture.
    """
    file_format = FORMATS.get(ending.lower())
    if file_format is None:
        raise UserError(f"{name}: can't be written as '{ending}'; there are "
                        f"{', '.join(FORMATS)}")
    photo = photo or Photo(pixels)
    image = colours.channels(
        hidden_colours.restored(pixels, photo.alpha, photo.hidden),
        photo.alpha, photo.gray)  # [h, w, 1 to 4]
    if file_format in _WITHOUT_ALPHA:
        image = colours.over_white(image)
    if file_format not in _SIXTEEN_BIT:
        image = sixteen_bit.to_eight_bits(image)
    try:
        if file_format == "TIFF":
            return tiff.encode(image, photo.metadata)
        options = photo.metadata.save_options(file_format)
        if image.dtype == np.uint16:
            return sixteen_bit.encode_png(image, options)
        options.update(photo.compression if photo.file_format == file_format
                       else compression.best(file_format))
        if file_format == "HEIF":
            _register_heif(name)
        encoded = io.BytesIO()
        Image.fromarray(np.squeeze(image, 2) if image.shape[2] == 1
                        else image).save(encoded, file_format, **options)
        return encoded.getvalue()
    except (OSError, ValueError) as error:
        raise UserError(f"{name}: can't be written ({error})") from error


def losses(photo, ending):
    """A line on what a photo loses when written so, or None."""
    file_format = FORMATS[ending.lower()]
    lost = []
    if photo.alpha is not None and file_format in _WITHOUT_ALPHA:
        lost.append("transparency became white")
    if photo.pixels.dtype == np.uint16 and file_format not in _SIXTEEN_BIT:
        lost.append("16 bits became 8")
    return f"{' and '.join(lost)} in {file_format}" if lost else None


def _read(source, name, max_pixels):
    content = functools.partial(bytes, source) if isinstance(
        source, bytes) else pathlib.Path(source).read_bytes
    _check_kind(source, name)
    Image.init()

    def reopen():
        return Image.open(
            io.BytesIO(source) if isinstance(source, bytes) else source,
            formats=[known for known in _READABLE if known in Image.OPEN])

    with reopen() as image:
        pixels = image.width * image.height
        if max_pixels and pixels > max_pixels:
            raise UserError(
                f"{name}: has {pixels:,} pixels; make it smaller, or raise "
                f"--max_pixels={max_pixels} if you trust it")
        notes = [sixteen_bit.dropped(image, content)]
        if getattr(image, "is_animated", False) and image.format != "MPO":
            notes.append(
                "holds several pictures, of which only the first is taken")
        file_format = {"MPO": "JPEG"}.get(image.format, image.format)
        finesse = compression.read(image, content)
        pixels, alpha, gray, profile = colours.read(image, reopen, name)
        about, orientation = metadata.read(image)
    if profile is not None:
        about = dataclasses.replace(about, icc_profile=profile)
    turn = _TURNS[orientation]
    pixels = np.ascontiguousarray(turn(pixels))
    if alpha is not None:
        alpha = np.ascontiguousarray(turn(alpha))
    pixels, hidden = hidden_colours.covered(pixels, alpha)
    return Photo(pixels, alpha, hidden, gray, about, file_format, finesse,
                 "; ".join(filter(None, notes)) or None)


def _check_kind(source, name):
    """Loads the plug-in of HEIC if the file is one."""
    if isinstance(source, bytes):
        start = source[:12]
    else:
        with pathlib.Path(source).open("rb") as file:
            start = file.read(12)
    if not start:
        raise UserError(f"{name}: can't be read as a picture (it is empty)")
    if start[4:8] == b"ftyp" and start[8:] in _HEIF_BRANDS:
        _register_heif(name)


def _register_heif(name):
    try:
        import pillow_heif
    except ImportError:
        raise UserError(
            f"{name}: is HEIC, for which pillow-heif is needed: pip install "
            "ha-deblur[heif]") from None
    pillow_heif.register_heif_opener()
