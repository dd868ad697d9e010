"""The named models, sizes and ablations, as frozen dataclasses."""

import dataclasses

from ha_deblur.commandline import UserError


@dataclasses.dataclass(frozen=True)
class NetworkPreset:
    """Everything that determines a network's layers; needs no TensorFlow.

    The base of all presets. A subclass has at least these, as fields or, where
    they never change, as class attributes: `width`, the channels at full size,
    and `scales`, the levels of the pyramid.

    Attributes:
      name: the model's name on the command line.
    """

    name: str

    # Class attributes, not fields:
    network = None  # the network's name in config.json
    attention = False  # whether the network predicts an attention map
    three_branches = False  # and trains with the losses of all (sec. 4.3)
    fold = 1  # the picture's height and width divided by those of features
    # Peak of the channels in memory, as a multiple of `width`.
    features_at_once = 12

    @property
    def size_multiple(self):
        """The heights and widths that the network takes are multiples of this.

        The pyramid halves a picture `scales - 1` times, and the attention
        network three more times (sec. 4.2).
        """
        return 8 * self.fold * 2 ** (self.scales - 1)

    def make(self):
        """The untrained Keras model, a `model.network.Network`.

        Imports TensorFlow.
        """
        raise NotImplementedError

    def make_attention(self):
        """Its attention network alone, a Keras layer, or None."""
        return None

    # With these Keras stores a preset in a model's own config.
    def get_config(self):
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@dataclasses.dataclass(frozen=True)
class Preset(NetworkPreset):
    """The paper's network, and its ablations.

    Attributes:
      width: w, the channels at full resolution (2w and 4w below it).
      units_per_block: residual units between two changes of resolution; the
        paper has three, so nine per encoder and per decoder branch.
      scales: levels of the coarse-to-fine pyramid (sec. 4.2: three).
      attention: False for Table 3's "w/o attention": no map A is made, and
        all three branches take the whole feature H.
    """

    width: int = 32
    units_per_block: int = 3
    scales: int = 3
    attention: bool = True

    network = "human_aware"
    three_branches = True
    # Peak memory grows by 1,340 bytes per pixel with the preset paper, 640 to
    # 840 with small, 410 with tiny, of which images take 100.
    features_at_once = 12

    def make(self):
        """The MultiScaleDeblur of this preset; imports TensorFlow."""
        from ha_deblur.model.multi_scale import MultiScaleDeblur
        return MultiScaleDeblur(self)

    def make_attention(self):
        """Its HumanAttention, or None; imports TensorFlow."""
        from ha_deblur.model.attention import HumanAttention
        return (HumanAttention(self.width, name="attention")
                if self.attention else None)


@dataclasses.dataclass(frozen=True)
class FastPreset(NetworkPreset):
    """A network for CPUs; see `model.fast.fast_deblur`.

    Attributes:
      width: channels of the features, which have one position per square of
        4 x 4 pixels.
      deep_units: residual units at half the size of H, at the end of the
        encoder; 0: none.
      deep_channels: channels of the deep units.
      attention_units: residual units at the attention network's lowest
        resolution; 0: none.
    """

    width: int = 64
    deep_units: int = 8
    deep_channels: int = 192
    attention_units: int = 3

    network = "fast"
    attention = True
    three_branches = True
    scales = 1
    fold = 4
    features_at_once = 12  # 210 bytes per pixel, of which images take 100

    def make(self):
        """The FastDeblur of this preset; imports TensorFlow."""
        from ha_deblur.model.fast.fast_deblur import FastDeblur
        return FastDeblur(self)

    def make_attention(self):
        """Its FastAttention; imports TensorFlow."""
        from ha_deblur.model.fast.fast_attention import FastAttention
        return FastAttention(
            self.width, self.attention_units, name="attention")


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("paper"),
        Preset("small", width=16),
        Preset("tiny", width=8, units_per_block=1),
        FastPreset("fast"),
        # Table 3; the rows "FG branch" and "BG branch" are outputs of `paper`.
        Preset("without_attention", attention=False),
        Preset("without_attention_small", width=16, attention=False),
        Preset("without_attention_tiny", width=8, units_per_block=1,
               attention=False),
        Preset("single_scale", scales=1),
        Preset("single_scale_small", width=16, scales=1),
        Preset("single_scale_tiny", width=8, units_per_block=1, scales=1),
    )
}


def get(name):
    """The preset called `name`.

    Raises:
      UserError: there is no such preset; the message lists the names.
    """
    if name not in PRESETS:
        raise UserError(
            f"no preset is named '{name}'; there are {', '.join(PRESETS)}")
    return PRESETS[name]
