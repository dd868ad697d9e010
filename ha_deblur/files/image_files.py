"""Reads image files of data sets: the size alone, or the pixels.

Here alone is decided what a file shows: Pillow decodes it, EXIF turns it
upright. Records hold just that (`data_prep.packing.encoded`).
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from ha_deblur.commandline import UserError
from ha_deblur.files import orientation

IMAGE_EXTENSIONS = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".webp")

# What Pillow raises for a file that is no image, or only half of one.
_UNREADABLE = (
    OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def image_size(path):
    """(height, width) of the upright picture, read from the header alone.

    Raises:
      UserError: the file is missing or is no image.
    """
    return size_and_orientation(path)[0]


def size_and_orientation(path):
    """((height, width) of the upright picture, how it is stored).

    The latter is EXIF's orientation, 1 to 8, of the stored pixels.

    Raises:
      UserError: the file is missing or is no image.
    """
    with _opened(path) as image:
        stored, turn = (image.height, image.width), orientation.of(image)
        if image.format == "TIFF":  # Pillow gives the upright size
            return stored, turn
        return orientation.turned_size(stored, turn), turn


def read_image(path):
    """uint8 RGB [h, w, 3]: the upright picture, transparency dropped.

    Raises:
      UserError: the file is missing, damaged, or deeper than 8 bits.
    """
    # From bytes: by path Pillow takes an uncompressed TIFF's rows at the length
    # that they have upright.
    with _opened(path, in_memory=True) as image:
        if image.mode.startswith(("I", "F")):  # deep gray, which clips
            raise UserError(
                f"{path}: has more than 8 bits a pixel; save it as 8-bit RGB")
        try:
            pixels = np.asarray(image.convert("RGB"))  # [h, w, 3]
        except _UNREADABLE as error:
            raise _damaged(path, error) from error
        return np.array(orientation.upright(pixels, orientation.of(image)),
                        order="C")


def _opened(path, in_memory=False):
    try:
        return Image.open(
            io.BytesIO(Path(path).read_bytes()) if in_memory else path)
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
