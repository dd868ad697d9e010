"""The encoder: H = E(B), Eq. 1 (sec. 4.2, "Encoder")."""

import tensorflow as tf

from ha_deblur.model.deep_stage import DeepStage
from ha_deblur.model.residual_unit import ResidualUnit


class EncoderStage(tf.keras.layers.Layer):
    """A convolution, which may halve the size, then residual units.

    Args:
      channels: c, of the convolution and the units.
      units_per_block: residual units (3 in the paper).
      strides: 2 for the "dimensionality reduction" between stages; 0 for no
        convolution: c channels must come in.
      kernel: height and width of all convolutions.
      gated, bounded: see `ResidualUnit`.
    """

    def __init__(self, channels, units_per_block, strides, kernel=5,
                 gated=False, bounded=False, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.units_per_block = units_per_block
        self.strides = strides
        self.kernel = kernel
        self.gated = gated
        self.bounded = bounded
        self.conv = tf.keras.layers.Conv2D(
            channels, kernel, strides, padding="same", name="conv"
        ) if strides else None
        self.units = [
            ResidualUnit(channels, kernel, gated, bounded, name=f"unit{i}")
            for i in range(1, units_per_block + 1)]

    def call(self, x):
        """[b, h, w, any] -> [b, h/strides, w/strides, c]."""
        if self.conv is not None:
            x = self.conv(x)
        for unit in self.units:
            x = unit(x)
        return x

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "units_per_block": self.units_per_block,
                "strides": self.strides, "kernel": self.kernel,
                "gated": self.gated, "bounded": self.bounded}


class ResidualEncoder(tf.keras.layers.Layer):
    """Nine residual units in three stages of w, 2w and 4w channels.

    Args:
      width: w.
      units_per_block: residual units a stage (3 in the paper).
      kernel: height and width of all convolutions (5 in the paper).
      flat: all stages keep the size, and have w channels; not in the paper.
      gated, bounded: see `ResidualUnit`.
      deep_units: residual units of a `DeepStage` that ends it; 0: none.
      deep_channels: their channels.
    """

    def __init__(self, width, units_per_block=3, kernel=5, flat=False,
                 gated=False, deep_units=0, deep_channels=0, bounded=False,
                 **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.units_per_block = units_per_block
        self.kernel = kernel
        self.flat = flat
        self.gated = gated
        self.bounded = bounded
        plan = ((1, 1), (1, 0), (1, 0)) if flat else ((1, 1), (2, 2), (4, 2))
        self.stages = [
            EncoderStage(width * factor, units_per_block, strides, kernel,
                         gated, bounded, name=f"stage{i}")
            for i, (factor, strides) in enumerate(plan, 1)]
        self.deep = DeepStage(
            deep_channels, deep_units, kernel, gated, bounded, name="deep"
        ) if deep_units else None
        self.deep_channels = deep_channels

    def call(self, x):
        """Encodes a picture.

        Args:
          x: [b, h, w, 6 fold^2]: the blurred picture beside the coarser
            scale's result; h and w multiples of 4.

        Returns:
          The three stages' results, deepest first, as the decoder takes them:
          H [b, h/4, w/4, 4w], and for the shortcuts [b, h/2, w/2, 2w] and
          [b, h, w, w]. If flat, all three are [b, h, w, w].
        """
        results = []
        for stage in self.stages:
            x = stage(x)
            results.append(x)
        if self.deep is not None:
            results[-1] = self.deep(x)
        return tuple(reversed(results))

    def get_config(self):
        return {**super().get_config(), "width": self.width,
                "units_per_block": self.units_per_block,
                "kernel": self.kernel, "flat": self.flat, "gated": self.gated,
                "deep_units": len(self.deep.units) if self.deep else 0,
                "deep_channels": self.deep_channels,
                "bounded": self.bounded}
