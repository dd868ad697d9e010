"""Sharpens the people alone: all else is the photo's own, bit for bit."""

import numpy as np
from scipy import ndimage

# Attention up to the first is background, from the second on all person.
# Trained networks answer near 0 and 1 nearly everywhere.
_BACKGROUND, _PERSON = 0.1, 0.5
_ROWS = 256  # at a time: all of them as floats would take much memory


def keep_background(blurred, sharp, attention):
    """Puts the photo back into the result wherever there are no people.

    The edge is soft: `sharp` has weight 0 where attention is 0.1 or less, and
    1 where it is 0.5 or more, and grows in between.

    Args:
      blurred: [h, w, 3] uint8 or uint16, the photo.
      sharp: the same, the result; it is changed.
      attention: [h, w] uint8, 255 for people.
    """
    for top in range(0, len(sharp), _ROWS):
        rows = slice(top, top + _ROWS)
        weight = np.clip((attention[rows, :, None] / np.float32(255)
                          - _BACKGROUND) / (_PERSON - _BACKGROUND), 0, 1)
        photo = np.float32(blurred[rows])
        sharp[rows] = np.rint(photo + weight * (sharp[rows] - photo))


def soft_edge(mask):
    """A mask that fades outside its edge, over 1/64 of the shorter side.

    Args:
      mask: [h, w] uint8.
    """
    reach = max(1, min(mask.shape) // 128)
    # grown first, so that what was inside stays as it was
    grown = ndimage.maximum_filter(mask, 2 * reach + 1, mode="nearest")
    return ndimage.uniform_filter(grown, 2 * reach + 1, mode="nearest")
