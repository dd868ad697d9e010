"""From a map of where people are to a box around each of them."""

import numpy as np
from scipy import ndimage

# Of 0.4, 0.5, ... 0.8 it found most people and the fewest others, with the mean
# of four scales' maps, on two sets of photos with drawn boxes.
THRESHOLD = 0.7
_SMALLEST = 0.0005  # of the map's area; below, a speck
_MOST_INSIDE = 0.5  # of a box's area inside a larger one


def boxes_of(attention, threshold=THRESHOLD):
    """The boxes of a map's connected regions, and how sure it is of them.

    A was trained on filled boxes (G, the mask of Eq. 4), so a region of it is
    about a box. Regions that touch by a corner are one. Of two boxes of which
    one lies mostly inside the other, that with the larger sum of A stays: a
    crumb of A between somebody's feet is not another person.

    Args:
      attention: A, [h, w] in [0, 1].
      threshold: what is above it is a person.

    Returns:
      A list of ([x, y, width, height], score), in pixels of the map; the
      score is the mean of A over the region. The largest sum of A is first.
    """
    regions, many = ndimage.label(attention > threshold, np.ones((3, 3)))
    numbers = range(1, many + 1)
    areas = np.bincount(regions.ravel(), minlength=many + 1)[1:]
    sums = np.atleast_1d(ndimage.sum_labels(attention, regions, numbers))
    found = [(_box(*part), total / area, total) for part, area, total
             in zip(ndimage.find_objects(regions), areas, sums)
             if area >= _SMALLEST * attention.size]
    found.sort(key=lambda person: -person[2])
    kept = []
    for box, score, _ in found:
        if all(_share_inside(box, larger) <= _MOST_INSIDE
               for larger, _ in kept):
            kept.append((box, float(score)))
    return kept


def _box(rows, columns):
    """Two slices as [x, y, width, height]."""
    return [columns.start, rows.start,
            columns.stop - columns.start, rows.stop - rows.start]


def _share_inside(box, other):
    """How much of a box's area another one covers, 0 to 1."""
    (x, y, width, height), (left, top, wide, high) = box, other
    across = min(x + width, left + wide) - max(x, left)
    down = min(y + height, top + high) - max(y, top)
    return max(across, 0) * max(down, 0) / (width * height)
