"""The multi-head decoder: three branches, deeply fused (Eqs. 7, 9, 10)."""

import tensorflow as tf

from ha_deblur.model.folding import unfolded
from ha_deblur.model.residual_unit import ResidualUnit

BRANCHES = ("primary", "foreground", "background")
BLOCKS = 3  # L of Eq. 9


class DecoderBlock(tf.keras.layers.Layer):
    """One of the L = 3 blocks of a branch.

    Residual units of convolutions, 5x5 in the paper. It calls them transposed;
    of stride 1 that is the same linear map with the kernel flipped, and a plain
    convolution is faster. Then, in all blocks but the last, a 4x4 transposed
    convolution of stride 2 and the encoder's shortcut; in the last one a
    convolution to RGB (of fold x fold pixels), which starts at zero so that
    training starts from the input picture.

    Args:
      channels: c, of the features that come in.
      units_per_block: residual units (3 in the paper).
      last: whether this block ends in RGB.
      kernel: height and width of the convolutions of stride 1.
      fold: height and width of the square of pixels that a feature stands for.
      flat: no transposed convolution: size and channels stay.
      gated, bounded: see `ResidualUnit`.
    """

    def __init__(self, channels, units_per_block, last, kernel=5, fold=1,
                 flat=False, gated=False, bounded=False, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.units_per_block = units_per_block
        self.last = last
        self.kernel = kernel
        self.fold = fold
        self.flat = flat
        self.gated = gated
        self.bounded = bounded
        self.units = [
            ResidualUnit(channels, kernel, gated, bounded, name=f"unit{i}")
            for i in range(1, units_per_block + 1)]
        if last:
            self.end = tf.keras.layers.Conv2D(
                3 * fold**2, kernel, padding="same",
                kernel_initializer="zeros", name="to_rgb")
        elif flat:
            self.end = tf.identity
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
          D^l: [b, 2h, 2w, c/2], or from the last block [b, fold h, fold w, 3].
          If flat, shortcut and D^l are [b, h, w, c].
        """
        x = self.units[0](x, injected)
        for unit in self.units[1:]:
            x = unit(x)
        x = self.end(x)
        return unfolded(x, self.fold) if self.last else x + shortcut

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "units_per_block": self.units_per_block, "last": self.last,
                "kernel": self.kernel, "fold": self.fold, "flat": self.flat,
                "gated": self.gated, "bounded": self.bounded}


class MultiHeadDecoder(tf.keras.layers.Layer):
    """D_Pri, D_FG and D_BG: of one architecture, sharing no weights (Eq. 7).

    Args:
      width: w; the blocks work on 4w, 2w and w channels.
      units_per_block: residual units a block (3 in the paper).
      kernel: height and width of the convolutions (5 in the paper).
      fold: height and width of the square of pixels that a feature of the last
        blocks stands for (1 in the paper).
      flat: all blocks keep the size, and work on w channels; not in the paper.
      gated, bounded: see `ResidualUnit`.
      narrowing: the foreground and background branches have so many times
        fewer channels; 1x1 convolutions bring what they take to these.
    """

    def __init__(self, width, units_per_block=3, kernel=5, fold=1, flat=False,
                 gated=False, narrowing=1, bounded=False, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.units_per_block = units_per_block
        self.kernel = kernel
        self.fold = fold
        self.flat = flat
        self.gated = gated
        self.bounded = bounded
        self.narrowing = narrowing
        channels = [width if flat else factor * width for factor in (4, 2, 1)]
        for branch in BRANCHES:
            narrow = 1 if branch == "primary" else narrowing
            setattr(self, branch, [
                DecoderBlock(c // narrow, units_per_block, block == BLOCKS,
                             kernel, fold, flat, gated, bounded,
                             name=f"{branch}_block{block}")
                for block, c in enumerate(channels, 1)])
            if narrow > 1:
                setattr(self, f"narrow_{branch}", [
                    tf.keras.layers.Conv2D(
                        c // narrow, 1, name=f"narrow_{branch}{block}")
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
          heads: which branches to bring to an image. The primary one needs the
            other two only up to block L - 1 (Eq. 9), so ("primary",) leaves
            out their last blocks.

        Returns:
          D^l of Eq. 9 by name: "primary_block1" ... "background_block3"; the
          features "..._block3" are the residual images [b, h, w, 3] (Eq. 10).
        """
        if self.narrowing > 1:
            foreground, background = (
                [layer(x) for layer, x in zip(layers, branch)]
                for layers, branch in ((self.narrow_foreground, foreground),
                                       (self.narrow_background, background)))
        features = {"primary": primary[0], "foreground": foreground[0],
                    "background": background[0]}  # D^0
        shortcuts = {"primary": primary[1:], "foreground": foreground[1:],
                     "background": background[1:]}
        named = {}
        for i in range(BLOCKS):
            before = dict(features)  # D^{l-1}
            for branch in BRANCHES:
                last = i == BLOCKS - 1
                if last and branch not in heads:
                    continue
                injected = None
                if branch == "primary":  # Eq. 9
                    injected = self.compress[i](tf.concat(
                        [before["foreground"], before["background"]], axis=-1))
                shortcut = None if last else shortcuts[branch][i]
                block = getattr(self, branch)[i]
                features[branch] = block(before[branch], injected, shortcut)
                named[f"{branch}_block{i + 1}"] = features[branch]
        return named

    def get_config(self):
        return {**super().get_config(), "width": self.width,
                "units_per_block": self.units_per_block,
                "kernel": self.kernel, "fold": self.fold, "flat": self.flat,
                "gated": self.gated, "narrowing": self.narrowing,
                "bounded": self.bounded}
