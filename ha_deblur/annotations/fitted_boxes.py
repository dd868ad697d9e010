"""Boxes that were drawn on a rotated or resized copy of a picture.

A phone photo is stored as its sensor saw it, and is turned when it is shown. So
some tools draw boxes on the stored pixels, others on the upright ones, and many
on a smaller copy. The size they state shows which; if it is the upright
picture's, the boxes are taken to be upright, too.
"""

from ha_deblur.commandline import UserError
from ha_deblur.files import image_files, orientation


def fitted(boxes, stated, size, turn=1):
    """Boxes on the upright picture.

    Args:
      boxes: a list of [x, y, width, height] in pixels of the picture that they
        were drawn on.
      stated: its (height, width).
      size: (height, width) of the upright picture.
      turn: how that is stored, EXIF's 1 to 8.

    Returns:
      A list of boxes in pixels of the upright picture.

    Raises:
      ValueError: neither size is the other one, scaled or turned.
    """
    stated, size = tuple(stated), tuple(size)
    if stated == size:
        return boxes
    if _same_shape(stated, size):
        return [_scaled(box, stated, size) for box in boxes]
    stored = orientation.turned_size(size, turn)
    if not _same_shape(stated, stored):
        raise ValueError(
            f"is of a picture of {stated[1]}x{stated[0]}, but this one is "
            f"{size[1]}x{size[0]}")
    return [orientation.upright_box(_scaled(box, stated, stored), size, turn)
            for box in boxes]


def on_picture(boxes, stated, path, size):
    """The boxes of a picture in a file, on the upright picture.

    Args:
      boxes, stated, size: as of `fitted`.
      path: of the file, which contains its orientation.

    Raises:
      UserError: the file can't be read, or `fitted` can't explain the size.
    """
    if tuple(size) == tuple(stated):
        return boxes
    _, turn = image_files.size_and_orientation(path)
    try:
        return fitted(boxes, stated, size, turn)
    except ValueError as error:
        raise UserError(
            f"{path}: the entry with its people {error} when upright; mend "
            "the entry's width and height, or draw the boxes anew") from error


def _same_shape(one, other):
    """Whether one size is the other times a number, rounded up or down."""
    low, high = zip(*(((a - 1) / b, (a + 1) / b) if a < b else
                      (a / (b + 1), a / (b - 1) if b > 1 else float("inf"))
                      for a, b in zip(one, other)))
    return max(low) <= min(high)


def _scaled(box, size, other):
    """A box on a picture of (height, width) `size`, on one of `other`."""
    if size == other:
        return list(box)
    across, down = other[1] / size[1], other[0] / size[0]
    x, y, width, height = box
    return [x * across, y * down, width * across, height * down]
