"""The candidate motion kernels of Sun et al. 2015 (sec. 3.1 and 3.2).

A motion is a length in pixels, 1, 3, ... 25, and an orientation in degrees,
from the x axis towards the y axis, which points down. A motion and its opposite
cause the same blur, so orientations are below 180. There is one kernel of
length 1 (no motion), which comes first; the other lengths follow, each with all
its orientations.
"""

import numpy as np

LENGTHS = np.arange(1, 26, 2)
LONGEST = int(LENGTHS[-1])
STEP = 30  # degrees between the orientations that the network distinguishes
ROTATIONS = (0, 6, 12, 18, 24)  # degrees; they fill the steps


def motions(step=STEP):
    """All motions with orientations 0, step, ... below 180.

    Returns:
      Two arrays [n], lengths and orientations; n is 73 for a step of 30
      degrees and 361 for one of 6.
    """
    lengths, orientations = np.meshgrid(
        LENGTHS[1:], np.arange(0, 180, step), indexing="ij")
    return (np.append(1, lengths.ravel()),
            np.append(0, orientations.ravel()))


def vectors(step=STEP):
    """The motions as vectors (x, y) from the first to the last pixel, [n, 2].

    They are 1 shorter than the kernel: no motion is (0, 0).
    """
    lengths, orientations = motions(step)
    angles = np.radians(orientations)
    return (lengths - 1)[:, None] * np.stack(
        [np.cos(angles), np.sin(angles)], axis=-1)


def kernels(step=STEP):
    """The kernels, [n, 25, 25] float32; each sums to 1.

    A kernel of length l is the mean of l points on a line, one pixel apart,
    each distributed bilinearly to the four pixels around it.
    """
    middle = LONGEST // 2
    found = np.zeros([len(motions(step)[0]), LONGEST + 1, LONGEST + 1])
    for kernel, length, vector in zip(
            found, motions(step)[0], vectors(step)):
        for t in np.linspace(-0.5, 0.5, length):
            # rounded, because 12 may be 11.999...
            x, y = np.round(middle + t * vector, 9)
            for row in (int(y), int(y) + 1):
                for column in (int(x), int(x) + 1):
                    kernel[row, column] += (
                        (1 - abs(y - row)) * (1 - abs(x - column)) / length)
    return np.float32(found[:, :-1, :-1])  # nothing lies beyond
