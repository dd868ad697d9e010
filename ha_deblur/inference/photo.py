"""A person's photo: read with all that must survive, and written back."""

import dataclasses
import io
import pathlib
import typing

import numpy as np
from PIL import Image, ImageOps

from ha_deblur import whole_file
from ha_deblur.commandline import UserError

EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
_UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


@dataclasses.dataclass(frozen=True)
class Photo:
    """A decoded picture and what belongs to it.

    Attributes:
      pixels: [h, w, 3] uint8 RGB, turned upright as its EXIF says.
      alpha: [h, w] uint8, or None.
      gray: whether the file holds one channel; it is written as one.
      information: EXIF (orientation taken out), ICC profile and resolution,
        as Pillow's `save` takes them.
    """

    pixels: np.ndarray
    alpha: typing.Optional[np.ndarray]
    gray: bool
    information: dict


def read(path):
    """Reads a Photo.

    Raises:
      UserError: the file is missing, damaged or not of 8 bits a channel.
    """
    try:
        with Image.open(path) as image:
            image.load()
            if image.mode.startswith(("I", "F")):
                raise UserError(
                    f"{path}: has more than 8 bits a channel, which is not "
                    "supported yet; save it as 8-bit first")
            image = ImageOps.exif_transpose(image)
    except _UNREADABLE as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path}: can't be read as a picture ({reason})"
                        ) from error
    information = {}
    exif = image.getexif()
    if exif:
        information["exif"] = exif.tobytes()
    for key in ("icc_profile", "dpi"):
        if image.info.get(key):
            information[key] = image.info[key]
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"))
    return Photo(np.asarray(image.convert("RGB")), alpha,
                 image.mode in ("L", "1"), information)


def write(path, pixels, photo=None):
    """Writes a picture by its final name only when it is whole.

    Args:
      path: where; the suffix chooses the format.
      pixels: [h, w, 3] or [h, w] uint8.
      photo: the Photo it was made from, whose alpha and information it keeps.

    Raises:
      UserError: the file can't be written.
    """
    path = pathlib.Path(path)
    image = Image.fromarray(pixels)
    options = {}
    if photo is not None:
        if photo.gray:
            image = image.convert("L")
        if photo.alpha is not None:
            image.putalpha(Image.fromarray(photo.alpha))
        options.update(photo.information)
    if path.suffix.lower() in (".jpg", ".jpeg"):
        image = image.convert("RGB" if image.mode != "L" else "L")
        options.update(quality=95, subsampling=0)
    elif path.suffix.lower() == ".webp":
        options.update(lossless=True)
    # Written by Python, for Pillow misses the end of the disk in JPEG.
    encoded = io.BytesIO()
    try:
        image.save(encoded, Image.registered_extensions().get(
            path.suffix.lower()), **options)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be written ({error})") from error
    with whole_file.writing(path) as partial:
        partial.write_bytes(encoded.getvalue())
