"""How much a video flickers: change from frame to frame where nothing moves.

A network sharpens each frame by itself, and so amplifies what differs from one
to the next: noise and compression artefacts. Where things move, frames must
differ; so flicker is measured where the blurred video stands still.
"""

import numpy as np

CELL = 8  # pixels, side of the areas that move or stand still
_STILL = 1.0  # grey levels by which the mean of a still area may change


class Flicker:
    """Measures a video and its deblurred version, frame by frame.

    The picture is cut into cells of 8x8 pixels. A cell stands still if its
    mean, and that of each of its eight neighbours, changes by less than one
    grey level between two frames of the blurred video: a low-pass filter, so
    that noise doesn't count as motion.

    Attributes:
      sums: [3] float64: absolute differences of the pixels of still cells, in
        grey levels of 255, between consecutive frames, summed up, before and
        after; and the number of these differences. They may be added up over
        pieces of a video.
    """

    def __init__(self):
        self.sums = np.zeros(3)
        self._last = None

    def add(self, before, after):
        """Takes the next frame.

        Args:
          before: [h, w, 3] uint8 or uint16, of the blurred video.
          after: the same of the result.
        """
        frames = [_whole_cells(before), _whole_cells(after)]
        cells = frames[0].mean((1, 3))  # [h / 8, w / 8, 3]
        if self._last is not None:
            last_frames, last_cells = self._last
            still = _still(np.abs(cells - last_cells).max(-1))
            for i, (frame, last) in enumerate(zip(frames, last_frames)):
                change = np.abs(frame - last).sum((1, 3, 4))  # [h / 8, w / 8]
                self.sums[i] += change[still].sum(dtype=np.float64)
            self.sums[2] += still.sum() * CELL * CELL * 3
        self._last = frames, cells


def levels(sums):
    """Mean change in grey levels, before and after; None if everything moves.

    Args:
      sums: those of a Flicker, or of several added up.
    """
    before, after, count = sums
    return (before / count, after / count) if count else None


def _whole_cells(frame):
    """[h, w, 3] -> [h // 8, 8, w // 8, 8, 3] float32, white being 255."""
    rows, columns = (side // CELL for side in frame.shape[:2])
    scale = np.float32(255 / np.iinfo(frame.dtype).max)
    return frame[:rows * CELL, :columns * CELL].reshape(
        rows, CELL, columns, CELL, 3) * scale


def _still(change):
    """Where neither a cell nor a neighbour changes; [h, w] -> bool [h, w]."""
    height, width = change.shape
    moves = np.pad(change >= _STILL, 1)
    return ~np.any([moves[y:y + height, x:x + width]
                    for y in range(3) for x in range(3)], axis=0)
