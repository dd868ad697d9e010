"""The residual unit of `fast`: gated, and bounded in what it adds."""

import tensorflow as tf

# Of what a unit adds. A trained `fast` adds at most 0.4 to 8 on ordinary
# pictures, and 225,000 on others; `branch_limits` then sets it.
FIRST_LIMIT = 8.0


class BoundedUnit(tf.keras.layers.Layer):
    """x + clip(conv3(gate(conv3(x)))), from -limit to limit.

    As the paper's `ResidualUnit` it starts as the identity, and in the primary
    decoder its first convolution also sees what Eq. 9 injects. The limit is a
    weight that is not trained: so a picture unlike all that training showed
    can't make features grow from unit to unit.

    Args:
      channels: c, the channels of x and of the result; even.
    """

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.conv1 = tf.keras.layers.Conv2D(
            channels, 3, padding="same", activation=gate, name="conv1")
        self.conv2 = tf.keras.layers.Conv2D(
            channels, 3, padding="same", kernel_initializer="zeros",
            name="conv2")

    def build(self, shape):
        # here, where its name gets those of the layers around it
        self.limit = self.add_weight(
            name="limit", shape=[], trainable=False,
            initializer=tf.keras.initializers.Constant(FIRST_LIMIT))
        super().build(shape)

    def call(self, x, injected=None):
        """Both [b, h, w, c]; returns [b, h, w, c]."""
        seen = x
        if injected is not None:
            seen = tf.concat([injected, x], axis=-1)  # [b, h, w, 2c]
        branch = self.conv2(self.conv1(seen))
        return x + tf.clip_by_value(branch, -self.limit, self.limit)

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


def gate(x):
    """Half of the channels open and close the other half.

    A filter that is right for one blur is wrong for another, and products let
    features choose. After gated linear units (Dauphin et al., ICML 2017), which
    image restoration knows from NAFNet (Chen et al., ECCV 2022); an undecided
    gate passes on what ReLU does.

    Args:
      x: [b, h, w, c].

    Returns:
      [b, h, w, c / 2].
    """
    passing, gates = tf.split(x, 2, axis=-1)
    return tf.nn.relu(passing) * (2 * tf.sigmoid(gates))
