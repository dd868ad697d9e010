"""A person's photo: read with all that must survive, and written back."""

import dataclasses
import io
import pathlib
import typing

import numpy as np
from PIL import Image

from ha_deblur import whole_file
from ha_deblur.commandline import UserError
from ha_deblur.files import orientation
from ha_deblur.files.photo_files import (
    colours,
    compression,
    heif_boxes,
    metadata_reading,
    opening,
    sixteen_bit,
    tiff_writing,
    unreadable,
)
from ha_deblur.files.photo_files.metadata import Metadata

FORMATS = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jfif": "JPEG", ".png": "PNG",
    ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP",
    ".heic": "HEIF", ".heif": "HEIF", ".avif": "AVIF"}
EXTENSIONS = (*FORMATS, ".gif")  # GIF's 256 colours are not enough to write
MAX_PIXELS = 100_000_000

_WITHOUT_ALPHA = ("JPEG", "BMP")
_SIXTEEN_BIT = ("PNG", "TIFF")


@dataclasses.dataclass(frozen=True)
class Photo:
    """A decoded picture and what belongs to it.

    Attributes:
      pixels: [h, w, 3] uint8 or uint16 RGB, turned upright as its EXIF says.
        Pixels that transparency hides have the nearest visible colours.
      alpha: [h, w] of the same type, or None.
      hidden: [n, 3], the file's colours of the n hidden pixels; or None.
      gray: whether the file holds one channel; so will the result.
      metadata: EXIF, colour profile, resolution and the like.
      file_format: "JPEG", "PNG", ..., as Pillow calls it.
      compression: options of Pillow's `save` that compress a result in that
        format as finely.
      note: a line on what in the file was left out, or None.
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
        """The ending of a result that has no file name yet; .png for GIF."""
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
    name = name or ("the photo" if isinstance(source, bytes) else source)
    try:
        return _read(source, name, max_pixels)
    except UserError:
        raise
    except Exception as error:  # decoders raise anything on damaged bytes
        reason = getattr(error, "strerror", None) or " ".join(
            str(error).split()) or type(error).__name__
        if isinstance(error, Image.UnidentifiedImageError):
            reason = unreadable.reason(source)
        raise UserError(f"{name}: can't be read as a picture ({reason})"
                        ) from error


def write(path, pixels, photo=None):
    """Writes a picture; the file has its name only once it is complete.

    Args:
      path: of the file; its ending chooses the format.
      pixels: [h, w, 3] or [h, w], uint8 or uint16.
      photo: the Photo it was made from, whose alpha and metadata it keeps.

    Raises:
      UserError: the file can't be written.
    """
    # Written by Python: Pillow doesn't notice a full disk when it writes JPEG.
    encoded = encode(pixels, pathlib.Path(path).suffix, photo, path)
    with whole_file.writing(path) as partial:
        partial.write_bytes(encoded)


def encode(pixels, ending, photo=None, name="the result"):
    """The bytes of the file that `write` would make.

    In formats without transparency the picture is composited over white, and
    in those without 16 bits they become 8: see `losses`.

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
        colours.restore_hidden(pixels, photo.alpha, photo.hidden),
        photo.alpha, photo.gray)  # [h, w, 1 to 4]
    if file_format in _WITHOUT_ALPHA:
        image = colours.over_white(image)
    if file_format not in _SIXTEEN_BIT:
        image = sixteen_bit.to_eight_bits(image)
    try:
        if file_format == "TIFF":
            return tiff_writing.encode(image, photo.metadata)
        gray = image.shape[2] in (1, 2)
        options = photo.metadata.save_options(file_format, gray)
        if image.dtype == np.uint16:
            return sixteen_bit.encode_png(image, options)
        options.update(photo.compression if photo.file_format == file_format
                       else compression.best(file_format))
        if file_format == "AVIF" and gray:
            options["subsampling"] = "4:0:0"
        if file_format == "HEIF":
            opening.register_heif(name)
        encoded = io.BytesIO()
        Image.fromarray(np.squeeze(image, 2) if image.shape[2] == 1
                        else image).save(encoded, file_format, **options)
        if file_format == "AVIF" and photo.metadata.cicp:
            return heif_boxes.with_cicp(
                encoded.getvalue(), photo.metadata.cicp)
        return encoded.getvalue()
    except (OSError, ValueError) as error:
        raise UserError(f"{name}: can't be written ({error})") from error


def losses(photo, ending):
    """A line on what a photo loses in the format of an ending; or None."""
    file_format = FORMATS[ending.lower()]
    became = []
    if photo.alpha is not None and file_format in _WITHOUT_ALPHA:
        became.append("transparency became white")
    if photo.pixels.dtype == np.uint16 and file_format not in _SIXTEEN_BIT:
        became.append("16 bits became 8")
    lines = [f"{' and '.join(became)} in {file_format}"] if became else []
    if lost := photo.metadata.lost(file_format):
        lines.append(f"{file_format} has no room for its {', '.join(lost)}")
    if photo.metadata.is_hdr and file_format not in ("PNG", "AVIF", "HEIF"):
        lines.append(f"in {file_format} its HDR colours are white above a "
                     "screen's white")
    return "; ".join(lines) or None


def _read(source, name, max_pixels):
    file = opening.OpenedPhoto(source, name)
    with file.image as image:
        pixels = image.width * image.height
        if max_pixels and pixels > max_pixels:
            raise UserError(
                f"{name}: has {pixels:,} pixels; make it smaller, or raise "
                f"--max_pixels={max_pixels} if you trust it")
        if not file.is_whole:
            raise UserError(
                f"{name}: can't be read as a picture (its end is missing)")
        notes = [sixteen_bit.dropped(image, file.boxes)]
        if getattr(image, "is_animated", False) and image.format != "MPO":
            notes.append(
                "holds several pictures, of which only the first is taken")
        file_format = {"MPO": "JPEG"}.get(image.format, image.format)
        finesse = compression.read(image, file.content)
        pixels, alpha, gray, profile = colours.read(
            image, file.reopen, name, file.boxes)
        about, turn, left_out = metadata_reading.read(
            image, file.boxes)
    if profile is not None:
        about = dataclasses.replace(about, icc_profile=profile, cicp=None)
    if left_out := [*file.left_out, *left_out]:
        notes.append(f"without its {', '.join(left_out)}")
    pixels = np.ascontiguousarray(orientation.upright(pixels, turn))
    if alpha is not None:
        alpha = np.ascontiguousarray(orientation.upright(alpha, turn))
    pixels, hidden = colours.cover_hidden(pixels, alpha)
    return Photo(pixels, alpha, hidden, gray, about, file_format, finesse,
                 "; ".join(filter(None, notes)) or None)
