"""Human-aware attention: where the people are (Eq. 3, sec. 4.2)."""

import tensorflow as tf


class HumanAttention(tf.keras.layers.Layer):
    """A = sigmoid(A(B)): a soft mask of the people in a blurry picture, Eq. 3.

    Three 3x3 convolutions, each with ReLU and x2 max-pooling; three 4x4
    transposed convolutions of stride 2 with ReLU; a 1x1 convolution with a
    sigmoid (sec. 4.2).

    Args:
      width: w; the convolutions have w, 2w, 4w channels, the transposed ones
        4w, 2w, w.

    Example:
      attention = HumanAttention(width=32)(blurred)  # [b, h, w, 1] in [0, 1]
    """

    values = 1  # values of the map at each position of the last feature

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        layers = tf.keras.layers
        self.convs = [
            layers.Conv2D(width * factor, 3, padding="same",
                          activation="relu", name=f"conv{i}")
            for i, factor in enumerate((1, 2, 4), 1)]
        self.pool = layers.MaxPool2D(2)
        self.ups = [
            layers.Conv2DTranspose(width * factor, 4, 2, padding="same",
                                   activation="relu", name=f"up{i}")
            for i, factor in enumerate((4, 2, 1), 1)]
        # float32 under every precision policy: the map is an output
        self.predict = layers.Conv2D(
            self.values, 1, activation="sigmoid", name="predict",
            dtype="float32")

    def call(self, blurred):
        """A of a picture.

        Args:
          blurred: [b, h, w, 3] in [0, 1], h and w multiples of 8.

        Returns:
          [b, h, w, 1] in [0, 1].
        """
        x = blurred
        for conv in self.convs:
            x = self.pool(conv(x))  # halves; in the end [b, h/8, w/8, 4w]
        for up in self.ups:
            x = up(x)  # doubles; in the end [b, h, w, w]
        return self.predict(x)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


def alone(attention):
    """A Keras model of an attention layer alone, as pretraining saves it.

    Args:
      attention: a HumanAttention.

    Returns:
      A model from blurred pictures [b, h, w, 3] to A [b, h, w, 1].
    """
    blurred = tf.keras.Input([None, None, 3], name="blurred")
    return tf.keras.Model(blurred, attention(blurred))
