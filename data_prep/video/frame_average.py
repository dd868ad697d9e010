"""The blur that frames of a video add up to (sec. 3)."""

import numpy as np


def average(frames, gamma=1.0):
    """The blurred image that frames add up to.

    With `gamma`, frames are taken to light, f ** gamma, averaged, and the
    average is taken back: what a sensor sums is light.

    Args:
      frames: iterable of [h, w, 3], uint8, or float of the same range for
        those that were computed. Only one is held at a time.
      gamma: 1 averages the pixels.

    Returns:
      uint8 [h, w, 3], rounded.
    """
    table = np.linspace(0, 1, 256) ** gamma
    total, count = 0.0, 0
    for frame in frames:
        total += _light(frame, table, gamma)
        count += 1
    mean = (total / count) ** (1 / gamma)
    return np.rint(255 * mean).astype(np.uint8)


def _light(frame, table, gamma):
    """Light in [0, 1] of a frame; `table` has that of each level."""
    if frame.dtype == np.uint8:
        return table[frame]
    return (frame / 255) ** gamma
