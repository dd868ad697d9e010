"""The whole network: attention, encoder and decoder over three scales."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from ha_deblur.model.attention import HumanAttention
from ha_deblur.model.decoder import BRANCHES, MultiHeadDecoder
from ha_deblur.model.encoder import ResidualEncoder
from ha_deblur.model.folding import folded
from ha_deblur.model.gating import AttentionGate
from ha_deblur.model.pyramid import halve, pyramid


class Bilinear(tf.keras.initializers.Initializer):
    """Makes a 4x4 transposed convolution of stride 2 a bilinear x2."""

    def __call__(self, shape, dtype=None, **kwargs):
        """The kernel, [4, 4, out, in]: each channel by itself."""
        line = np.array([0.25, 0.75, 0.75, 0.25])
        kernel = np.zeros(shape)
        for channel in range(shape[2]):
            kernel[:, :, channel, channel] = np.outer(line, line)
        return tf.constant(kernel, dtype or tf.float32)


@dataclasses.dataclass(frozen=True)
class Parts:
    """The layers, one instance of each: all scales share their weights."""

    encoder: ResidualEncoder
    decoder: MultiHeadDecoder
    fold: int  # height and width, in pixels, that a feature stands for
    gates: tuple  # of the encoder's three results, deepest first
    attention: typing.Optional[HumanAttention]
    # The layers that join two scales; None where there is one scale.
    up_image: typing.Optional[tf.keras.layers.Layer]
    up_features: typing.Optional[tf.keras.layers.Layer]
    join_features: typing.Optional[tf.keras.layers.Layer]

    @classmethod
    def of(cls, preset):
        """Makes the layers of a preset."""
        deepest = preset.width * (1 if preset.flat else 4)
        sizes = (1, 1, 1) if preset.flat else (4, 2, 1)  # of H, the shortcuts
        up = tf.keras.layers.Conv2DTranspose
        many = preset.scales > 1
        return cls(
            encoder=ResidualEncoder(
                preset.width, preset.encoder_units or preset.units_per_block,
                preset.kernel, preset.flat, preset.gated, preset.deep_units,
                preset.deep_channels, preset.bounded, name="encoder"),
            decoder=MultiHeadDecoder(
                preset.width, preset.units_per_block, preset.kernel,
                preset.fold, preset.flat, preset.gated, preset.narrowing,
                preset.bounded, name="decoder"),
            fold=preset.fold,
            gates=tuple(AttentionGate(size * preset.fold, name=f"gate{i}")
                        for i, size in enumerate(sizes, 1)),
            attention=(HumanAttention(preset.width, preset.fold,
                                      preset.attention_units,
                                      name="attention")
                       if preset.attention else None),
            up_image=up(3, 4, 2, padding="same", kernel_initializer=Bilinear(),
                        name="up_image") if many else None,
            up_features=up(deepest, 4, 2, padding="same",
                           name="up_features") if many else None,
            join_features=tf.keras.layers.Conv2D(
                deepest, 1, name="join_features") if many else None,
        )


class MultiScaleDeblur(tf.keras.Model):
    """The human-aware deblurring network (Figs. 3 and 4, sec. 4.2).

    A functional Keras model from blurred pictures [b, h, w, 3] in [0, 1] to
    a list of dicts, one a scale, full size first: see `restore`.

    Args:
      preset: a `ha_deblur.presets.Preset`.

    Attributes:
      preset: the same.
      exportable: whether TensorFlow alone computes it, as it does.
      branches: the names of the pictures it makes.

    Example:
      model = MultiScaleDeblur(presets.get("paper"))
      sharp = model(blurred)[0]["primary"]
    """

    exportable = True
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
        """Deblurs, with the choices that training and inference make.

        Args:
          blurred: B, [b, h, w, 3] float32 in [0, 1]; h and w multiples of
            `preset.size_multiple`.
          mask: [b, h, w, 1] in [0, 1]; replaces A at every scale.
          heads: branches to bring to images: the less, the fewer operations.
          trains_primary: [b] of 0 and 1. Where 0, what a scale hands to the
            next finer one passes no gradient back into the decoder, so that a
            sample whose loss is the background's trains no other branch
            (sec. 4.3 on GoPro).

        Returns:
          A list of dicts, full size first: "attention" [b, h, w, 1] (absent
          without attention), the `heads` as images [b, h, w, 3], not clipped,
          and every decoder feature by name ("foreground_block1", ...).

        Raises:
          ValueError: a mask was given to a model without attention.
        """
        if mask is not None and not self.preset.attention:
            raise ValueError(
                f"preset '{self.preset.name}' has no attention that a mask "
                "could replace")
        return _coarse_to_fine(self.parts, self.preset, blurred, mask, heads,
                               trains_primary)

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        """`restore` at one scale alone, for who walks the pyramid by himself.

        Args:
          blurred: B_k, [b, h, w, 3] in [0, 1]; h and w multiples of 8 times
            the preset's fold.
          mask: [b, h, w, 1] in [0, 1]; replaces A.
          coarser: the result at half the size, of which "primary" and "H" are
            used; None at the coarsest scale.
          heads: branches to bring to images.

        Returns:
          A dict as `restore` lists them, and "H", the encoder's deepest
          feature, joined with the coarser scale's.
        """
        return _one_scale(self.parts, blurred, mask, coarser, heads)

    def at_scale(self, k):
        """`restore_scale` at scale k, 0 the full size: the same at all."""
        return self.restore_scale

    @property
    def carried(self):
        """{name: channels} of what `restore_scale` takes of the coarser
        result beside its "primary" picture."""
        join = self.parts.join_features
        return {} if join is None else {"H": join.filters}

    def halved(self, images):
        """One level down the pyramid: [b, h, w, c] -> [b, h/2, w/2, c]."""
        return halve(images)

    def get_config(self):
        return {"preset": dataclasses.asdict(self.preset)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from ha_deblur.presets import Preset
        return cls(Preset(**config["preset"]))


def _coarse_to_fine(parts, preset, blurred, mask=None, heads=BRANCHES,
                    trains_primary=None):
    blurred = pyramid(blurred, preset.scales)  # B_1, B_2, B_3
    masks = None if mask is None else pyramid(mask, preset.scales)
    results = []
    coarser = None
    for k in reversed(range(preset.scales)):
        mask = None if masks is None else masks[k]
        # the coarser scales serve the next one by their primary image alone,
        # unless the caller wants (to train) the others too
        coarser = _one_scale(
            parts, blurred[k], mask, coarser, heads, trains_primary)
        results.append(coarser)
    return [{name: value for name, value in result.items() if name != "H"}
            for result in reversed(results)]


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
    features, *shortcuts = parts.encoder(folded(pictures, parts.fold))  # Eq. 1
    if parts.join_features is not None:
        below = features if coarser is None else parts.up_features(coarser["H"])
        features = parts.join_features(
            tf.concat([features, below], axis=-1))  # [b, h/4, w/4, 8w -> 4w]

    primary = (features, *shortcuts)
    if attention is None:
        foreground = background = primary
    else:
        gated = [gate(f, attention) for gate, f in zip(parts.gates, primary)]
        foreground, background = zip(*gated)  # Eqs. 5 and 6
    decoded = parts.decoder(primary, foreground, background, heads=heads)

    result = {"H": features, **decoded}
    if attention is not None:
        result["attention"] = attention
    for head in heads:  # Eq. 7; each branch predicts what the blur took away
        residual = tf.cast(decoded[f"{head}_block3"], tf.float32)
        result[head] = blurred + residual
    return result


def _gradient_where(keep, images):
    """`images`; the gradient passes only for samples with keep = 1."""
    if keep is None:
        return images
    keep = tf.reshape(keep, [-1, 1, 1, 1])
    return keep * images + (1 - keep) * tf.stop_gradient(images)
