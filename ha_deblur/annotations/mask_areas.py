"""Values in a mask, and which of them fill areas."""

import numpy as np
from scipy import ndimage

_LINE = 5  # pixels: lines that are no wider are edges, and no one's label


def numbered(values):
    """The distinct values, sorted, and [h, w] the number of each pixel's."""
    if values.dtype in (np.uint8, np.uint16):  # np.unique would sort pixels
        there = np.bincount(values.ravel()) > 0
        return (np.flatnonzero(there).astype(values.dtype),
                (np.cumsum(there, dtype=np.int32) - 1)[values])
    distinct, numbers = np.unique(values, return_inverse=True)
    return distinct, numbers.reshape(values.shape)


def solid(numbers):
    """[n] bool: which of the values 0 to n - 1 fill areas, not just edges."""
    inside = (ndimage.maximum_filter(numbers, _LINE)
              == ndimage.minimum_filter(numbers, _LINE))
    many = np.bincount(numbers.ravel())
    return np.bincount(numbers[inside], minlength=len(many)) > many / 4
