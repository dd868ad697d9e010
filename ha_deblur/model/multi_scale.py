"""The whole network: attention, encoder and decoder over three scales."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from ha_deblur.model.attention import HumanAttention
from ha_deblur.model.decoder import MultiHeadDecoder
from ha_deblur.model.encoder import ResidualEncoder
from ha_deblur.model.fusion import BRANCHES, images
from ha_deblur.model.gating import AttentionGate, gated
from ha_deblur.model.network import Network
from ha_deblur.model.pyramid import pyramid


class Bilinear(tf.keras.initializers.Initializer):
    """Initializes a 4x4 transposed convolution of stride 2 as a bilinear x2."""

    def __call__(self, shape, dtype=None, **kwargs):
        """The kernel, [4, 4, out, in]: each channel separately."""
        line = np.array([0.25, 0.75, 0.75, 0.25])
        kernel = np.zeros(shape)
        for channel in range(shape[2]):
            kernel[:, :, channel, channel] = np.outer(line, line)
        return tf.constant(kernel, dtype or tf.float32)


@dataclasses.dataclass(frozen=True)
class Parts:
    """The layers, one instance each: all scales share their weights."""

    encoder: ResidualEncoder
    decoder: MultiHeadDecoder
    gates: tuple  # of the encoder's three results, deepest first
    attention: typing.Optional[HumanAttention]
    # The layers that join two scales; None if there is only one scale.
    up_image: typing.Optional[tf.keras.layers.Layer]
    up_features: typing.Optional[tf.keras.layers.Layer]
    join_features: typing.Optional[tf.keras.layers.Layer]

    @classmethod
    def of(cls, preset):
        """Makes the layers of a preset."""
        deepest = 4 * preset.width
        up = tf.keras.layers.Conv2DTranspose
        many = preset.scales > 1
        return cls(
            encoder=ResidualEncoder(
                preset.width, preset.units_per_block, name="encoder"),
            decoder=MultiHeadDecoder(
                preset.width, preset.units_per_block, name="decoder"),
            gates=tuple(AttentionGate(factor, name=f"gate{i}")
                        for i, factor in enumerate((4, 2, 1), 1)),
            attention=preset.make_attention(),
            up_image=up(3, 4, 2, padding="same", kernel_initializer=Bilinear(),
                        name="up_image") if many else None,
            up_features=up(deepest, 4, 2, padding="same",
                           name="up_features") if many else None,
            join_features=tf.keras.layers.Conv2D(
                deepest, 1, name="join_features") if many else None,
        )


class MultiScaleDeblur(Network, tf.keras.Model):
    """The human-aware deblurring network (Figs. 3 and 4, sec. 4.2).

    A functional Keras model from blurred pictures [b, h, w, 3] in [0, 1] to
    a list of dicts, one per scale, full size first: see `Network.restore`.
    They also hold every decoder feature by name ("foreground_block1", ...).

    Args:
      preset: a `ha_deblur.presets.Preset`.

    Example:
      model = MultiScaleDeblur(presets.get("paper"))
      sharp = model(blurred)[0]["primary"]
    """

    branches = BRANCHES

    def __init__(self, preset, **kwargs):
        parts = Parts.of(preset)
        blurred = tf.keras.Input([None, None, 3], name="blurred")
        outputs = _coarse_to_fine(parts, preset, blurred)
        super().__init__(inputs=blurred, outputs=outputs,
                         name=f"ha_deblur_{preset.name}", **kwargs)
        self.parts = parts
        self.preset = preset

    def restore(self, blurred, mask=None, heads=("primary",),
                trains_primary=None):
        self.check_mask(mask)
        return _coarse_to_fine(self.parts, self.preset, blurred, mask, heads,
                               trains_primary)

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        return _one_scale(self.parts, blurred, mask, coarser, heads)

    @property
    def carried(self):
        """H, the encoder's deepest feature, joined with that of the coarser
        scale."""
        join = self.parts.join_features
        return {} if join is None else {"H": join.filters}


def _coarse_to_fine(parts, preset, blurred, mask=None, heads=BRANCHES,
                    trains_primary=None):
    blurred = pyramid(blurred, preset.scales)  # B_1, B_2, B_3
    masks = None if mask is None else pyramid(mask, preset.scales)
    results = []
    coarser = None
    for k in reversed(range(preset.scales)):
        mask = None if masks is None else masks[k]
        # the next scale needs only the primary image of a coarser one, unless
        # the caller wants (to train) the other branches too
        coarser = _one_scale(
            parts, blurred[k], mask, coarser, heads, trains_primary)
        results.append(coarser)
    return [{name: value for name, value in result.items() if name != "H"}
            for result in reversed(results)]


@tf.autograph.experimental.do_not_convert
def _one_scale(parts, blurred, mask, coarser, heads, trains_primary=None):
    """Fig. 4 at one scale; `coarser` is the result of the scale below."""
    attention = mask
    if mask is None and parts.attention is not None:
        attention = parts.attention(blurred)  # Eq. 3
    if coarser is None:
        previous = blurred  # sec. 4.2: "the input blurry image is repeated"
    else:
        previous = parts.up_image(
            _gradient_where(trains_primary, coarser["primary"]))
    pictures = tf.concat(
        [blurred, tf.cast(previous, blurred.dtype)], axis=-1)  # [b, h, w, 6]
    features, *shortcuts = parts.encoder(pictures)  # Eq. 1
    if parts.join_features is not None:
        below = features if coarser is None else parts.up_features(coarser["H"])
        features = parts.join_features(
            tf.concat([features, below], axis=-1))  # [b, h/4, w/4, 8w -> 4w]

    primary = (features, *shortcuts)
    if attention is None:
        foreground = background = primary
    else:
        foreground, background = gated(
            parts.gates, primary, attention)  # Eqs. 5 and 6
    decoded = parts.decoder(primary, foreground, background, heads=heads)

    result = {"H": features, **decoded}
    if attention is not None:
        result["attention"] = attention
    return {**result, **images(blurred, decoded, heads)}  # Eqs. 7 and 10


def _gradient_where(keep, pictures):
    """`pictures`; gradients pass only for samples with keep = 1."""
    if keep is None:
        return pictures
    keep = tf.reshape(keep, [-1, 1, 1, 1])
    return keep * pictures + (1 - keep) * tf.stop_gradient(pictures)
