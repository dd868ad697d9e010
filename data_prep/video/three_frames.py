"""Blur of ordinary video: three real frames, and computed ones between them.

The shutter is open for a time about the middle frame. That frame, which is
real, is the sharp partner of what the frames of this time add up to.
"""

import concurrent.futures
import functools
import math
import typing

from data_prep.video.frame_average import average
from ha_deblur.blur import optical_flow
from ha_deblur.blur.frames_between import frame_between
from ha_deblur.commandline import UserError

FRAMES = 3  # real ones: before, middle, after
MOST_BETWEEN = 31  # frames in an interval, if motion tells how many
_UNEVEN = 1.2  # ratio of the two intervals; containers round to milliseconds
STILL = 0.5  # pixels a frame; less is noise, or adds no blur worth having
_REPEATED = 0.05  # of the faster side's motion; nothing stops so suddenly
# What follows was chosen by looking at blurred pictures of dancers, tennis,
# streets and DAVIS's clips. Good ones reach misfits of 8 levels, of 70 in the
# area of a quick shoe before a crowd, and 0.25 inconsistent on a flat court;
# where an arm was torn or came twice, its area's misfit was over 100.
_MISFIT = 9  # gray levels, the frame's mean
_AREA_MISFIT = 75  # gray levels, the mean of the worst area
_INCONSISTENT = 0.3  # share of the frame


class Trust(typing.NamedTuple):
    """What is measured of an exposure; of both sides, the worse.

    Attributes:
      motion: pixels that the fastest area moves from one real frame to the
        next.
      detail: share of the middle frame that holds structure.
      least_motion: pixels that the fastest area moves on the slower side.
      misfit: gray levels between what the flow connects, over the frame.
      area_misfit: the same over the worst area.
      inconsistent: share of the frame where the flows there and back disagree.
    """

    motion: float
    detail: float
    least_motion: float
    misfit: float
    area_misfit: float
    inconsistent: float


class ThreeFrames:
    """Three frames and the optical flow between them, found when needed.

    Args:
      window: three `frame_windows.Frame`.
      times: seconds of all frames of the video, by number from 1; None if they
        are unknown.

    Attributes:
      uneven: why the motion between the three can't be steady, or None.
    """

    def __init__(self, window, times):
        before, self._middle, after = window
        self._others = before.pixels, after.pixels
        self.uneven = uneven([times[frame.number - 1] for frame in window])

    @functools.cached_property
    def flows(self):
        """From the middle to the frame before and back, to the one after and
        back: two (there, back), each [h, w, 2]."""
        middle = self._middle.pixels
        pairs = [pair for other in self._others
                 for pair in ((middle, other), (other, middle))]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            flows = list(pool.map(lambda pair: optical_flow.flow(*pair),
                                  pairs))
        return flows[:2], flows[2:]

    def measure(self):
        """Measures the motion and how well the flow explains it.

        Returns:
          A `Trust`.
        """
        motions, misfits, areas, shares = [], [], [], []
        for other, (there, back) in zip(self._others, self.flows):
            motions.append(optical_flow.fastest(there))
            for start, end, forward, backward in (
                    (self._middle.pixels, other, there, back),
                    (other, self._middle.pixels, back, there)):
                misfit = optical_flow.misfit(start, end, forward)
                misfits.append(float(misfit.mean()))
                areas.append(optical_flow.worst_area(misfit))
                shares.append(float(optical_flow.inconsistent(
                    forward, backward).mean()))
        return Trust(max(motions), self._middle.detail, min(motions),
                     max(misfits), max(areas), max(shares))

    def blurred(self, times, gamma):
        """uint8 [h, w, 3], the average in light of the frames at `times`.

        Args:
          times: symmetric about 0, as `exposure_times` gives them.
          gamma: as `frame_average.average` takes it.
        """
        return average(self._frames(times), gamma)

    def _frames(self, times):
        """Yields the middle frame, then two at a time, one of either side."""
        yield self._middle.pixels
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for time in times[len(times) // 2 + 1:]:
                yield from pool.map(
                    lambda other, flows, time=time: frame_between(
                        self._middle.pixels, other, *flows, time),
                    self._others, self.flows)


def uneven(times):
    """Why the motion between three frames can't be steady, or None.

    Args:
      times: seconds of the three; None, if unknown, passes.
    """
    if None in times:
        return None
    first, second = times[1] - times[0], times[2] - times[1]
    if 0 < max(first, second) <= _UNEVEN * min(first, second):
        return None
    return (f"its frames follow each other after {1000 * first:.0f} and "
            f"{1000 * second:.0f} ms")


def distrust(trust):
    """(kind, reason) why an exposure is no good, or (None, None)."""
    if trust.motion < STILL:
        return "still", (f"nothing moves more than {trust.motion:.1f} pixels "
                         "a frame")
    if trust.least_motion < max(STILL, _REPEATED * trust.motion):
        return "repeated", (
            "a frame repeats the one before: nothing moves more than "
            f"{trust.least_motion:.1f} pixels, after or before "
            f"{trust.motion:.1f}")
    for value, limit, reason in (
            (trust.misfit, _MISFIT, "{:.1f} gray levels between what the flow "
             "connects are more than {:g}"),
            (trust.area_misfit, _AREA_MISFIT, "{:.1f} gray levels between what "
             "the flow connects in the worst area are more than {:g}"),
            (trust.inconsistent, _INCONSISTENT, "there and back disagree in "
             "{:.2f} of it, more than {:g}")):
        if value > limit:
            return "flow failed", reason.format(value, limit)
    return None, None


def check_opencv():
    """Raises UserError if the optical flow can't be computed."""
    try:
        import cv2  # noqa: F401
    except ImportError as error:
        raise UserError("--between needs OpenCV; pip install '.[detect]' in "
                        "the checkout") from error


def between_of(motion):
    """Frames to put between two, for about a pixel from one to the next.

    Args:
      motion: pixels that the fastest area moves between two real frames.
    """
    return min(max(math.ceil(motion) - 1, 1), MOST_BETWEEN)
