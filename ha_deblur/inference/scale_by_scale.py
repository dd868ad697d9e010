"""The network on pictures of any size: one scale after the other, in tiles."""

import threading

import numpy as np
import tensorflow as tf

from ha_deblur.inference.tiles import Blend, Tiling
from ha_deblur.model.padding import pad_to

_BAND = 512  # rows of a picture that are downsampled at once
_MARGIN = 16  # rows more, above and below


class ScaleByScale:
    """Restores pictures with no more features in memory than a tile's.

    The coarsest scale is restored first, all of it, then the next finer one
    from its result. So tiles need to overlap only by the receptive field of a
    single scale. A picture that fits into one tile gets exactly what the
    model's `restore` makes of it.

    Safe to call from several threads.

    Args:
      model: a MultiScaleDeblur, or another model with its `preset`, `branches`,
        `carried`, `halved` and `at_scale`.
      jit_compile: whether XLA compiles the network, once for each tile size.
    """

    def __init__(self, model, jit_compile=False):
        self.model = model
        self._jit_compile = jit_compile
        self._functions = {}
        self._lock = threading.Lock()

    def tilings(self, size, tile_size):
        """The Tilings of all scales of a picture, full size first.

        Args:
          size: (height, width) of the picture.
          tile_size: a TileSize.
        """
        size = tile_size.padded(size)
        tilings = []
        for _ in range(self.model.preset.scales):
            tilings.append(Tiling.of(
                size, tile_size.of(size), tile_size.grid, tile_size.overlap))
            size = tuple(side // 2 for side in size)
        return tilings

    def restore(self, images, mask, heads, tile_size):
        """Restores pictures of one size, tile by tile.

        Args:
          images: [b, h, w, 3] uint8 or uint16.
          mask: [b, h, w, 1] float32 in [0, 1], in place of A; or None.
          heads: the branches to make.
          tile_size: a TileSize.

        Yields:
          (name, top, rows) for the heads and "attention": rows of the results
          as soon as they are complete, from top to bottom; `rows` are
          [b, n, w, c] float32, about [0, 1], and begin at row `top`. And, after
          every tile of any scale, None.
        """
        height, width = images.shape[1:3]
        tilings = self.tilings((height, width), tile_size)
        white = np.iinfo(images.dtype).max
        pictures = self._pyramid(images, tilings)
        masks = self._pyramid(mask, tilings)
        coarser = None
        for k in reversed(range(1, len(tilings))):
            whole = {}
            for complete in self._one_scale(
                    k, pictures.pop(), white, masks.pop(), coarser,
                    ("primary", *self.model.carried), tilings[k]):
                if complete is None:
                    yield None
                else:
                    _collect(whole, tilings[k], *complete)
            coarser = whole
        for complete in self._one_scale(
                0, pictures.pop(), white, masks.pop(), coarser,
                (*heads, "attention"), tilings[0]):
            if complete is None:
                yield None
                continue
            name, top, rows = complete
            if top < height:  # not only rows that `_pyramid` added
                yield name, top, rows[:, :height - top, :width]

    def _pyramid(self, images, tilings):
        """Images downsampled to the sizes of all Tilings, full size first.

        Before, the right and bottom edges are padded by reflection to the size
        of the first Tiling. A list of None if there are no images.
        """
        if images is None:
            return [None] * len(tilings)
        levels = [pad_to(
            images, tilings[0].height, tilings[0].width).numpy()]
        for _ in tilings[1:]:
            levels.append(_in_bands(self.model.halved, levels[-1]))
        return levels

    def _one_scale(self, k, picture, white, mask, coarser, names, tiling):
        """Yields as `restore` does, for scale k alone."""
        restore = self._function(
            k, mask is not None, coarser is not None, names)
        blends = {name: Blend(tiling) for name in names}
        for place in tiling:
            given = {
                "blurred": np.float32(tiling.cut(picture, place)) / white}
            if mask is not None:
                given["mask"] = tiling.cut(mask, place)
            if coarser is not None:
                for name, features in coarser.items():
                    given[name] = tiling.cut(features, place)
            for name, values in restore(given).items():
                complete = blends[name].add(place, values.numpy())
                if complete is not None:
                    yield name, *complete
            yield None

    def _function(self, k, masked, has_coarser, names):
        """The traced function for these inputs and outputs, of any size."""
        key = k, masked, has_coarser, names
        with self._lock:
            if key not in self._functions:
                self._functions[key] = self._traced(*key)
        return self._functions[key]

    def _traced(self, k, masked, has_coarser, names):
        channels = {"blurred": 3}
        if masked:
            channels["mask"] = 1
        if has_coarser:
            channels.update(primary=3, **self.model.carried)
        heads = [name for name in names if name in self.model.branches]
        restore_scale = self.model.at_scale(k)

        @tf.function(jit_compile=self._jit_compile, input_signature=[
            {name: tf.TensorSpec([None, None, None, number], tf.float32)
             for name, number in channels.items()}])
        @tf.autograph.experimental.do_not_convert
        def restore(given):
            result = restore_scale(
                given["blurred"], given.get("mask"),
                given if has_coarser else None, heads)
            return {name: result[name] for name in names if name in result}

        restore.get_concrete_function()  # traced while no one else traces
        return restore


def _in_bands(halved, images):
    """`halved` in bands of rows: a whole picture as floats takes much memory.

    Args:
      halved: a model's; a row of its result depends on rows less than _MARGIN
        away.
      images: [b, h, w, c] of any type.

    Returns:
      [b, h/2, w/2, c] float32.
    """
    height = images.shape[1]
    bands = []
    for top in range(0, height, _BAND):
        first = max(0, top - _MARGIN)
        band = np.float32(images[:, first:top + _BAND + _MARGIN])
        half = halved(tf.constant(band)).numpy()
        bands.append(half[:, (top - first) // 2:][:, :_BAND // 2])
    return np.concatenate(bands, axis=1)


def _collect(whole, tiling, name, top, rows):
    """Puts rows of a scale's results into the arrays of `whole`, by name."""
    batch, number, width, channels = rows.shape
    if name not in whole:
        height = tiling.height * width // tiling.width
        whole[name] = np.empty([batch, height, width, channels], np.float32)
    whole[name][:, top:top + number] = rows
