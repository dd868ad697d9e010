"""The models that have a name: sizes and ablations, as frozen dataclasses."""

import dataclasses
import typing

from ha_deblur.commandline import UserError


@dataclasses.dataclass(frozen=True)
class Preset:
    """Everything that decides a model's layers.

    Attributes:
      name: how the model is called on the command line.
      width: w, the channels at full resolution (2w and 4w below it).
      units_per_block: residual units between two changes of resolution; the
        paper has three, so nine an encoder and nine a decoder branch.
      scales: levels of the coarse-to-fine pyramid (sec. 4.2: three).
      attention: False for Table 3's "w/o attention": no map A is made, and
        all three branches take the whole feature H.
      kernel: height and width of the encoder's and the decoder's convolutions
        (the paper: 5).
      fold: the network works on squares of fold x fold pixels, moved into the
        channels: so many times smaller features, which ordinary processors
        compute at a better rate (the paper: 1).
      flat: whether encoder and decoder stay at one size and w channels, where
        the paper halves the size twice on the way in and doubles it back.
      gated: whether residual units have a gate in place of ReLU.
      encoder_units: residual units a stage of the encoder, if others than
        units_per_block.
      narrowing: the foreground and background branches have so many times
        fewer channels than the primary one (the paper: 1).
      deep_units: residual units at half the size of H at the encoder's end
        (the paper: none).
      deep_channels: their channels.
      bounded: whether what a residual unit adds is clipped (the paper: no).
      attention_units: residual units at the attention network's smallest size
        (the paper: none).
    """

    name: str
    width: int = 32
    units_per_block: int = 3
    scales: int = 3
    attention: bool = True
    kernel: int = 5
    fold: int = 1
    flat: bool = False
    gated: bool = False
    encoder_units: typing.Optional[int] = None
    narrowing: int = 1
    deep_units: int = 0
    deep_channels: int = 0
    bounded: bool = False
    attention_units: int = 0

    network = "human_aware"  # in config.json; other networks have their own
    # At most so many of `width` channels are alive at once: peak memory grows
    # by 1,340 bytes a pixel with the presets paper, 640 to 840 small, 410 tiny,
    # 210 fast, of which images take 100.
    features_at_once = 12

    @property
    def size_multiple(self):
        """Heights and widths the network takes are multiples of this.

        The attention network halves three times (sec. 4.2), and the pyramid
        halves `scales - 1` times before it, and then come folds.
        """
        return 8 * self.fold * 2 ** (self.scales - 1)

    def make(self):
        """The MultiScaleDeblur of this preset; imports TensorFlow."""
        from ha_deblur.model.multi_scale import MultiScaleDeblur
        return MultiScaleDeblur(self)


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("paper"),
        Preset("small", width=16),
        Preset("tiny", width=8, units_per_block=1),
        # For processors without a GPU: convolutions at the rate of their
        # matrix products, and most of them where they gain most.
        Preset("fast", width=64, units_per_block=1, scales=1, kernel=3, fold=4,
               flat=True, gated=True, encoder_units=3, narrowing=2,
               deep_units=8, deep_channels=192, bounded=True,
               attention_units=3),
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
      UserError: there is none; the message lists those that there are.
    """
    if name not in PRESETS:
        raise UserError(
            f"no preset is named '{name}'; there are {', '.join(PRESETS)}")
    return PRESETS[name]
