"""Reads image files of data sets: the size alone, or the pixels."""

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from ha_deblur.commandline import UserError

# What TensorFlow decodes, so that a record can hold a file as it is.
IMAGE_EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp")

# What Pillow raises for a file that is no image, or only half of one.
_UNREADABLE = (
    OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def image_size(path):
    """(height, width) of an image file, read from its header alone.

    Raises:
      UserError: the file is missing or is no image.
    """
    with _opened(path) as image:
        return image.height, image.width


def read_image(path):
    """uint8 RGB [h, w, 3]: the pixels as stored, transparency dropped.

    Raises:
      UserError: the file is missing, damaged, or deeper than 8 bits.
    """
    with _opened(path) as image:
        if image.mode.startswith(("I", "F")):  # deep gray, which clips
            raise UserError(
                f"{path}: has more than 8 bits a pixel; save it as 8-bit RGB")
        try:
            return np.array(image.convert("RGB"))  # [h, w, 3]
        except _UNREADABLE as error:
            raise _damaged(path, error) from error


def _opened(path):
    try:
        return Image.open(path)
    except _UNREADABLE as error:
        raise _damaged(path, error) from error


def _damaged(path, error):
    if isinstance(error, UnidentifiedImageError):
        reason = "it is none" if Path(path).stat().st_size else "it is empty"
    else:
        reason = getattr(error, "strerror", None) or " ".join(
            str(error).split())
    return UserError(f"{path}: can't be read as an image ({reason}); replace "
                     "it or take it out")
