"""Deblurring from Python: `ha_deblur.load(...).deblur(image)`."""

import functools
import math

import numpy as np
import tensorflow as tf

from ha_deblur import model_directory
from ha_deblur.inference import self_ensemble as ensemble
from ha_deblur.inference.deblurred import Deblurred, Results
from ha_deblur.inference.deblurrer_inputs import (
    inputs_of,
    mask_of,
    pixels_of,
)
from ha_deblur.inference.scale_by_scale import ScaleByScale
from ha_deblur.inference.tile_size import TileSize

__all__ = ["Deblurred", "Deblurrer", "load"]

# Pictures in a batch; more gain nothing. Measured on two cores: a picture of
# 64x64 takes a third to a half of the time, one of 256x256 just as long.
_BATCH = 16


class Deblurrer:
    """Deblurs pictures of any size with a MultiScaleDeblur or a baseline.

    Large pictures are cut into overlapping tiles, so that memory stays
    bounded. On a GPU the network is compiled with XLA, for tiles of only a few
    sizes (see `TileSize`). Threads may share a Deblurrer. Forked processes
    can't, because TensorFlow would wait there for threads that only the parent
    has: make one in each process, started with multiprocessing's "spawn".

    Args:
      model: a MultiScaleDeblur, or another model that `model_directory` loads.

    Example:
      deblurrer = ha_deblur.load("fast")
      result = deblurrer.deblur("party.jpg")
      Image.fromarray(result.sharp).save("party-sharp.png")
    """

    def __init__(self, model):
        self.model = model
        self._on_gpu = bool(tf.config.list_logical_devices("GPU"))
        compiled = self._on_gpu and model.exportable
        self._network = ScaleByScale(model, jit_compile=compiled or None)

    def deblur(self, image, mask=None, boxes=None, branches=True,
               people_only=False, self_ensemble=False, tile=None, memory=None,
               progress=None):
        """Deblurs one picture.

        Args:
          image: [h, w, 3] uint8 or uint16 RGB, of any size; or the path of
            one; or a PIL image.
          mask: where the people are, if that is known; it replaces the
            network's attention. [h, w], bool or in [0, 1], or in the levels or
            colours of common mask files (`mask_shape`); a path; or a PIL image.
          boxes: [n, 4] [x, y, width, height] in pixels, in place of a mask.
          branches: whether to make `foreground` and `background` too, if the
            model has them; this takes about a sixth longer.
          people_only: whether to sharpen only the people, where attention,
            mask or boxes show them, and leave everything else as it is.
          self_ensemble: whether to average the results for eight flipped and
            rotated views, which takes eight times as long.
          tile: height and width of a tile in pixels; 0: never cut the picture;
            None: as large as `memory` allows.
          memory: bytes that the network's features may take; the picture and
            its results come on top. None: half of what is free, and at most
            2 GiB.
          progress: called as progress(done, total) after every tile.

        Returns:
          A `Deblurred`.

        Raises:
          ValueError: the image is not RGB of 8 or 16 bits, the mask has
            another size or values without a meaning, a box is malformed or
            outside the image, mask and boxes were both given, or the model has
            no attention that they could replace or that could show the people.
          UserError: the file can't be read.
        """
        image = pixels_of(image)
        mask = mask_of(*image.shape[:2], mask, boxes)
        size = TileSize(self.model.preset, self._on_gpu, tile, memory)
        (result,) = self._deblur([image], [mask], size, progress, branches,
                                 people_only, self_ensemble)
        return result

    def deblur_batch(self, images, masks=None, boxes=None, branches=True,
                     people_only=False, self_ensemble=False, tile=None,
                     memory=None, progress=None):
        """Deblurs several pictures; small ones of one size go in batches.

        Args:
          images: a list of what `deblur` takes.
          masks: None, or a list with a mask or None for each picture.
          boxes: None, or a list with boxes or None for each picture.
          progress: called as progress(done, total), in pictures.

        All other arguments are as for `deblur`, and so are the errors, which
        name the picture by its index, from 0.

        Returns:
          A list of `Deblurred`.
        """
        images, masks = inputs_of(images, masks, boxes)
        preset = self.model.preset
        alone = TileSize(preset, self._on_gpu, tile, memory)
        results = [None] * len(images)
        done = 0
        for numbers in _groups(images, masks, alone):
            size = TileSize(
                preset, self._on_gpu, tile, memory, batch=len(numbers))
            group = self._deblur(
                [images[i] for i in numbers], [masks[i] for i in numbers],
                size, None, branches, people_only, self_ensemble)
            for i, result in zip(numbers, group):
                results[i] = result
            done += len(numbers)
            if progress is not None:
                progress(done, len(images))
        return results

    def _deblur(self, images, masks, tile_size, progress, branches,
                people_only, self_ensemble):
        """Deblurs pictures of one shape and dtype, all with a mask or none."""
        attention = self.model.preset.attention
        given = masks[0] is not None
        if not attention and given and not people_only:
            raise ValueError("the model has no attention that a mask or boxes "
                             "could replace")
        if not attention and not given and people_only:
            raise ValueError("people_only needs a mask or boxes, for the model "
                             "has no attention")
        images = np.stack(images)
        mask = np.stack(masks) if given and attention else None
        restore = functools.partial(
            self._network.restore, tile_size=tile_size,
            heads=self.model.branches if branches else ("primary",))
        total = sum(map(len, self._network.tilings(
            images.shape[1:3], tile_size)))
        if self_ensemble:
            restore = functools.partial(ensemble.averaged, restore)
            total *= ensemble.VIEWS
        results = Results(images)
        done = 0
        for complete in restore(images, mask):
            if complete is not None:
                results.write(*complete)
                continue
            done += 1
            if progress is not None:
                progress(done, total)
        return [results.deblurred(i, mask, people_only)
                for i, mask in enumerate(masks)]


def _groups(images, masks, tile_size):
    """Yields lists of the indices of pictures that make a batch.

    Batch sizes are powers of two, so that XLA has to compile only a few.
    """
    alike = {}
    for i, (image, mask) in enumerate(zip(images, masks)):
        key = image.shape, image.dtype, mask is None
        alike.setdefault(key, []).append(i)
    for (shape, *_), numbers in alike.items():
        fit = tile_size.pixels / math.prod(tile_size.padded(shape[:2]))
        while numbers:
            most = min(_BATCH, len(numbers), max(1, fit))
            length = 2 ** int(math.log2(most))
            yield numbers[:length]
            numbers = numbers[length:]


def load(model):
    """A Deblurrer from a model directory (a run directory is one).

    Raises:
      UserError: there is no model, or it is damaged.
    """
    return Deblurrer(model_directory.load(model))
