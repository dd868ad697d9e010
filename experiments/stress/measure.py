"""By how many levels a model changed a picture, by areas and by pixels.

Deblurring moves light about nearby, so that the mean of a large area stays
nearly what it was. Coloured noise and tints move it.
"""

import itertools

import numpy as np

AREA = 32  # pixels, the side of an area
# Pixels: how far the first and the last frame of `photo_views.exposed` are from
# the central one, which is its sharp photo.
PATH = 16
_STEPS = (-PATH, -PATH // 2, 0, PATH // 2, PATH)


def area_changes(before, after, sharp=None):
    """How far the means of areas moved, absolute, in levels of 255.

    Strong blur reaches into the next area, averages of linear light are
    brighter than the picture was, and nothing in a blurred picture tells from
    which moment of the exposure the sharp one is. So where that is known, means
    may go to where its own are, or would be at the path's ends: only how far
    they are beyond counts.

    Args:
      before: [h, w, 3] uint8.
      after: the same.
      sharp: the same, the exposure's central frame, or None.

    Returns:
      [n, m, 3] float64, the areas being those of `area_means`.
    """
    became, goals = area_means(after), [area_means(before)]
    if sharp is not None:
        goals += map(area_means, _moved(sharp))
    low, high = np.min(goals, axis=0), np.max(goals, axis=0)
    return np.maximum(0, np.maximum(low - became, became - high))


def _moved(picture):
    """The picture [h, w, 3] at 25 places, mirrored at its edges."""
    height, width = picture.shape[:2]
    around = np.pad(picture, ((PATH, PATH), (PATH, PATH), (0, 0)), "symmetric")
    for down, right in itertools.product(_STEPS, repeat=2):
        yield around[PATH + down:PATH + down + height,
                     PATH + right:PATH + right + width]


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
    """Starts and ends of the areas along a side: two [n] arrays."""
    area = min(AREA, length)
    starts = np.append(np.arange(0, length - area, area), length - area)
    return starts, starts + area
