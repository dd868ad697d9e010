"""Initial weights of a new run: another model's, and pretrained attention's."""

import dataclasses

from ha_deblur import model_directory, presets
from ha_deblur.commandline import UserError


def check_attention(attention, preset):
    """Checks that a pretrained attention network fits a preset.

    Args:
      attention: a run of experiments.pretrain_attention.
      preset: the NetworkPreset to be trained.

    Raises:
      UserError: it does not fit, or does not exist.
    """
    pretrained = model_directory.read_preset(attention, "attention")
    if not preset.attention or _shape(pretrained) != _shape(preset):
        network, width, units = _shape(pretrained)
        raise UserError(
            f"{attention} is of preset '{pretrained.name}' (network {network}, "
            f"width {width}, {units} units), which --preset={preset.name} "
            "can't use")


def _shape(preset):
    """The settings that determine the shapes of an attention's weights."""
    return (preset.network, preset.width,
            getattr(preset, "attention_units", 0))


def load_attention(model, attention):
    """Loads pretrained weights into a model's attention network."""
    from ha_deblur.model.attention import alone
    model_directory.load_weights(alone(model.parts.attention), attention)


def check_init(init, preset):
    """Checks that a model has the layers of a preset.

    It may lack the deep stage of `fast` and the residual units of its
    attention.

    Args:
      init: the directory of the model to fine-tune.
      preset: the NetworkPreset to be trained.

    Raises:
      UserError: it has other layers, or does not exist.
    """
    found = model_directory.read_preset(init)
    same = dataclasses.replace(found, name=preset.name)
    if preset not in (same, _extended(same, preset)):
        raise UserError(
            f"{init} is of preset '{found.name}' (width {found.width}),"
            f" which --preset={preset.name} (width {preset.width}) can't go "
            f"on with; give --preset={found.name}")


def _extended(found, preset):
    """`found`, with the parts added that the preset has and it lacks."""
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
    """Loads another model's weights; layers that it lacks keep their own.

    So does an attention network to which residual units are added: they come
    with skip connections, for which its other weights were not trained. Units
    of an older model that had no limit get the initial one.

    Args:
      model: a new Network that passed `check_init`.
      init: the directory of the other model.
    """
    from ha_deblur.model.fast import branch_limits
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
