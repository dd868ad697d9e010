"""Boxes [x, y, width, height] in pixels, the top left corner first."""

import sys


def checked(box, width, height):
    """The box, if any of it lies inside its picture.

    Args:
      box: anything that a file may hold in a box's place.
      width: the picture's.
      height: the picture's.

    Raises:
      ValueError: it is not four finite numbers, has no area, or lies outside.
    """
    numbers = isinstance(box, (list, tuple)) and [
        value for value in box if isinstance(value, (int, float))
        and abs(value) <= sys.float_info.max]  # so not for NaN
    if not numbers or not len(box) == len(numbers) == 4 or min(box[2:]) <= 0:
        raise ValueError(
            f"{box} is no box [x, y, width, height] of finite numbers, with "
            "width and height above 0")
    if clipped(box, width, height) is None:
        raise ValueError(
            f"{box} lies outside of its picture of {width}x{height}")
    return box


def normalized(box, width, height):
    """[x, y, w, h] in pixels to [ymin, xmin, ymax, xmax] in [0, 1].

    What of the box lies outside the picture is cut off.
    """
    x, y, box_width, box_height = box
    edges = (y / height, x / width,
             (y + box_height) / height, (x + box_width) / width)
    return [min(max(float(edge), 0.0), 1.0) for edge in edges]


def clipped(box, width, height):
    """The part of a box [x, y, w, h] inside its picture, or None.

    Edges are rounded to 1/100 pixel, as annotation tools do on saving.
    """
    x, y, box_width, box_height = box
    left, right = (round(min(max(float(edge), 0.0), width), 2)
                   for edge in (x, x + box_width))
    top, bottom = (round(min(max(float(edge), 0.0), height), 2)
                   for edge in (y, y + box_height))
    if not (right > left and bottom > top):  # so for NaN, too
        return None
    return [left, top, round(right - left, 2), round(bottom - top, 2)]
