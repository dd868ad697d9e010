"""The network on pictures of any size: one scale after the other, in tiles."""

import functools
import threading

import numpy as np
import tensorflow as tf

from ha_deblur.inference.tiles import Blend, Tiling


class ScaleByScale:
    """Restores pictures with no more features in memory than a tile's.

    The coarsest scale is restored first, all of it, then the next finer one
    from its result; so tiles have to overlap only by what a single scale sees.
    A picture in one tile gets what `MultiScaleDeblur.restore` makes of it.

    Safe to call from several threads.

    Args:
      model: a MultiScaleDeblur.
      jit_compile: whether XLA compiles the network, anew for each size of
        tile.
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

    def restore(self, images, mask, heads, tilings, write, after_tile):
        """Restores pictures of one size.

        Args:
          images: [b, h, w, 3] uint8 or uint16.
          mask: [b, h, w, 1] float32 in [0, 1], in place of A; or None.
          heads: the branches to make.
          tilings: what `tilings` gave for this size.
          write: called as write(name, top, rows) for the heads and
            "attention", with complete rows of the results, from top to bottom:
            [b, n, w, c] float32, about [0, 1].
          after_tile: called without arguments after every tile.
        """
        height, width = images.shape[1:3]

        def write_inside(name, top, rows):
            if top < height:
                write(name, top, rows[:, :height - top, :width])

        white = np.iinfo(images.dtype).max
        pictures = _pyramid(images, tilings)
        masks = _pyramid(mask, tilings)
        coarser = None
        for k in reversed(range(len(tilings))):
            if k == 0:
                names, into = (*heads, "attention"), write_inside
            else:
                names, kept = ("primary", "H"), {}
                into = functools.partial(_keep, kept, tilings[k])
            self._one_scale(pictures.pop(), white, masks.pop(), coarser,
                            names, tilings[k], into, after_tile)
            coarser = kept if k else None

    def _one_scale(self, picture, white, mask, coarser, names, tiling, write,
                   after_tile):
        restore = self._function(mask is not None, coarser is not None, names)
        blends = {name: Blend(tiling, functools.partial(write, name))
                  for name in names}
        for place in tiling:
            given = {
                "blurred": np.float32(tiling.cut(picture, place)) / white}
            if mask is not None:
                given["mask"] = tiling.cut(mask, place)
            if coarser is not None:
                for name in ("primary", "H"):
                    given[name] = tiling.cut(coarser[name], place)
            for name, values in restore(given).items():
                blends[name].add(place, values.numpy())
            after_tile()

    def _function(self, masked, has_coarser, names):
        """The traced function for these inputs and outputs, of any size."""
        key = masked, has_coarser, names
        with self._lock:
            if key not in self._functions:
                self._functions[key] = self._traced(*key)
        return self._functions[key]

    def _traced(self, masked, has_coarser, names):
        channels = {"blurred": 3}
        if masked:
            channels["mask"] = 1
        if has_coarser:
            deepest = self.model.parts.join_features.filters
            channels.update(primary=3, H=deepest)
        heads = [name for name in names if name not in ("attention", "H")]

        @tf.function(jit_compile=self._jit_compile, input_signature=[
            {name: tf.TensorSpec([None, None, None, number], tf.float32)
             for name, number in channels.items()}])
        def restore(given):
            result = self.model.restore_scale(
                given["blurred"], given.get("mask"),
                given if has_coarser else None, heads)
            return {name: result[name] for name in names if name in result}

        restore.get_concrete_function()  # traced while no one else traces
        return restore


def _pyramid(images, tilings):
    """Images at the sizes of all Tilings, full size first.

    The right and bottom edges are reflected up to the full size, and halves are
    means of 2x2. All None where there are no images.
    """
    if images is None:
        return [None] * len(tilings)
    height, width = images.shape[1:3]
    levels = [np.pad(images, ((0, 0), (0, tilings[0].height - height),
                              (0, tilings[0].width - width), (0, 0)),
                     mode="reflect")]
    for _ in tilings[1:]:
        finer = levels[-1]
        half = np.zeros_like(finer[:, ::2, ::2], np.float32)
        for top, left in ((0, 0), (0, 1), (1, 0), (1, 1)):
            half += finer[:, top::2, left::2]
        levels.append(half / 4)
    return levels


def _keep(kept, tiling, name, top, rows):
    """Collects rows of a scale's results in the arrays of `kept`."""
    batch, number, width, channels = rows.shape
    if name not in kept:
        height = tiling.height * width // tiling.width
        kept[name] = np.empty([batch, height, width, channels], np.float32)
    kept[name][:, top:top + number] = rows
