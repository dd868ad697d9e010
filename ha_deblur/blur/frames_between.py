"""Frames between two real ones, from the optical flow in both directions.

As in Jiang et al., "Super SloMo: High Quality Estimation of Multiple
Intermediate Frames for Video Interpolation", CVPR 2018, but without its
networks: what they learn, which of the two frames sees a pixel, is told here
only at the border of the frame.
"""

import math

import numpy as np

from ha_deblur.blur.optical_flow import inside, sampled


def frame_between(first, second, forward, backward, time):
    """What a camera would have seen between two frames.

    Everything moves steadily on straight lines from the one to the other.

    Args:
      first, second: [h, w, 3] uint8 or float32, of any range.
      forward, backward: `optical_flow.flow(first, second)` and
        `flow(second, first)`, [h, w, 2] float32.
      time: from 0, which gives `first`, to 1, which gives `second`.

    Returns:
      [h, w, 3] float32, in the range of the frames.
    """
    t = time
    to_first = -(1 - t) * t * forward + t ** 2 * backward  # Eq. 4, F_t->0
    to_second = (1 - t) ** 2 * forward - t * (1 - t) * backward  # Eq. 4, F_t->1
    # Eq. 5: what only one of the frames sees, it alone tells. Here that is what
    # leaves or enters the picture; a repeated border would be smeared.
    seen, seen_later = inside(to_first), inside(to_second)
    share = np.where(seen == seen_later, np.float32(t), seen_later)
    between = sampled(second, to_second).astype(np.float32)
    start = sampled(first, to_first)
    # (1 - t) start + t end, in place: these pictures are what takes the time.
    between -= start
    between *= share[..., np.newaxis]
    between += start
    return between


def exposure_times(exposure, between):
    """Times of the frames that are averaged, about a middle frame at 0.

    The first and the last of them are where the exposure begins and ends, as
    in averages of high-speed video; a step is 1 / (`between` + 1) or somewhat
    less, where that doesn't divide the exposure.

    Args:
      exposure: how long the shutter is open, in intervals between two real
        frames.
      between: frames that are put between two real ones.

    Returns:
      An odd number of ascending times, in such intervals.
    """
    half = exposure / 2
    # Rounding errors alone should add no step.
    steps = max(1, math.ceil(half * (between + 1) - 1e-6))
    return [half * k / steps for k in range(-steps, steps + 1)]
