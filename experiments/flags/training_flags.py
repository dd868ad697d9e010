"""Flags of a run that both training phases share."""

import pathlib
import sys

from absl import flags

from experiments.flags import compute_flags, data_flags, optimization_flags
from experiments.models import PRESETS
from experiments.runs import run_directory
from ha_deblur.commandline import UserError
from ha_deblur.training import crop_stages

flags.adopt_module_key_flags(compute_flags)
flags.adopt_module_key_flags(data_flags)
flags.adopt_module_key_flags(optimization_flags)

_RUN = flags.DEFINE_string(
    "run", None, "Run directory: model, checkpoints/ and logs/.")
_PRESET = flags.DEFINE_enum(
    "preset", "paper", list(PRESETS), "Which model; "
    "experiments.benchmark prints what each costs.")
_STEPS = flags.DEFINE_integer(
    "steps", None, "Length of the whole training in steps; the paper's "
    "length if neither this nor --epochs is given.", lower_bound=1)
_EPOCHS = flags.DEFINE_float(
    "epochs", None, "Length in passes over all pairs, if --steps is not "
    "given.")
_STRATEGY = flags.DEFINE_enum(
    "strategy", "auto", ["auto", "one", "mirrored", "multi_worker"],
    "Distribution strategy. one: one device. mirrored: all GPUs of this "
    "machine. multi_worker: all processes that the environment variable "
    "TF_CONFIG names, one per machine. auto: multi_worker if TF_CONFIG is "
    "set, else mirrored if there are several GPUs, else one. They split "
    "--batch_size among them, and learn the same.")
_CHECKPOINT_STEPS = flags.DEFINE_integer(
    "checkpoint_steps", 1000, "Steps between checkpoints.", lower_bound=1)
_CHECKPOINT_MINUTES = flags.DEFINE_float(
    "checkpoint_minutes", 10.0, "Minutes between checkpoints at most.")
_VALIDATE_STEPS = flags.DEFINE_integer(
    "validate_steps", 1000, "Steps between validations.", lower_bound=1)
_RESUME = flags.DEFINE_bool(
    "resume", True, "Resume from the run's newest checkpoint, if it has one.")
_DRY_RUN = flags.DEFINE_bool(
    "dry_run", False, "Check records, memory, disk space, the first batch and "
    "validation, run two steps, estimate the time of the whole training, and "
    "write nothing. The exit code is 0 if training can start, else 2.")
flags.mark_flag_as_required("run")


def run_settings(last_step):
    """The `RunSettings` of a training to `last_step`; imports TensorFlow."""
    from experiments.runs.trainer import RunSettings
    return RunSettings(
        directory=pathlib.Path(_RUN.value),
        last_step=last_step,
        sampling=data_flags.sampling(),
        stages=data_flags.stages(),
        held_out=data_flags.held_out(),
        ema=optimization_flags.ema(),
        checkpoint_steps=_CHECKPOINT_STEPS.value,
        checkpoint_minutes=_CHECKPOINT_MINUTES.value,
        validate_steps=_VALIDATE_STEPS.value,
        dry_run=_DRY_RUN.value,
        flags=_all_flags())


def check_run():
    """Raises UserError if --run can't go on with the other flags."""
    run_directory.check(_RUN.value, _all_flags())


def _all_flags():
    """{name: value} of the command's own flags."""
    return {flag.name: flag.value for flag
            in flags.FLAGS.get_key_flags_for_module(sys.argv[0])}


def preset():
    """The --preset; checks that --crop_size or --crop_stages fit it."""
    chosen = PRESETS[_PRESET.value]
    multiple = chosen.size_multiple
    for stage in data_flags.stages():
        if stage.crop_size % multiple:
            raise UserError(
                f"crops of {stage.crop_size} pixels: preset '{chosen.name}' "
                f"takes multiples of {multiple}")
    return chosen


def last_step(steps=None, epochs=None):
    """The length of training in steps, from the flags or the defaults."""
    if _STEPS.value and _EPOCHS.value:
        raise UserError("give --steps or --epochs, not both")
    if _STEPS.value:
        return _STEPS.value
    epochs = _EPOCHS.value or epochs
    if epochs:
        return crop_stages.steps_of(
            data_flags.stages(), epochs * data_flags.pairs())
    return steps


def strategy_scope():
    """The scope of --strategy, for all code that creates or uses variables."""
    from ha_deblur.training import strategy
    return strategy.scope(_STRATEGY.value)


def seed_everything():
    """Makes the initial weights depend on --seed."""
    import tensorflow as tf
    tf.keras.utils.set_random_seed(data_flags.seed())
