"""How far, and which way, the picture moved while a square was exposed.

Pairs have no optical flow, but both ends of a blur: a square of the blurred
picture is about the sharp picture averaged along a straight line. The line
that explains it best, by least squares, is the motion; of all lines that
`straight_motion` tries, each is tried at every length and every start at
once, since all their errors are sums over one Gram matrix.

A path that is curved is measured as the straight line nearest to it, which is
shorter; what turns or shakes within a square counts for less than it moved.
"""

import dataclasses
import functools
import math

import numpy as np
from scipy import ndimage

SIDE = 64  # of a square, in pixels
LONGEST = 60  # pixels; longer motion is measured as this
REACH = 36  # pixels around a square that motion may bring in
NEEDED = SIDE + 2 * REACH  # the smallest picture that holds a square
_ANGLES = 24  # lines 7.5 degrees apart
_OFF_CENTRE = 6  # pixels from the sharp moment to the exposure's middle
_THINNING = 2  # of the rows and columns that are compared; they are smooth
_SMOOTH = 1.0  # pixels; noise and JPEG's blocks are no motion
_GAIN = (0.8, 1.25)  # light that was averaged otherwise changes the contrast
_BETTER = 0.75  # of the error that is left without motion
_LEVELS = 0.7  # an error (RMS) below this is rounding and noise
_STRUCTURE = 2.0  # levels a pixel, RMS, in the direction that has the least


def to_gray(picture):
    """uint8 RGB [h, w, 3] -> float32 [h, w] gray levels, slightly smoothed."""
    gray = picture.astype(np.float32) @ np.float32([0.299, 0.587, 0.114])
    return ndimage.gaussian_filter(gray, _SMOOTH)


def squares(sharp):
    """The squares of a picture with enough structure to estimate motion.

    A square needs structure across every direction: along a single edge,
    motion leaves no trace.

    Args:
      sharp: [h, w] gray levels, as `to_gray` gives them.

    Returns:
      A list of (y, x), their upper left corners, row by row. They don't
      overlap and are at least REACH away from the border.
    """
    rows, columns = ((size - 2 * REACH) // SIDE for size in sharp.shape)
    corners = [(REACH + SIDE * i, REACH + SIDE * j)
               for i in range(rows) for j in range(columns)]
    return [(y, x) for y, x in corners
            if _least_structure(sharp[y:y + SIDE, x:x + SIDE]) >= _STRUCTURE]


def straight_motion(sharp, blurred):
    """The straight motion that best turns a sharp square into a blurred one.

    Args:
      sharp: [NEEDED, NEEDED] float32 gray levels, the square in its
        surroundings.
      blurred: [SIDE, SIDE] float32 gray levels.

    Returns:
      (length, angle): of the path in pixels, 0 to LONGEST, and in degrees
      from 0 to 180, anticlockwise from the horizontal as seen. Where no line
      explains clearly more than no motion does, (0.0, None).
    """
    target = blurred[::_THINNING, ::_THINNING].ravel()
    target = target - target.mean()
    error, length, angle, still = math.inf, 0.0, 0.0, math.inf
    for each in range(_ANGLES):
        lines = _lines(math.pi * each / _ANGLES)
        errors = _errors(lines, sharp, target)
        still = min(still, errors[lines.lengths == 0].min())
        best = np.argmin(errors)
        if errors[best] < error:
            error, length = errors[best], lines.lengths[best]
            angle = 180 * each / _ANGLES
    # Rounding and noise alone are no reason to find motion.
    floor = _LEVELS ** 2
    if length == 0 or error + floor > _BETTER * (still + floor):
        return 0.0, None
    return float(length), angle


@dataclasses.dataclass(frozen=True)
class _Lines:
    """The lines of one direction that are tried.

    Attributes:
      shifts: [k, 2] int, (y, x), where the shifted squares begin.
      first, last: [m] int, each line's ends among the shifts.
      lengths: [m], in pixels.
    """

    shifts: np.ndarray
    first: np.ndarray
    last: np.ndarray
    lengths: np.ndarray


@functools.cache
def _lines(angle):
    """The `_Lines` at an angle in radians."""
    dy, dx = -math.sin(angle), math.cos(angle)  # y points down
    step = 1 / max(abs(dy), abs(dx))  # pixels: one row or column at a time
    places = np.arange(-int(REACH / step), int(REACH / step) + 1) * step
    shifts = np.round(np.outer(places, [dy, dx])).astype(int) + REACH
    lengths = places - places[:, np.newaxis]  # [first, last]
    middles = (places + places[:, np.newaxis]) / 2
    first, last = np.nonzero(
        (lengths >= 0) & (lengths <= LONGEST) & (abs(middles) <= _OFF_CENTRE))
    return _Lines(shifts, first, last, lengths[first, last])


def _errors(lines, sharp, target):
    """Mean squared error of each line's average of the sharp picture, [m].

    Args:
      lines: `_Lines`.
      sharp: [NEEDED, NEEDED].
      target: [n], the blurred square without its mean.
    """
    shifted = np.stack([
        sharp[y:y + SIDE:_THINNING, x:x + SIDE:_THINNING].ravel()
        for y, x in lines.shifts])  # [k, n]
    shifted -= shifted.mean(axis=1, keepdims=True)
    # A line's average is a difference of running sums over the shifts, and
    # so are its products with itself and with the target.
    own = np.zeros([len(shifted) + 1] * 2)
    own[1:, 1:] = np.cumsum(shifted @ shifted.T, 0, float).cumsum(1)
    with_target = np.zeros(len(shifted) + 1)
    with_target[1:] = np.cumsum(shifted @ target, dtype=float)
    i, j = lines.first, lines.last + 1
    count = j - i
    squared = (own[j, j] - own[i, j] - own[j, i] + own[i, i]) / count ** 2
    product = (with_target[j] - with_target[i]) / count
    gain = np.clip(product / np.maximum(squared, 1e-6), *_GAIN)
    return (target @ target - 2 * gain * product + gain ** 2 * squared
            ) / len(target)


def _least_structure(gray):
    """RMS gradient in the direction that has the least, levels a pixel."""
    dy, dx = np.gradient(gray)
    tensor = [[np.mean(dy * dy), np.mean(dy * dx)],
              [np.mean(dy * dx), np.mean(dx * dx)]]
    return math.sqrt(max(0.0, np.linalg.eigvalsh(tensor)[0]))
