"""The encoder: H = E(B), Eq. 1 (sec. 4.2, "Encoder")."""

import tensorflow as tf

from ha_deblur.model.residual_unit import ResidualUnit


class EncoderStage(tf.keras.layers.Layer):
    """A 5x5 convolution, which may halve the size, then residual units.

    Args:
      channels: c, channels of the convolution and the units.
      units_per_block: residual units (3 in the paper).
      strides: 2 for the "dimensionality reduction" between stages, else 1.
    """

    def __init__(self, channels, units_per_block, strides, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.units_per_block = units_per_block
        self.strides = strides
        self.conv = tf.keras.layers.Conv2D(
            channels, 5, strides, padding="same", name="conv")
        self.units = [ResidualUnit(channels, name=f"unit{i}")
                      for i in range(1, units_per_block + 1)]

    def call(self, x):
        """[b, h, w, any] -> [b, h/strides, w/strides, c]."""
        x = self.conv(x)
        for unit in self.units:
            x = unit(x)
        return x

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "units_per_block": self.units_per_block,
                "strides": self.strides}


class ResidualEncoder(tf.keras.layers.Layer):
    """Nine residual units in three stages of w, 2w and 4w channels.

    Args:
      width: w.
      units_per_block: residual units per stage (3 in the paper).
    """

    def __init__(self, width, units_per_block=3, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.units_per_block = units_per_block
        self.stages = [
            EncoderStage(width * factor, units_per_block, strides,
                         name=f"stage{i}")
            for i, (factor, strides) in enumerate(
                ((1, 1), (2, 2), (4, 2)), 1)]

    def call(self, x):
        """Encodes a picture.

        Args:
          x: [b, h, w, 6], the blurred picture concatenated with the coarser
            scale's result; h and w multiples of 4.

        Returns:
          The outputs of the three stages, deepest first, as the decoder takes
          them: H [b, h/4, w/4, 4w], and the shortcuts [b, h/2, w/2, 2w] and
          [b, h, w, w].
        """
        results = []
        for stage in self.stages:
            x = stage(x)
            results.append(x)
        return tuple(reversed(results))

    def get_config(self):
        return {**super().get_config(), "width": self.width,
                "units_per_block": self.units_per_block}
