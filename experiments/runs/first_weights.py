"""What a new run starts from: another model, and a pretrained attention."""

import dataclasses

from ha_deblur import model_directory, presets
from ha_deblur.commandline import UserError


def check_attention(attention, preset):
    """Checks that a pretrained attention is of a preset's shape.

    Args:
      attention: a run of experiments.pretrain_attention.
      preset: the NetworkPreset to be trained.

    Raises:
      UserError: it is not, or there is none.
    """
    pretrained = model_directory.read_preset(attention, "attention")
    if not preset.attention or _shape(pretrained) != _shape(preset):
        network, width, units = _shape(pretrained)
        raise UserError(
            f"{attention} is of preset '{pretrained.name}' (network {network}, "
            f"width {width}, {units} units), which --preset={preset.name} "
            "can't use")


def _shape(preset):
    """What decides an attention network's weights."""
    return (preset.network, preset.width,
            getattr(preset, "attention_units", 0))


def load_attention(model, attention):
    """Fills a model's attention network with a pretrained one's weights."""
    from ha_deblur.model.attention import alone
    model_directory.load_weights(alone(model.parts.attention), attention)


def check_init(init, preset):
    """Checks that a model has a preset's layers.

    It may lack the deep stage of `fast`, and the units of its attention.

    Args:
      init: the directory of the model to fine-tune.
      preset: the NetworkPreset to be trained.

    Raises:
      UserError: it has others, or there is none.
    """
    found = model_directory.read_preset(init)
    same = dataclasses.replace(found, name=preset.name)
    if preset not in (same, _extended(same, preset)):
        raise UserError(
            f"{init} is of preset '{found.name}' (width {found.width}),"
            f" which --preset={preset.name} (width {preset.width}) can't go "
            f"on with; give --preset={found.name}")


def _extended(found, preset):
    """`found` with what the preset has and it lacks."""
    if {found.network, preset.network} != {presets.FastPreset.network}:
        return found
    extended = found
    if not found.deep_units:
        extended = dataclasses.replace(
            extended, deep_units=preset.deep_units,
            deep_channels=preset.deep_channels)
    if not found.attention_units:
        extended = dataclasses.replace(
            extended, attention_units=preset.attention_units)
    return extended


def load_init(model, init):
    """Fills a model with another's weights; what that one lacks stays.

    So does an attention that gets units: they come with sums across, for which
    its other weights are not made. Units of an older model that had no limit
    get the first, wide one.

    Args:
      model: a Network, fresh, for which `check_init` found nothing amiss.
      init: the other's directory.
    """
    from ha_deblur.model import branch_limits
    found = model_directory.read_preset(init)
    if found == dataclasses.replace(model.preset, name=found.name):
        model_directory.load_weights(model, init)
    else:
        trained = {weight.name: weight
                   for weight in model_directory.load(init).variables}
        if found.attention_units != model.preset.attention_units:
            trained = {name: weight for name, weight in trained.items()
                       if not name.startswith("attention/")}
        for weight in model.variables:
            if weight.name in trained:
                weight.assign(trained[weight.name])
    branch_limits.limit_what_has_none(model)
