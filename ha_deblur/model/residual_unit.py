"""The residual unit that encoder and decoder are built from."""

import tensorflow as tf


class ResidualUnit(tf.keras.layers.Layer):
    """x + conv5(relu(conv5(x))), without normalization (after He et al. [12]).

    The second convolution is initialized with zeros, so that every unit starts
    as the identity: otherwise eighteen of them in a row would at first scale
    the features a hundredfold, and training would diverge at learning rates
    that work with it.

    In the primary decoder the first convolution also sees the features that
    Eq. 9 injects, and so maps 2c channels back to c; x alone takes the
    identity path.

    Args:
      channels: c, channels of x and of the result.
    """

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.conv1 = tf.keras.layers.Conv2D(
            channels, 5, padding="same", activation="relu", name="conv1")
        self.conv2 = tf.keras.layers.Conv2D(
            channels, 5, padding="same", kernel_initializer="zeros",
            name="conv2")

    def call(self, x, injected=None):
        """Both [b, h, w, c]; returns [b, h, w, c]."""
        seen = x
        if injected is not None:
            seen = tf.concat([injected, x], axis=-1)  # [b, h, w, 2c]
        return x + self.conv2(self.conv1(seen))

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}
