"""The values or colours of a mask that fill areas: what was drawn in it."""

import numpy as np
from scipy import ndimage

_LINE = 5  # pixels: lines that are no wider are edges, and nobody's label
# A drawing's few colours, seen through JPEG's noise and soft edges:
_WINDOW = 5  # pixels: areas are at least so wide
_NOISE = 16 / 255  # of white: what JPEG leaves within an area
_MOST = {1: 7, 3: 16}  # of levels and of colours; gradients have more
_SAME = 0.8  # of what is flat is nearly of these colours
_DRAWN = 0.6  # of all that is not black; photos have less that is flat


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


def flat_colours(pixels, white):
    """A drawing's few colours, and which of them is nearest to each pixel.

    They are told through JPEG's noise and soft edges.

    Args:
      pixels: [h, w, 1 or 3] integers.
      white: their highest possible level.

    Returns:
      ([n, c] colours, the first of which is black; [h, w] the number of each
      pixel's), or None if it is not drawn in few colours on black.
    """
    channels = pixels.shape[2]
    noise = _NOISE * white
    window = (_WINDOW, _WINDOW, 1)
    spread = (ndimage.maximum_filter(pixels, window).astype(np.int64)
              - ndimage.minimum_filter(pixels, window)).max(axis=-1)
    flat, bright = spread <= noise, pixels.max(axis=-1) > noise
    left = pixels[flat & bright].astype(np.int64)
    many = len(left)
    dark = flat & ~bright
    if many < _DRAWN * bright.sum() or not dark.any() or (
            pixels[dark] > noise / 4).mean() > 0.1:
        return None
    colours, near = [np.zeros(channels, np.int64)], 0
    while len(left) > 0.1 * many:
        if len(colours) > _MOST[channels]:
            return None
        values, counts = np.unique(left, axis=0, return_counts=True)
        colours.append(values[np.argmax(counts)])
        away = np.abs(left - colours[-1]).max(axis=-1)
        near += (away <= noise / 4).sum()
        left = left[away > 3 * noise]  # fringes are not another colour
    if near < _SAME * many:
        return None
    colours = np.array(colours)
    nearest, least = np.zeros(pixels.shape[:2], int), np.inf
    for number, colour in enumerate(colours):
        distance = ((pixels - colour.astype(float)) ** 2).sum(axis=-1)
        nearest = np.where(distance < least, number, nearest)
        least = np.minimum(least, distance)
    return colours, nearest
