"""The flags and the steps that both training phases share."""

import json
import math
import pathlib

from absl import flags

from ha_deblur import presets
from ha_deblur.commandline import UserError

_RECORDS = flags.DEFINE_list(
    "records", None, "Training records: manifests DATASET-SPLIT.json, folders "
    "or globs, separated by commas.")
_VALIDATION = flags.DEFINE_list(
    "validation", None, "Held-out records, watched in TensorBoard. Without it "
    "nothing is held out.")
_RUN = flags.DEFINE_string(
    "run", None, "Run directory: model, checkpoints/ and logs/.")
_PRESET = flags.DEFINE_enum(
    "preset", "paper", list(presets.PRESETS), "Which model.")
_STEPS = flags.DEFINE_integer(
    "steps", None, "Length of the whole training in steps.", lower_bound=1)
_EPOCHS = flags.DEFINE_float(
    "epochs", None, "Length in passes over all pairs, if not --steps.")
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 10, "Patches a step (sec. 4.3: 10).", lower_bound=1)
_CROP_SIZE = flags.DEFINE_integer(
    "crop_size", 256, "Height and width of a patch (sec. 4.3: 256).",
    lower_bound=8)
_LEARNING_RATE = flags.DEFINE_float(
    "learning_rate", 1e-4, "Adam's (sec. 4.3: 1e-4).", lower_bound=0.0)
_SCHEDULE = flags.DEFINE_enum(
    "schedule", "constant", ["constant", "cosine"],
    "cosine falls to a hundredth at the last step; not in the paper.")
_JIT_COMPILE = flags.DEFINE_enum(
    "jit_compile", "auto", ["auto", "true", "false"],
    "Whether XLA compiles the step; auto: where there is a GPU.")
_CHECKPOINT_STEPS = flags.DEFINE_integer(
    "checkpoint_steps", 1000, "Steps between checkpoints.", lower_bound=1)
_CHECKPOINT_MINUTES = flags.DEFINE_float(
    "checkpoint_minutes", 10.0, "Minutes between checkpoints at most.")
_VALIDATE_STEPS = flags.DEFINE_integer(
    "validate_steps", 1000, "Steps between validations.", lower_bound=1)
_VALIDATION_CROP_SIZE = flags.DEFINE_integer(
    "validation_crop_size", 256, "Height and width of a held-out patch at "
    "most; smaller where the pictures are.", lower_bound=8)
_VALIDATION_PATCHES = flags.DEFINE_integer(
    "validation_patches", 16, "Held-out patches to score.", lower_bound=1)
_RESUME = flags.DEFINE_bool(
    "resume", True, "Go on from the run's newest checkpoint, if it has one.")
_SEED = flags.DEFINE_integer(
    "seed", 0, "Of weights, order, crops and turns.", lower_bound=0)
flags.mark_flags_as_required(["records", "run"])

SETTINGS = "training.json"


def run_directory():
    """The run directory, made ready; refuses a run that is not to resume.

    The flags are kept in its training.json, to tell how the model was made.

    Raises:
      UserError: the run exists and --noresume was given, or it trains another
        preset.
    """
    run = pathlib.Path(_RUN.value)
    settings = run / SETTINGS
    if (run / "checkpoints").exists() and settings.exists():
        if not _RESUME.value:
            raise UserError(
                f"{run} holds a training already; give another --run, or "
                "leave out --noresume to go on with it")
        before = json.loads(settings.read_text()).get("preset")
        if before != _PRESET.value:
            raise UserError(
                f"{run} trains the preset '{before}'; give --preset={before} "
                "or another --run")
    run.mkdir(parents=True, exist_ok=True)
    own = flags.FLAGS.get_key_flags_for_module(__name__)
    settings.write_text(json.dumps(
        {flag.name: flag.value for flag in own}, indent=1) + "\n")
    return run


def preset():
    """The --preset; checks that --crop_size fits it."""
    chosen = presets.get(_PRESET.value)
    multiple = chosen.size_multiple
    if _CROP_SIZE.value % multiple:
        raise UserError(
            f"--crop_size={_CROP_SIZE.value}: preset '{chosen.name}' takes "
            f"multiples of {multiple}")
    return chosen


def last_step(steps=None, epochs=None):
    """The length of training in steps, from the flags or these defaults."""
    from ha_deblur.data import pipeline
    if _STEPS.value and _EPOCHS.value:
        raise UserError("give --steps or --epochs, not both")
    if _STEPS.value:
        return _STEPS.value
    epochs = _EPOCHS.value or epochs
    if epochs:
        pairs = pipeline.pairs_in(_RECORDS.value)
        return math.ceil(epochs * pairs / _BATCH_SIZE.value)
    return steps


def optimizer(steps):
    """Adam, and a function that tells its current learning rate."""
    import tensorflow as tf
    # A constant is the cosine that doesn't fall: a plain number would be saved
    # with a checkpoint, and a resumed run would ignore a new --learning_rate.
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        _LEARNING_RATE.value, steps,
        alpha=1.0 if _SCHEDULE.value == "constant" else 0.01)
    adam = tf.keras.optimizers.Adam(schedule, jit_compile=False)
    return adam, lambda: float(adam.learning_rate)


def jit_compile():
    """Whether XLA is to compile the step."""
    from ha_deblur.training import step
    return step.compiles(_JIT_COMPILE.value)


def batches_from(first_step):
    """The training batches from a step on."""
    from ha_deblur.data import pipeline
    return pipeline.training_batches(
        _RECORDS.value, _CROP_SIZE.value, _BATCH_SIZE.value, _SEED.value,
        first_step)


def validation_batches():
    """The held-out batches, or None without --validation."""
    from ha_deblur.data import pipeline
    if not _VALIDATION.value:
        return None
    multiple = preset().size_multiple
    crop_size = min(_VALIDATION_CROP_SIZE.value,
                    pipeline.smallest_side(_VALIDATION.value))
    return pipeline.validation_batches(
        _VALIDATION.value, crop_size // multiple * multiple,
        _BATCH_SIZE.value, _VALIDATION_PATCHES.value)


def seed_everything():
    """Makes the first weights follow from --seed."""
    import tensorflow as tf
    tf.keras.utils.set_random_seed(_SEED.value)


def fit(step, run, steps, adam, learning_rate, model, save_model, validate):
    """Runs the loop with the flags' settings; returns the exit code."""
    import sys

    from ha_deblur.training import checkpoints, loop
    try:
        began = loop.train(
            step, batches_from, steps, run,
            checkpoints.Checkpoints(
                run, _CHECKPOINT_STEPS.value, _CHECKPOINT_MINUTES.value,
                model=model, optimizer=adam),
            learning_rate, save_model, validate,
            validate_steps=_VALIDATE_STEPS.value)
    except loop.Diverged as error:
        print(f"stopped at {error}", file=sys.stderr)
        return 1
    print(f"{run}: trained from step {began} to {max(began, steps)}")
    return 0
