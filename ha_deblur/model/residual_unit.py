"""The residual unit that encoder and decoder are built from."""

import tensorflow as tf

# Of what a unit adds, where it is bounded. A trained `fast` adds at most 0.4 to
# 8 on ordinary pictures, and 225,000 on others; `branch_limits` then sets it.
FIRST_LIMIT = 8.0


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
      bounded: whether the branch, what is added to x, is clipped to the weight
        `limit`, from -limit to limit; not in the paper. So a picture unlike
        all that training showed can't make features grow from unit to unit.
    """

    def __init__(self, channels, kernel=5, gated=False, bounded=False,
                 **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.kernel = kernel
        self.gated = gated
        self.bounded = bounded
        self.conv1 = tf.keras.layers.Conv2D(
            channels, kernel, padding="same", name="conv1",
            activation=gate if gated else "relu")
        self.conv2 = tf.keras.layers.Conv2D(
            channels, kernel, padding="same", kernel_initializer="zeros",
            name="conv2")

    def build(self, shape):
        # here, where its name gets those of the layers around it
        self.limit = self.add_weight(
            name="limit", shape=[], trainable=False,
            initializer=tf.keras.initializers.Constant(FIRST_LIMIT)
        ) if self.bounded else None
        super().build(shape)

    def call(self, x, injected=None):
        """Both [b, h, w, c]; returns [b, h, w, c]."""
        seen = x
        if injected is not None:
            seen = tf.concat([injected, x], axis=-1)  # [b, h, w, 2c]
        branch = self.conv2(self.conv1(seen))
        if self.limit is not None:
            branch = tf.clip_by_value(branch, -self.limit, self.limit)
        return x + branch

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "kernel": self.kernel, "gated": self.gated,
                "bounded": self.bounded}


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
