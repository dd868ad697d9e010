"""The blur that frames of a video add up to (sec. 3)."""

import numpy as np


def average(frames, gamma=1.0):
    """The blurred image that frames [h, w, 3] uint8 add up to.

    With `gamma`, frames are taken to light, f ** gamma, averaged, and the
    average is taken back: what a sensor sums is light.

    Returns:
      uint8 [h, w, 3], rounded.
    """
    light = np.linspace(0, 1, 256) ** gamma
    total = np.zeros(frames[0].shape)
    for frame in frames:
        total += light[frame]
    mean = (total / len(frames)) ** (1 / gamma)
    return np.rint(255 * mean).astype(np.uint8)
