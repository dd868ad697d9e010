"""Attention-enhanced features, Eqs. 5 and 6."""

import tensorflow as tf


class AttentionGate(tf.keras.layers.Layer):
    """Splits features into foreground (people) and background.

    The attention map is downsampled to the features' size by average pooling
    (sec. 4.2: "a necessary downsampling operation").

    Args:
      factor: f, the map's height and width divided by those of the features.
    """

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, features, attention):
        """[b, h/f, w/f, c] and [b, h, w, 1] -> H_FG, H_BG like the features."""
        if self.factor > 1:
            attention = tf.nn.avg_pool2d(
                attention, self.factor, self.factor, "VALID")
        attention = tf.cast(attention, features.dtype)
        foreground = attention * features  # Eq. 5
        background = (1 - attention) * features  # Eq. 6
        return foreground, background

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def gated(gates, features, attention):
    """Gates H and the shortcuts for the foreground and background branches.

    Args:
      gates: an AttentionGate for each of the features.
      features: H and the shortcuts, as the encoder returns them.
      attention: A, [b, h, w, 1] in [0, 1].

    Returns:
      (foreground, background), each like `features`.
    """
    return tuple(zip(*(gate(feature, attention)
                       for gate, feature in zip(gates, features))))
