"""Overlapping tiles, and their smooth blending into one picture."""

import dataclasses
import itertools

import numpy as np


@dataclasses.dataclass(frozen=True)
class Tiling:
    """Where the tiles of a picture lie; all are of one shape.

    Attributes:
      height: of the picture.
      width: of the picture.
      tops: the first row of each row of tiles.
      lefts: the first column of each column of tiles.
      tile_height: of every tile.
      tile_width: of every tile.
      overlap: the least number of rows or columns that neighbours share.
    """

    height: int
    width: int
    tops: tuple
    lefts: tuple
    tile_height: int
    tile_width: int
    overlap: int

    @classmethod
    def of(cls, size, tile, grid, overlap):
        """Spreads tiles evenly.

        Args:
          size: (height, width) of the picture, multiples of `grid`.
          tile: (height, width) of a tile, multiples of `grid`, no larger than
            the picture; where smaller, larger than `overlap`.
          grid: tiles begin at multiples of it.
          overlap: the least number of rows and columns that neighbours share.
        """
        starts = [_starts(*sides, grid, overlap) for sides in zip(size, tile)]
        return cls(*size, *starts, *tile, overlap)

    def __len__(self):
        return len(self.tops) * len(self.lefts)

    def __iter__(self):
        """Yields (row, column) of every tile, row of tiles by row of tiles."""
        return itertools.product(range(len(self.tops)), range(len(self.lefts)))

    def cut(self, picture, place):
        """A view of one tile.

        Args:
          picture: all of it, [b, h, w, c], or features of it, which are
            smaller by a factor that divides the grid.
          place: (row, column) of the tile.
        """
        factor = self.width // picture.shape[2]
        row, column = place
        top, left = self.tops[row] // factor, self.lefts[column] // factor
        return picture[:, top:top + self.tile_height // factor,
                       left:left + self.tile_width // factor]


def tiles_needed(size, tile, overlap):
    """How many tiles cover `size` rows or columns."""
    return 1 if tile >= size else -(-(size - overlap) // (tile - overlap))


def _starts(size, tile, grid, overlap):
    number = tiles_needed(size, tile, overlap)
    # rounded up, the last one ends where the picture does
    return tuple(-(-(size - tile) * i // max(1, number - 1) // grid) * grid
                 for i in range(number))


def weights(size, starts, tile, overlap):
    """How much of each row (or column) comes from each tile.

    At an edge inside the picture a tile lacks what lies beyond. So the outer
    quarter of an overlap has weight 0, and over the next half the weight grows
    linearly.

    Args:
      size: rows of the picture.
      starts: the first row of each tile.
      tile: rows of a tile.
      overlap: the least number of rows that neighbours share.

    Returns:
      [number of tiles, tile] float32; over each row of the picture the weights
      of all tiles sum to one.
    """
    position = np.arange(tile) + 0.5
    total = np.zeros(size)
    ramps = []
    for start in starts:
        before = position if start > 0 else np.inf
        after = tile - position if start + tile < size else np.inf
        inside = np.broadcast_to(np.minimum(before, after), tile)
        ramps.append(np.clip((inside - overlap / 4) / (overlap / 2), 0, 1))
        total[start:start + tile] += ramps[-1]
    return np.float32([ramp / total[start:start + tile]
                       for start, ramp in zip(starts, ramps)])


class Blend:
    """Sums up weighted tiles, and gives every row back once it is complete.

    Only one row of tiles is held as floats, never the whole picture.

    Args:
      tiling: the Tiling of the picture.
    """

    def __init__(self, tiling):
        self.tiling = tiling
        self._rows = weights(tiling.height, tiling.tops, tiling.tile_height,
                             tiling.overlap)
        self._columns = weights(tiling.width, tiling.lefts, tiling.tile_width,
                                tiling.overlap)
        self._strip = None

    def add(self, place, values):
        """Adds a tile; tiles have to come in the tiling's order.

        Args:
          place: (row, column) of the tile.
          values: [b, h / factor, w / factor, c], pixels (factor 1) or features
            that are smaller than the picture.

        Returns:
          (top, rows), the rows that this tile completed and where they begin,
          [b, n, w / factor, c] float32; None if it completed none.
        """
        tiling = self.tiling
        if len(tiling) == 1:
            return 0, values
        row, column = place
        batch, height, width, channels = values.shape
        factor = tiling.tile_width // width
        if column == 0:
            self._next_strip(row, factor, [
                batch, height, tiling.width // factor, channels])
        # a feature has the mean weight of the pixels that it stands for
        down, right = (weight.reshape(-1, factor).mean(1) for weight in (
            self._rows[row], self._columns[column]))
        left = tiling.lefts[column] // factor
        self._strip[:, :, left:left + width] += (
            down[:, None, None] * right[:, None] * values)
        if column < len(tiling.lefts) - 1:
            return None
        top = tiling.tops[row] // factor
        end = (tiling.height if row == len(tiling.tops) - 1
               else tiling.tops[row + 1]) // factor
        return top, self._strip[:, :end - top]

    def _next_strip(self, row, factor, shape):
        strip = np.zeros(shape, np.float32)
        if row > 0:  # what the row of tiles above has added already
            tops = self.tiling.tops
            shift = (tops[row] - tops[row - 1]) // factor
            strip[:, :shape[1] - shift] = self._strip[:, shift:]
        self._strip = strip
