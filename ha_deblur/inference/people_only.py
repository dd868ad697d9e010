"""Sharpens the people alone; the rest stays the photo, bit for bit."""

import numpy as np
from scipy import ndimage

# Attention up to the first is background, from the second on a person.
# Trained networks answer near 0 or 1 almost everywhere.
_BACKGROUND, _PERSON = 0.1, 0.5
_ROWS = 256  # at a time: a whole picture as floats takes much memory


def keep_background(blurred, sharp, attention):
    """Puts the photo back into the result wherever there are no people.

    The edge is soft: the weight of `sharp` is 0 where attention is 0.1 or less,
    1 where it is 0.5 or more, and linear in between.

    Args:
      blurred: [h, w, 3] uint8 or uint16, the photo.
      sharp: the same, the result; it is changed in place.
      attention: [h, w] uint8, 255 * A.
    """
    for top in range(0, len(sharp), _ROWS):
        rows = slice(top, top + _ROWS)
        weight = np.clip((attention[rows, :, None] / np.float32(255)
                          - _BACKGROUND) / (_PERSON - _BACKGROUND), 0, 1)
        photo = np.float32(blurred[rows])
        sharp[rows] = np.rint(photo + weight * (sharp[rows] - photo))


def soft_edge(mask):
    """A mask that fades out beyond its edge, over 1/64 of the shorter side.

    Args:
      mask: [h, w] uint8.

    Returns:
      [h, w] uint8; what was 255 still is.
    """
    reach = max(1, min(mask.shape) // 128)
    # grown first, so that what was inside stays as it was
    grown = ndimage.maximum_filter(mask, 2 * reach + 1, mode="nearest")
    return ndimage.uniform_filter(grown, 2 * reach + 1, mode="nearest")
