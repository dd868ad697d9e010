"""Optical flow between two frames, and how far it can be trusted.

The flow is that of DIS (Kroeger et al., "Fast Optical Flow using Dense Inverse
Search", ECCV 2016) as OpenCV has it. OpenCV is an optional dependency (the
extra `detect`) and is imported only when it is used.

A flow is [h, w, 2] float32, (dy, dx) in pixels: what is at p in the one frame
is at p + flow[p] in the other.
"""

import numpy as np

_LEAST_SIDE = 16  # pixels; DIS refuses frames that are much smaller
_AREAS = 16  # squares over the short side, each judged by itself


def flow(first, second):
    """Where everything in one frame is in another.

    It is computed at half of the size, which takes a quarter of the time and
    loses little: flows are smooth but for the outlines of what moves.

    Args:
      first, second: [h, w, 3] uint8 RGB, of any size, odd or tiny.

    Returns:
      [h, w, 2] float32, (dy, dx) in pixels.

    Raises:
      ImportError: OpenCV is not installed.
      ValueError: the frames differ in size.
    """
    import cv2

    if first.shape != second.shape:
        raise ValueError(f"Frames differ in size: {first.shape} and "
                         f"{second.shape}.")
    height, width = first.shape[:2]
    halves = [_half(frame) for frame in (first, second)]  # [h / 2, w / 2]
    rows, columns = halves[0].shape
    padded = [cv2.copyMakeBorder(
        half, 0, max(0, _LEAST_SIDE - rows), 0, max(0, _LEAST_SIDE - columns),
        cv2.BORDER_REPLICATE) for half in halves]
    # Made anew each time, as one can't be used by two threads at once.
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    of_halves = dis.calc(*padded, None)[:rows, :columns]  # (dx, dy)
    whole = cv2.resize(of_halves, (width, height),
                       interpolation=cv2.INTER_LINEAR)
    whole *= np.float32([width / columns, height / rows])
    return np.ascontiguousarray(whole[..., ::-1])


def _half(frame):
    """[h, w, 3] RGB -> [h / 2, w / 2] gray levels, uint8, sizes rounded up."""
    import cv2

    gray = cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY)
    height, width = gray.shape
    return cv2.resize(gray, (-(-width // 2), -(-height // 2)),
                      interpolation=cv2.INTER_AREA)


def sampled(picture, displacement):
    """`picture` at p + displacement[p], for each p; bilinear.

    This follows flows that differ from pixel to pixel, by NumPy and OpenCV;
    `warp` is for what moves as a whole, inside TensorFlow programs.

    Args:
      picture: [h, w] or [h, w, channels], uint8 or float32.
      displacement: [h, w, 2] float32, (dy, dx) in pixels. Outside of the
        picture its border is repeated.

    Returns:
      As `picture`.
    """
    import cv2

    y, x = _targets(displacement)
    return cv2.remap(np.ascontiguousarray(picture), x, y, cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE)


def inside(displacement):
    """bool [h, w]: whether p + displacement[p] lies in the frame."""
    height, width = displacement.shape[:2]
    y, x = _targets(displacement)
    return ((y > -0.5) & (y < height - 0.5)
            & (x > -0.5) & (x < width - 0.5))


def misfit(first, second, forward):
    """How much what the flow leads to differs from where it starts.

    Args:
      first, second: [h, w, 3] uint8 RGB.
      forward: `flow(first, second)`.

    Returns:
      [h, w] float32, gray levels, 0 to 255; 0 where the flow leaves the frame,
      as nothing is known there.
    """
    import cv2

    gray, target = (cv2.cvtColor(np.ascontiguousarray(frame),
                                 cv2.COLOR_RGB2GRAY)
                    for frame in (first, second))
    difference = cv2.absdiff(sampled(target, forward), gray)
    return np.where(inside(forward), difference, 0).astype(np.float32)


def inconsistent(forward, backward):
    """Where the flow back does not lead to where the flow there began.

    That is at what is hidden in one of the frames, and where a flow is wrong
    (Sundaram et al., "Dense Point Trajectories by GPU-accelerated Large
    Displacement Optical Flow", ECCV 2010, Eq. 5). What leaves the frame can't
    be checked and counts as consistent.

    Args:
      forward, backward: `flow(first, second)` and `flow(second, first)`.

    Returns:
      bool [h, w], at the pixels of the first frame.
    """
    returned = sampled(backward, forward)
    gap = _square(forward + returned)
    length = _square(forward) + _square(returned)
    return inside(forward) & (gap > 0.01 * length + 0.5)


def fastest(forward):
    """Pixels that the fastest area of a frame moves.

    That is the largest of the areas' medians: one moving arm counts as well
    as a turning camera, and one stray vector does not.

    Args:
      forward: [h, w, 2], a flow.
    """
    return float(np.median(
        _areas(np.sqrt(_square(forward))), axis=-1).max())


def worst_area(values):
    """The largest of the areas' means.

    Args:
      values: [h, w], such as a misfit; if the flow of a single arm fails, the
        mean over the frame hardly shows it.
    """
    return float(_areas(values).mean(axis=-1).max())


def _targets(displacement):
    """(y, x), each [h, w] float32: p + displacement[p]."""
    height, width = displacement.shape[:2]
    rows = np.arange(height, dtype=np.float32)[:, np.newaxis]
    columns = np.arange(width, dtype=np.float32)
    return rows + displacement[..., 0], columns + displacement[..., 1]


def _square(vectors):
    """[h, w, 2] -> [h, w], squares of lengths; a sum over an axis is slow."""
    return vectors[..., 0] ** 2 + vectors[..., 1] ** 2


def _areas(values):
    """[h, w] -> [areas, pixels]: squares, about 16 over the short side.

    Strips narrower than a square at the right and the bottom are left out.
    """
    side = max(1, min(values.shape) // _AREAS)
    rows, columns = (length // side for length in values.shape)
    return values[:rows * side, :columns * side].reshape(
        rows, side, columns, side).swapaxes(1, 2).reshape(-1, side * side)
