"""Planes of frames as arrays, and what the formats of pixels mean."""

import numpy as np

from ha_deblur.files.video_files import side_data

LIMITED, FULL = 1, 2  # AVCOL_RANGE


def arrays(frame):
    """The planes of a frame as arrays [h, w], which share its memory."""
    dtype = np.dtype(
        np.uint16 if frame.format.components[0].bits > 8 else np.uint8)
    for plane in frame.planes:
        yield np.frombuffer(plane, dtype).reshape(
            plane.height, plane.line_size // dtype.itemsize)[:, :plane.width]


def limited(plane, is_deep, is_chroma):
    """Full range to limited, which swscale rounds up; [h, w]."""
    levels, unit = (1024, 4) if is_deep else (256, 1)
    center = levels // 2 if is_chroma else 0
    span, black = (224, 128) if is_chroma else (219, 16)
    table = unit * (black + (np.arange(levels) - center) * span / (levels - 1))
    return np.rint(table).astype(plane.dtype)[plane]


def rgb(frame):
    """An av.VideoFrame as [h, w, 3] uint8, grey of limited range too."""
    pixels = frame.to_ndarray(format="rgb24")
    if has_gray_format(frame) and frame.color_range == LIMITED:
        # which swscale takes for full
        table = np.clip((np.arange(256) - 16) * 255 / 219, 0, 255)
        pixels = np.rint(table).astype(np.uint8)[pixels]
    return pixels


def has_gray_format(frame):
    """Whether an av.VideoFrame has no chroma."""
    return not is_rgb(frame.format) and len(frame.format.components) < 3


def is_rgb(pixel_format):
    """Whether an av.VideoFormat is of red, green and blue."""
    return pixel_format.is_rgb or pixel_format.has_palette


def turn(frame):
    """The signs in the display matrix, (1, 0, 0, 1) if there is none."""
    matrix = side_data.found(frame).get("DISPLAYMATRIX")
    if matrix is None:
        return 1, 0, 0, 1
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
    if abs(a) >= abs(b):
        b = c = 0
    else:
        a = d = 0
    return tuple(int(np.sign(value)) for value in (a, b, c, d))


def chroma(pixel_format):
    """The nearest of "420", "422" and "444"."""
    if is_rgb(pixel_format):
        return "444"
    half = pixel_format.chroma_width(16) < 16
    if not half:
        return "444"
    return "422" if pixel_format.chroma_height(16) == 16 else "420"
