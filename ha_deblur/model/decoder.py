"""The multi-head decoder: three branches, deeply fused (Eqs. 7, 9, 10)."""

import tensorflow as tf

from ha_deblur.model.fusion import BLOCKS, BRANCHES, fused
from ha_deblur.model.residual_unit import ResidualUnit


class DecoderBlock(tf.keras.layers.Layer):
    """One of the L = 3 blocks of a branch.

    Residual units of 5x5 convolutions. The paper calls them transposed; with
    stride 1 that is the same linear map with the kernel flipped, and a plain
    convolution is faster. Then, in all blocks but the last, a 4x4 transposed
    convolution of stride 2 and the encoder's shortcut; in the last one a
    convolution to RGB, which is initialized with zeros so that training starts
    from the input picture.

    Args:
      channels: c, channels of the input features.
      units_per_block: residual units (3 in the paper).
      last: whether this block ends in RGB.
    """

    def __init__(self, channels, units_per_block, last, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.units_per_block = units_per_block
        self.last = last
        self.units = [ResidualUnit(channels, name=f"unit{i}")
                      for i in range(1, units_per_block + 1)]
        if last:
            self.end = tf.keras.layers.Conv2D(
                3, 5, padding="same", kernel_initializer="zeros",
                name="to_rgb")
        else:
            self.end = tf.keras.layers.Conv2DTranspose(
                channels // 2, 4, 2, padding="same", name="up")

    def call(self, x, injected=None, shortcut=None):
        """Decodes one level.

        Args:
          x: [b, h, w, c], this branch's features D^{l-1}.
          injected: [b, h, w, c], the other branches' features (Eq. 9), in the
            primary branch only.
          shortcut: [b, 2h, 2w, c/2] from the encoder; not for the last block.

        Returns:
          D^l: [b, 2h, 2w, c/2], or from the last block [b, h, w, 3].
        """
        x = self.units[0](x, injected)
        for unit in self.units[1:]:
            x = unit(x)
        x = self.end(x)
        return x if self.last else x + shortcut

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "units_per_block": self.units_per_block, "last": self.last}


class MultiHeadDecoder(tf.keras.layers.Layer):
    """D_Pri, D_FG and D_BG: one architecture, separate weights (Eq. 7).

    Args:
      width: w; the blocks work on 4w, 2w and w channels.
      units_per_block: residual units per block (3 in the paper).
    """

    def __init__(self, width, units_per_block=3, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.units_per_block = units_per_block
        channels = (4 * width, 2 * width, width)
        for branch in BRANCHES:
            setattr(self, branch, [
                DecoderBlock(c, units_per_block, last=block == BLOCKS,
                             name=f"{branch}_block{block}")
                for block, c in enumerate(channels, 1)])
        # sec. 4.2: "a 1x1 convolutional layer as a feature-compression layer"
        self.compress = [
            tf.keras.layers.Conv2D(c, 1, name=f"compress{block}")
            for block, c in enumerate(channels, 1)]

    def call(self, primary, foreground, background, heads=BRANCHES):
        """Decodes the three branches side by side.

        Args:
          primary: H [b, h/4, w/4, 4w] and the shortcuts [b, h/2, w/2, 2w] and
            [b, h, w, w], as ResidualEncoder returns them.
          foreground: the same, gated by A (Eq. 5).
          background: the same, gated by 1 - A (Eq. 6).
          heads: which branches to decode to an image; see `fused`.

        Returns:
          D^l of Eq. 9 by name: "primary_block1" ... "background_block3"; the
          features "..._block3" are the residual images [b, h, w, 3] (Eq. 10).
        """
        blocks = {branch: getattr(self, branch) for branch in BRANCHES}
        features = dict(zip(BRANCHES, (primary, foreground, background)))
        return fused(blocks, self.compress, features, heads)  # Eq. 9

    def get_config(self):
        return {**super().get_config(), "width": self.width,
                "units_per_block": self.units_per_block}
