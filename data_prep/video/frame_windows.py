"""Cuts a stream of frames into windows, and measures what is in them."""

import collections
import dataclasses
import functools
import typing

import numpy as np
from PIL import Image
from scipy import ndimage

_SHORT_SIDE = 90  # frames are shrunk to about this before anything is measured
_SQUARE = 16  # side of the squares that are measured, in pixels of those
_EDGE = 6  # levels a pixel from which a gradient counts as structure
_EDGES = 0.25  # share of a square's pixels, if it is to count as structured
_NOISE = 4  # levels of difference that any two frames may have
_OTHER_CONTENT = 0.75  # of the contrast; neighbours at 240 fps reach 0.2
_OTHER_LEVELS = 0.5  # share of the pixels that change their gray level


@dataclasses.dataclass(frozen=True)
class Frame:
    """One frame of a video.

    Attributes:
      number: its place in the video, from 1.
      pixels: [h, w, 3] uint8 RGB.
      small: [h / factor, w / factor] float32, gray levels, to measure on.
      factor: how many times smaller `small` is.
      before: `small` of the frame before, or None at the start of a shot.
    """

    number: int
    pixels: np.ndarray
    small: np.ndarray
    factor: int
    before: typing.Optional[np.ndarray]

    @functools.cached_property
    def motion(self):
        """Pixels of the frame that its fastest part moved since the last."""
        return self.factor * fastest_motion(self.before, self.small)

    @functools.cached_property
    def detail(self):
        """Share of the frame that holds structure, in [0, 1]."""
        return float(np.mean(structured_squares(edges(self.small))))


def windows(frames, length, stride):
    """Yields lists of `length` consecutive frames of one shot.

    A new shot begins at a cut, after frames that can't be read, and where the
    size changes; its first window begins with its first frame. Holds no more
    than `length` frames at a time.

    Args:
      frames: iterable of uint8 [h, w, 3] or, for what can't be read, None.
      length: frames in a window.
      stride: frames from the beginning of a window to the next one's.

    Yields:
      Lists of `Frame`. A shorter list is what is left at the end of a shot.
    """
    held = collections.deque()
    last, start = None, 1
    for number, pixels in enumerate(frames, 1):
        small = factor = None
        if pixels is not None:
            factor = max(1, min(pixels.shape[:2]) // _SHORT_SIDE)
            small = np.asarray(Image.fromarray(pixels).convert("L").reduce(
                factor), np.float32)
        resized = held and small is not None and (
            held[-1].pixels.shape != pixels.shape)
        if (last is None or small is None or resized
                or last.shape != small.shape or is_cut(last, small)):
            if held:
                yield list(held)
            held.clear()
            last, start = None, number
        if small is None:
            continue
        if number >= start:
            held.append(Frame(number, pixels, small, factor, last))
        last = small
        if len(held) == length:
            yield list(held)
            start += stride
            while held and held[0].number < start:
                held.popleft()
    if held:
        yield list(held)


def is_cut(before, after):
    """Whether two neighbours belong to different shots.

    They do where the blurred pictures differ by most of their contrast, or
    where most gray levels do. A flash passes for a cut too, which loses no
    more than a window.

    Args:
      before, after: [h, w] gray levels in [0, 255].
    """
    smooth = [ndimage.uniform_filter(frame, 5) for frame in (before, after)]
    contrast = max(np.abs(frame - frame.mean()).mean() for frame in smooth)
    change = np.abs(smooth[1] - smooth[0]).mean()
    levels = [np.histogram(frame, 16, (0, 256))[0] / frame.size
              for frame in (before, after)]
    moved = np.abs(levels[1] - levels[0]).sum() / 2
    return bool(change > _NOISE and (
        change > _OTHER_CONTENT * contrast or moved > _OTHER_LEVELS))


def edges(gray):
    """bool [h, w]: where the gradient is steep enough to see motion by."""
    if min(gray.shape) < 2:  # a line has no gradient across
        return np.zeros(gray.shape, bool)
    return np.hypot(*np.gradient(gray)) > _EDGE


def structured_squares(edge):
    """bool [h / 16, w / 16]: the squares that enough edges run through.

    Args:
      edge: bool [h, w]. Strips narrower than a square are left out.
    """
    return np.mean(_squares(edge), axis=-1) > _EDGES


def fastest_motion(before, after):
    """Pixels that the fastest square of a picture moved.

    That is the largest of the squares' medians of the optical flow at their
    edges; flat squares, where motion can't be estimated, are left out. One
    moving arm counts as well as a turning camera, and one stray vector does
    not.

    Args:
      before, after: [h, w] gray levels in [0, 255].
    """
    from skimage.registration import optical_flow_ilk

    edge = edges(before)
    structured = structured_squares(edge)
    if not structured.any():
        return 0.0
    flow = optical_flow_ilk(before / 255, after / 255, radius=5, num_warp=3,
                            gaussian=True)
    speed = np.hypot(*flow)  # [h, w]
    of_edges = _squares(np.where(edge, speed, np.nan))[structured]
    return float(np.nanmedian(of_edges, axis=-1).max())


def _squares(values):
    """[h, w] -> [h / side, w / side, side * side], whole squares alone."""
    side = min(_SQUARE, *values.shape)
    rows, columns = (size // side for size in values.shape)
    return values[:rows * side, :columns * side].reshape(
        rows, side, columns, side).swapaxes(1, 2).reshape(
            rows, columns, side * side)
