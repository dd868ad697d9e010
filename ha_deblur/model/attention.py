"""Human-aware attention: where the people are (Eq. 3, sec. 4.2)."""

import tensorflow as tf

from ha_deblur.model.folding import folded, unfolded
from ha_deblur.model.residual_unit import ResidualUnit


class HumanAttention(tf.keras.layers.Layer):
    """A = sigmoid(A(B)): a soft mask of the people in a blurry picture, Eq. 3.

    Three 3x3 convolutions, each with ReLU and x2 max-pooling; three 4x4
    transposed convolutions of stride 2 with ReLU; a 1x1 convolution with a
    sigmoid (sec. 4.2).

    Args:
      width: w; the convolutions have w, 2w, 4w channels, the transposed ones
        4w, 2w, w.
      fold: works on squares of fold x fold pixels (1 in the paper).
      units: residual units at the smallest size (none in the paper). There a
        unit sees 32 fold pixels farther for a hundredth of the operations at
        full size. With units the way up also adds what the way down had at
        each size, before pooling (U-Net, Ronneberger et al., MICCAI 2015): so
        small people are not lost, and outlines stay sharp.

    Example:
      attention = HumanAttention(width=32)(blurred)  # [b, h, w, 1] in [0, 1]
    """

    def __init__(self, width, fold=1, units=0, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.fold = fold
        layers = tf.keras.layers
        self.convs = [
            layers.Conv2D(width * factor, 3, padding="same",
                          activation="relu", name=f"conv{i}")
            for i, factor in enumerate((1, 2, 4), 1)]
        self.pool = layers.MaxPool2D(2)
        self.units = [ResidualUnit(width * 4, 3, name=f"unit{i}")
                      for i in range(1, units + 1)]
        self.ups = [
            layers.Conv2DTranspose(width * factor, 4, 2, padding="same",
                                   activation="relu", name=f"up{i}")
            for i, factor in enumerate((4, 2, 1), 1)]
        # float32 whatever the compute type: the map is an output
        self.predict = layers.Conv2D(
            fold**2, 1, activation="sigmoid", name="predict", dtype="float32")

    def call(self, blurred):
        """A of a picture.

        Args:
          blurred: [b, h, w, 3] in [0, 1], h and w multiples of 8 fold.

        Returns:
          [b, h, w, 1] in [0, 1].
        """
        x = folded(blurred, self.fold)
        passed = []  # on the way down, before pooling
        for conv in self.convs:
            passed.append(conv(x))
            x = self.pool(passed[-1])  # halves; at last [b, h/8, w/8, 4w]
        for unit in self.units:
            x = unit(x)
        for up, beside in zip(self.ups, reversed(passed)):
            x = up(x)  # doubles; at last [b, h, w, w]
            if self.units:
                x += beside
        return unfolded(self.predict(x), self.fold)

    def get_config(self):
        return {**super().get_config(), "width": self.width,
                "fold": self.fold, "units": len(self.units)}
