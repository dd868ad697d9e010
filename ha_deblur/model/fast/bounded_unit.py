"""The residual unit of `fast`, gated and with a bounded branch."""

import tensorflow as tf

# Initial limit. The units of a trained `fast` add at most 0.4 to 8 on ordinary
# pictures, and 225,000 on others; `branch_limits` sets the final limits.
FIRST_LIMIT = 8.0


class BoundedUnit(tf.keras.layers.Layer):
    """x + clip(conv3(gate(conv3(x)))), from -limit to limit.

    Like the paper's `ResidualUnit` it starts as the identity, and in the
    primary decoder its first convolution also sees the features that Eq. 9
    injects. The limit, a weight that is not trained, keeps features from
    growing from unit to unit on pictures unlike those seen in training.

    Args:
      channels: c, channels of x and of the result; even.
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
        # here, so that its name includes those of the enclosing layers
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
    """ReLU of half of the channels, gated by the other half.

    A filter that suits one blur does not suit another; products let features
    select filters. After gated linear units (Dauphin et al., ICML 2017), known
    in image restoration from NAFNet (Chen et al., ECCV 2022); a gate at 0
    leaves a plain ReLU.

    Args:
      x: [b, h, w, c].

    Returns:
      [b, h, w, c / 2].
    """
    passing, gates = tf.split(x, 2, axis=-1)
    return tf.nn.relu(passing) * (2 * tf.sigmoid(gates))
