"""By how many levels a model changed a picture, by areas and by pixels.

Deblurring moves light about nearby, so that the mean of a large area stays
nearly what it was. Coloured noise and tints move it.
"""

import numpy as np

AREA = 32  # pixels, the side of an area


def area_changes(before, after, sharp=None):
    """How far the means of areas moved, absolute, in levels of 255.

    Strong blur reaches into the next area, and averages of linear light are
    brighter than the picture was. So where the sharp picture is known, means
    may go all the way to its own: only how far they are beyond counts.

    Args:
      before: [h, w, 3] uint8.
      after: the same.
      sharp: the same, or None.

    Returns:
      [n, m, 3] float64, the areas being those of `area_means`.
    """
    was, became = area_means(before), area_means(after)
    goal = was if sharp is None else area_means(sharp)
    low, high = np.minimum(was, goal), np.maximum(was, goal)
    return np.maximum(0, np.maximum(low - became, became - high))


def area_means(picture):
    """The means of areas of 32x32 pixels.

    The last ones of a row or column end at the picture's edge and overlap
    those before, so that every pixel counts. A picture smaller than an area,
    in height or width, is one area there.

    Args:
      picture: [h, w, 3] uint8.

    Returns:
      [n, m, 3] float64, in levels of 255.
    """
    height, width = picture.shape[:2]
    # sums[y, x] is the sum of all that is above and left of (y, x)
    sums = np.pad(picture.astype(np.int64), ((1, 0), (1, 0), (0, 0)))
    sums = sums.cumsum(0).cumsum(1)
    (top, bottom), (left, right) = _edges(height), _edges(width)
    pixels = (bottom[0] - top[0]) * (right[0] - left[0])
    rows = sums[bottom] - sums[top]
    return (rows[:, right] - rows[:, left]) / pixels


def rms_change(before, after):
    """The root mean square change of pixels, in levels of 255.

    Args:
      before: [h, w, 3] uint8.
      after: the same.
    """
    difference = after.astype(np.float64) - before
    return float(np.sqrt(np.mean(np.square(difference))))


def _edges(length):
    """Where areas start and where they end: two [n] arrays."""
    area = min(AREA, length)
    starts = np.append(np.arange(0, length - area, area), length - area)
    return starts, starts + area
