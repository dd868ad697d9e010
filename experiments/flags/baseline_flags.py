"""Flags for training the compared systems of Table 4."""

from absl import flags

from ha_deblur.commandline import UserError

_PERCEPTUAL = flags.DEFINE_enum(
    "perceptual", "vgg", ["vgg", "none"],
    "What kupyn2018's content loss compares. vgg: features of VGG19, as in its "
    "paper. none: pixels, which needs no weights of VGG19, and of which that "
    "paper says that it does not converge to anything meaningful.")
_VGG_WEIGHTS = flags.DEFINE_string(
    "vgg_weights", None, "File with VGG19's weights for --perceptual=vgg, "
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5 of Keras. Without it "
    "Keras downloads them.")


def settings(preset):
    """Arguments of `model.step` besides optimizer and jit_compile: a dict.

    Raises:
      UserError: flags were given that the preset does not use.
    """
    if getattr(preset, "network", None) == "kupyn2018":
        if _VGG_WEIGHTS.value and _PERCEPTUAL.value == "none":
            raise UserError(
                "--vgg_weights: --perceptual=none uses none; leave one out")
        return {"perceptual": _PERCEPTUAL.value,
                "vgg_weights": _VGG_WEIGHTS.value}
    if _VGG_WEIGHTS.value or _PERCEPTUAL.value != "vgg":
        raise UserError(
            "--perceptual and --vgg_weights are for the presets kupyn2018, "
            f"and not for '{preset.name}'")
    return {}
