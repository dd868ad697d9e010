"""How large tiles are: as large as memory allows, and of few sizes on GPUs.

The network processes a picture scale by scale, and each scale is cut by itself.
So tiles need to overlap only by the receptive field of one scale, in pixels of
that scale: with the paper's preset 184 pixels to each side (1,288 if all three
scales went through the network at once). And far pixels weigh little: at a cut
the result is wrong by half of what the network adds, 16 pixels away by 1/40 of
it, at 32 by 1/500, at 64 by 1/100,000. This is measured with random weights;
with trained ones it is less.
"""

import math

from ha_deblur.free_memory import free_memory
from ha_deblur.inference.tiles import tiles_needed

_OVERLAP = 64  # pixels, times the preset's fold
_IMAGES = 100  # bytes a pixel: images as floats, beside the features
_MOST = 2 * 2**30  # bytes; larger tiles are no faster


class TileSize:
    """Chooses the tiles' height and width for one preset.

    Args:
      preset: a Preset, or another network's: its `width`, `fold`,
        `features_at_once` and `size_multiple` count.
      few: whether to use few sizes, because XLA compiles the network for each:
        a folder of photos of many sizes would take longer to compile than to
        deblur. All sides are then `bucket`s.
      tile: the longest side in pixels, at least three overlaps (192 times the
        preset's fold); 0: never cut a picture; None: choose.
      memory: bytes that the network's features may take; None: half of what
        is free, and at most 2 GiB. A tile of three overlaps is always allowed.
      batch: the number of pictures in a batch.
    """

    def __init__(self, preset, few=False, tile=None, memory=None, batch=1):
        self.few = few
        self.grid = 8 * preset.fold  # sides at any scale are multiples of it
        self.multiple = preset.size_multiple
        self.overlap = _OVERLAP * preset.fold
        least = 3 * self.overlap
        self.pixels = max(least**2, _pixels(preset, memory) // batch)
        self.limit = math.isqrt(self.pixels)
        if tile is not None:
            self.pixels = math.inf if tile == 0 else 0
            self.limit = max(least, tile)

    def padded(self, size):
        """(height, width) to which a picture of this size is padded."""
        return tuple(self._up(side, self.multiple) for side in size)

    def of(self, size):
        """(height, width) of the tiles of a scale, given its padded size."""
        if math.prod(size) <= self.pixels:
            return size
        return tuple(map(self._side, size))

    def _side(self, size):
        limit = self.limit // self.grid
        if self.few:
            limit = limit // _step(limit) * _step(limit)
        number = tiles_needed(size, limit * self.grid, self.overlap)
        # the smallest side with that number of tiles
        shared = size + (number - 1) * self.overlap
        return self._up(-(-shared // number), self.grid)

    def _up(self, size, unit):
        multiple = -(-size // unit)
        return unit * (bucket(multiple) if self.few else multiple)


def bucket(number):
    """Rounds up to one of 1, 2, ... 8, 10, 12, 14, 16, 20, ...: four an octave.

    This adds at most a quarter. Twice a bucket is a bucket again, so that a
    picture whose coarsest scale has such sides has them at all scales.
    """
    return -(-number // _step(number)) * _step(number)


def _step(number):
    return 2 ** max(0, number.bit_length() - 3)


def _pixels(preset, memory):
    """How many pixels may be in the network at once."""
    if memory is None:
        free = free_memory()
        memory = _MOST if free is None else min(_MOST, free // 2)
    # 4 bytes a value; one feature stands for fold x fold pixels
    feature = 4 * preset.width / preset.fold**2
    return int(memory / (preset.features_at_once * feature + _IMAGES))
