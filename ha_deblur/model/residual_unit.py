"""The residual unit that encoder and decoder are built from."""

import tensorflow as tf


class ResidualUnit(tf.keras.layers.Layer):
    """x + conv(relu(conv(x))), without normalization (after He et al. [12]).

    The second convolution starts at zero, so that every unit starts as the
    identity: eighteen of them in a row would otherwise start by multiplying
    the features a hundredfold, and training would diverge at learning rates
    that it otherwise takes.

    In the primary decoder the first convolution also sees the features that
    are injected by Eq. 9, and so brings 2c channels back to c; x alone takes
    the identity path.

    Args:
      channels: c, the channels of x and of the result.
      kernel: height and width of the convolutions (5 in the paper).
      gated: whether `gate` takes the place of ReLU; not in the paper.
    """

    def __init__(self, channels, kernel=5, gated=False, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.kernel = kernel
        self.gated = gated
        self.conv1 = tf.keras.layers.Conv2D(
            channels, kernel, padding="same", name="conv1",
            activation=gate if gated else "relu")
        self.conv2 = tf.keras.layers.Conv2D(
            channels, kernel, padding="same", kernel_initializer="zeros",
            name="conv2")

    def call(self, x, injected=None):
        """Both [b, h, w, c]; returns [b, h, w, c]."""
        seen = x
        if injected is not None:
            seen = tf.concat([injected, x], axis=-1)  # [b, h, w, 2c]
        return x + self.conv2(self.conv1(seen))

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "kernel": self.kernel, "gated": self.gated}


def gate(x):
    """Half of the channels open and close the other half.

    A filter that is right for one blur is wrong for another, and products let
    features choose. After gated linear units (Dauphin et al., ICML 2017), which
    image restoration knows from NAFNet (Chen et al., ECCV 2022); a gate that is
    undecided lets pass what ReLU does.

    Args:
      x: [b, h, w, c].

    Returns:
      [b, h, w, c / 2].
    """
    passing, gates = tf.split(x, 2, axis=-1)
    return tf.nn.relu(passing) * (2 * tf.sigmoid(gates))
