"""Boxes of the people in a mask."""

from skimage import measure

_SMALLEST_PERSON = 0.0005  # of the picture's area; below, a speck in the mask


def person_boxes(mask):
    """The boxes [x, y, width, height] of a mask's connected parts.

    Args:
      mask: [h, w] bool. Parts of less than 0.05 % of its area are left out.
    """
    parts = measure.regionprops(measure.label(mask, connectivity=2))
    boxes = []
    for part in parts:
        if part.area >= _SMALLEST_PERSON * mask.size:
            top, left, bottom, right = part.bbox  # the last two exclusive
            boxes.append([left, top, right - left, bottom - top])
    return boxes
