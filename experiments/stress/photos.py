"""The photos of a folder from which views are made."""

import pathlib

from ha_deblur.commandline import UserError
from ha_deblur.files import photo
from ha_deblur.files.photo_files import sixteen_bit

SOME = 24  # photos of a folder, if no --limit is given


def found(folder, limit=None):
    """Photos in a folder and below, spread evenly over it.

    Args:
      folder: its path.
      limit: how many at most; SOME if None.

    Returns:
      A sorted list of paths, the same every time.

    Raises:
      UserError: there is no such folder, or no photo in it.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; --stress needs one with "
                        "sharp photos")
    paths = sorted(
        path for path in folder.rglob("*")
        if path.suffix.lower() in photo.EXTENSIONS
        and not path.name.startswith(".") and path.is_file())
    if not paths:
        raise UserError(f"{folder}: holds no photos; --stress takes "
                        f"{', '.join(photo.EXTENSIONS)}")
    count = min(limit or SOME, len(paths))
    return [paths[i * len(paths) // count] for i in range(count)]


def read(path):
    """A photo's pixels, upright: uint8 RGB [h, w, 3].

    Raises:
      UserError: it can't be read.
    """
    return sixteen_bit.to_eight_bits(photo.read(path).pixels)
