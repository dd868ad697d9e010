r"""Table 4: four baselines and our network, each trained and scored.

    python -m experiments.compare --records=records --steps=425000 \
        --pairs=GOPRO_Large,HIDE_dataset --output=runs/tables

Trains one after another Sun et al. 2015, Nah et al. 2017, Tao et al. 2018,
Kupyn et al. 2018 (experiments/baselines) and ours, all with the same records,
crops, batches, steps and seed; or, with --published, each with its own
published patches and learning rate. Then scores each on GoPro, HIDE I and HIDE
II, if they are among --pairs, and prints the table beside the paper's numbers.
Writes OUTPUT/table4.md and table4.json (how each number was made).

The same command resumes what was stopped, and skips what is done. If a row
fails, it is named, the others are still made, and the exit code is 1. Training
flags apply to all trainings.
"""

from absl import flags

from experiments.models import PRESETS
from experiments.tables import command
from experiments.tables.rows import MODELS
from ha_deblur import commandline

flags.adopt_module_key_flags(command)

_PUBLISHED = flags.DEFINE_bool(
    "published", False, "Train each system with its own published flags "
    "(patches, learning rate), except --steps and the flags given here.")
_VGG_WEIGHTS = flags.DEFINE_string(
    "vgg_weights", None, "VGG19's weights for the perceptual loss of Kupyn et "
    "al., which is trained without that loss if they are not given.")


def main(_):
    """Runs the command; returns its exit code."""
    own = _published() if _PUBLISHED.value else {}
    notes = {}
    if _VGG_WEIGHTS.value:
        perceptual = {"vgg_weights": _VGG_WEIGHTS.value}
    else:
        perceptual = {"perceptual": "none"}
        notes["kupyn2018"] = (
            "trained without its perceptual loss (`--perceptual=none`), as no "
            "`--vgg_weights` were given.")
    own["kupyn2018"] = {**own.get("kupyn2018", {}), **perceptual}
    return command.run(4, own=own, notes=notes,
                       told={"published": True} if _PUBLISHED.value else {})


def _published():
    """{model: its published flags}."""
    return {
        key: {name: value for name, value in getattr(
            PRESETS[model.presets["paper"]], "published_flags", {}).items()
            if name not in ("steps", "epochs")}  # ours has no other flags
        for key, model in MODELS.items()}


if __name__ == "__main__":
    commandline.run(main)
