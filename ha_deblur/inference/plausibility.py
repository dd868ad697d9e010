"""Tells results that can't be right: mosaics and tints instead of a photo.

Deblurring networks are known to answer some photos that are unlike all that
they were trained on with coloured mosaics. Yet blur only moves light about
nearby, so that the means of areas larger than it are the photo's own.
"""

import numpy as np

_SIDE = 32  # pixels, of an area
# The root mean square of how much areas of real pairs, blurred and sharp,
# differ: 0.007 to 0.030 for GoPro's (sharp frames that are not quite the
# middle one among them), 0.008 to 0.012 for averages of 11 frames at 240 Hz,
# 0.015 to 0.022 of 21, and 0.032 to 0.037 of 41, which no one would keep. So
# nothing that a network has to do takes more than half of this.
_MOST = 0.06


def change_of_areas(blurred, sharp):
    """How much the means of areas of 32x32 pixels differ.

    Args:
      blurred: [h, w, 3] uint8 or uint16.
      sharp: the same.

    Returns:
      The root mean square over areas and channels, 1 being white against
      black; 0 for pictures smaller than an area.
    """
    if min(blurred.shape[:2]) < _SIDE:
        return 0.0
    difference = _means(sharp) - _means(blurred)
    white = np.iinfo(blurred.dtype).max
    return float(np.sqrt(np.mean(np.square(difference / white))))


def warning(blurred, sharp, finite):
    """A sentence about what is wrong with a result, or None.

    Args:
      blurred: [h, w, 3] uint8 or uint16.
      sharp: the same.
      finite: whether the network's results were all finite numbers.
    """
    if not finite:
        return ("the model answered with values that are no numbers, shown as "
                "black: its weights are damaged, or it can't do this picture")
    change = change_of_areas(blurred, sharp)
    if change > _MOST:
        return (f"the result differs from the photo by {change:.0%} on average "
                f"even in areas of {_SIDE}x{_SIDE} pixels (deblurring: up to "
                "3%): the model has failed on it, so look before you use it")
    return None


def _means(picture):
    """[h, w, 3] -> [h // 32, w // 32, 3]."""
    height, width = (side // _SIDE for side in picture.shape[:2])
    rows = picture[:height * _SIDE, :width * _SIDE].reshape(
        height, _SIDE, width, _SIDE, 3)
    # in float64, which a sum of so many needs; row by row, without a copy
    return np.stack([row.mean((0, 2)) for row in rows])
