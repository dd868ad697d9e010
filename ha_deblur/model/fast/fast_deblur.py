"""`fast`: the paper's idea in a network for CPUs.

From the paper it takes the attention (Eq. 3), the gating (Eqs. 5 and 6), the
three branches and their fusion (Eqs. 7 and 9). It differs in these points:

  - It works on squares of 4x4 pixels, moved into the channels (`folding`), and
    stays at that size with a constant number of channels (after the idea of
    sub-pixel convolution, Shi et al., CVPR 2016).
  - One scale, and 3x3 convolutions. A deep stage makes up for their small
    receptive field: residual units at half the size, with most of the weights.
  - Residual units are gated and bounded (`bounded_unit`).
  - The foreground and background branches have half the channels.
  - The attention network has residual units, too (`fast_attention`).
"""

import dataclasses

import tensorflow as tf

from ha_deblur.model.fast.bounded_unit import BoundedUnit
from ha_deblur.model.fast.fast_attention import FastAttention
from ha_deblur.model.fast.folding import FOLD, folded, unfolded
from ha_deblur.model.fusion import BLOCKS, BRANCHES, fused, images
from ha_deblur.model.gating import AttentionGate, gated
from ha_deblur.model.network import Network

STAGES = 3  # of the encoder; H and two shortcuts
UNITS = 3  # in a stage of the encoder; a decoder block has one
NARROWING = 2  # factor by which foreground and background have fewer channels


class FastStage(tf.keras.layers.Layer):
    """Bounded units, after a 3x3 convolution if it is the first stage.

    Args:
      channels: c, channels of all of them.
      first: whether the input is pictures instead of c channels.
    """

    def __init__(self, channels, first, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.first = first
        self.conv = tf.keras.layers.Conv2D(
            channels, 3, padding="same", name="conv") if first else None
        self.units = [BoundedUnit(channels, name=f"unit{i}")
                      for i in range(1, UNITS + 1)]

    def call(self, x):
        """[b, h, w, any] -> [b, h, w, c]."""
        if self.conv is not None:
            x = self.conv(x)
        for unit in self.units:
            x = unit(x)
        return x

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "first": self.first}


class DeepStage(tf.keras.layers.Layer):
    """Bounded units at half the size, added to their input.

    For the same number of operations a unit there has four times the weights
    and twice the receptive field. The stage starts as the identity, so that it
    can be added to a trained model before further training.

    Args:
      channels: channels of the units.
      units: number of units.
    """

    def __init__(self, channels, units, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.down = tf.keras.layers.Conv2D(
            channels, 4, 2, padding="same", name="down")
        self.units = [BoundedUnit(channels, name=f"unit{i}")
                      for i in range(1, units + 1)]

    def build(self, shape):
        self.up = tf.keras.layers.Conv2DTranspose(
            shape[-1], 4, 2, padding="same", kernel_initializer="zeros",
            name="up")
        super().build(shape)

    def call(self, x):
        """[b, h, w, c] -> the same shape."""
        deep = self.down(x)  # [b, h/2, w/2, channels]
        for unit in self.units:
            deep = unit(deep)
        return x + self.up(deep)

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "units": len(self.units)}


class FastEncoder(tf.keras.layers.Layer):
    """Three stages at one size, the last of which ends with a deep stage.

    Args:
      width: channels of H and the shortcuts.
      deep_units: residual units of the deep stage; 0: no deep stage.
      deep_channels: their channels.
    """

    def __init__(self, width, deep_units, deep_channels, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.deep_units = deep_units
        self.deep_channels = deep_channels
        self.stages = [FastStage(width, first=i == 1, name=f"stage{i}")
                       for i in range(1, STAGES + 1)]
        self.deep = DeepStage(
            deep_channels, deep_units, name="deep") if deep_units else None

    def call(self, x):
        """[b, h, w, any] -> H and two shortcuts, deepest first.

        h and w are even; all three are [b, h, w, width].
        """
        results = []
        for stage in self.stages:
            x = stage(x)
            results.append(x)
        if self.deep is not None:
            results[-1] = self.deep(x)
        return tuple(reversed(results))

    def get_config(self):
        return {**super().get_config(), "width": self.width,
                "deep_units": self.deep_units,
                "deep_channels": self.deep_channels}


class FastBlock(tf.keras.layers.Layer):
    """One of the L = 3 blocks of a branch: a unit, then a shortcut or RGB.

    Args:
      channels: c.
      last: whether it ends in RGB, by a 3x3 convolution that is initialized
        with zeros.
    """

    def __init__(self, channels, last, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.last = last
        self.units = [BoundedUnit(channels, name="unit1")]
        self.end = tf.keras.layers.Conv2D(
            3 * FOLD**2, 3, padding="same", kernel_initializer="zeros",
            name="to_rgb") if last else None

    def call(self, x, injected=None, shortcut=None):
        """D^{l-1} -> D^l, see `fused`; all are [b, h, w, c].

        From the last block [b, 4h, 4w, 3].
        """
        (unit,) = self.units
        x = unit(x, injected)
        return unfolded(self.end(x)) if self.last else x + shortcut

    def get_config(self):
        return {**super().get_config(), "channels": self.channels,
                "last": self.last}


class FastDecoder(tf.keras.layers.Layer):
    """Three branches; the primary one is twice as wide as the other two.

    Args:
      width: channels of the primary branch; a multiple of 4.
    """

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        convolution = tf.keras.layers.Conv2D
        levels = range(1, BLOCKS + 1)
        for branch in BRANCHES:
            side = branch != "primary"
            channels = width // NARROWING if side else width
            setattr(self, branch, [
                FastBlock(channels, last=block == BLOCKS,
                          name=f"{branch}_block{block}") for block in levels])
            if side:  # maps H and the shortcuts to its number of channels
                setattr(self, f"narrow_{branch}", [
                    convolution(channels, 1, name=f"narrow_{branch}{block}")
                    for block in levels])
        self.compress = [convolution(width, 1, name=f"compress{block}")
                         for block in levels]

    def call(self, primary, foreground, background, heads=BRANCHES):
        """Decodes the three branches side by side.

        Args:
          primary: H and the shortcuts, each [b, h, w, width].
          foreground, background: the same, gated (Eqs. 5 and 6).
          heads: which branches to decode to an image; see `fused`.

        Returns:
          D^l of Eq. 9 by name; "..._block3" are images [b, 4h, 4w, 3].
        """
        narrow = {"foreground": (self.narrow_foreground, foreground),
                  "background": (self.narrow_background, background)}
        features = {"primary": primary, **{
            branch: [layer(x) for layer, x in zip(layers, gated_features)]
            for branch, (layers, gated_features) in narrow.items()}}
        blocks = {branch: getattr(self, branch) for branch in BRANCHES}
        return fused(blocks, self.compress, features, heads)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


@dataclasses.dataclass(frozen=True)
class FastParts:
    """The layers of a FastDeblur."""

    encoder: FastEncoder
    decoder: FastDecoder
    gates: tuple  # of H and the two shortcuts
    attention: FastAttention


class FastDeblur(Network, tf.keras.Model):
    """The network of the shipped `fast`.

    A functional Keras model from blurred pictures [b, h, w, 3] in [0, 1] to
    a list of one dict: see `Network.restore`.

    Args:
      preset: a `ha_deblur.presets.FastPreset`.

    Example:
      model = FastDeblur(presets.get("fast"))
      sharp = model(blurred)[0]["primary"]
    """

    branches = BRANCHES

    def __init__(self, preset, **kwargs):
        parts = FastParts(
            encoder=FastEncoder(preset.width, preset.deep_units,
                                preset.deep_channels, name="encoder"),
            decoder=FastDecoder(preset.width, name="decoder"),
            gates=tuple(AttentionGate(FOLD, name=f"gate{i}")
                        for i in range(1, STAGES + 1)),
            attention=preset.make_attention())
        blurred = tf.keras.Input([None, None, 3], name="blurred")
        super().__init__(inputs=blurred, outputs=[_restored(parts, blurred)],
                         name=f"ha_deblur_{preset.name}", **kwargs)
        self.parts = parts
        self.preset = preset

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        return _restored(self.parts, blurred, mask, heads)


@tf.autograph.experimental.do_not_convert
def _restored(parts, blurred, mask=None, heads=BRANCHES):
    attention = parts.attention(blurred) if mask is None else mask  # Eq. 3
    # sec. 4.2: "the input blurry image is repeated"
    pictures = folded(tf.concat([blurred, blurred], axis=-1))
    features = parts.encoder(pictures)  # [b, h/4, w/4, 96 -> w], three of them
    foreground, background = gated(
        parts.gates, features, attention)  # Eqs. 5 and 6
    decoded = parts.decoder(features, foreground, background, heads=heads)
    return {"attention": attention, **decoded,
            **images(blurred, decoded, heads)}
