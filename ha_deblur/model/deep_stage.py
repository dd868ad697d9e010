"""A stage at half the size, beside the paper's encoder (`fast` has one)."""

import tensorflow as tf

from ha_deblur.model.residual_unit import ResidualUnit


class DeepStage(tf.keras.layers.Layer):
    """Residual units at half the size, added to their input; not in the paper.

    For the same operations a unit there has four times the weights, and sees
    twice as far. The stage starts as the identity, so that a trained model can
    be given one and be trained on.

    Args:
      channels: of the units.
      units: how many.
      kernel: height and width of their convolutions.
      gated, bounded: see `ResidualUnit`.
    """

    def __init__(self, channels, units, kernel, gated, bounded=False,
                 **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.kernel = kernel
        self.gated = gated
        self.bounded = bounded
        self.down = tf.keras.layers.Conv2D(
            channels, 4, 2, padding="same", name="down")
        self.units = [
            ResidualUnit(channels, kernel, gated, bounded, name=f"unit{i}")
            for i in range(1, units + 1)]

    def build(self, shape):
        self.up = tf.keras.layers.Conv2DTranspose(
            shape[-1], 4, 2, padding="same", kernel_initializer="zeros",
            name="up")
        super().build(shape)

    def call(self, x):
        """[b, h, w, c] -> the same shape."""
        deep = self.down(x)  # [b, h/2, w/2, channels]
        for unit in self.units:
            deep = unit(deep)
        return x + self.up(deep)

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "units": len(self.units), "kernel": self.kernel,
                "gated": self.gated, "bounded": self.bounded}
