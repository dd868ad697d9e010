"""The attention of `fast`: the paper's at lower resolution, with a larger
receptive field."""

import tensorflow as tf

from ha_deblur.model.attention import HumanAttention
from ha_deblur.model.fast.folding import FOLD, folded, unfolded


class AttentionUnit(tf.keras.layers.Layer):
    """x + conv3(relu(conv3(x))), which starts as the identity.

    Args:
      channels: channels of x and of the result.
    """

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.conv1 = tf.keras.layers.Conv2D(
            channels, 3, padding="same", activation="relu", name="conv1")
        self.conv2 = tf.keras.layers.Conv2D(
            channels, 3, padding="same", kernel_initializer="zeros",
            name="conv2")

    def call(self, x):
        """[b, h, w, c] -> the same shape."""
        return x + self.conv2(self.conv1(x))

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


class FastAttention(HumanAttention):
    """HumanAttention on folded pixels, with residual units.

    The units are at the lowest resolution, where each extends the receptive
    field by 128 pixels at a hundredth of the cost at full size. With units, the
    upward path also adds the features of the downward path at each size, before
    pooling (U-Net, Ronneberger et al., MICCAI 2015), so that small people are
    not lost and outlines stay sharp.

    Args:
      width: w; see HumanAttention.
      units: number of residual units; 0: none, and no skip connections.
    """

    values = FOLD**2

    def __init__(self, width, units, **kwargs):
        super().__init__(width, **kwargs)
        self.units = [AttentionUnit(width * 4, name=f"unit{i}")
                      for i in range(1, units + 1)]

    def call(self, blurred):
        """A: [b, h, w, 3] -> [b, h, w, 1], h and w multiples of 32."""
        x = folded(blurred)  # [b, h/4, w/4, 48]
        passed = []  # the downward path's features, before pooling
        for conv in self.convs:
            passed.append(conv(x))
            x = self.pool(passed[-1])  # halves; in the end [b, h/32, w/32, 4w]
        for unit in self.units:
            x = unit(x)
        for up, beside in zip(self.ups, reversed(passed)):
            x = up(x)  # doubles; in the end [b, h/4, w/4, w]
            if self.units:
                x += beside
        return unfolded(self.predict(x))

    def get_config(self):
        return {**super().get_config(), "units": len(self.units)}
