"""The flags and the steps that both training phases share."""

import contextlib
import json
import pathlib
import sys

from absl import flags

from experiments.flags import compute_flags, data_flags, optimization_flags
from experiments.models import PRESETS
from experiments.runs import provenance
from ha_deblur import whole_file
from ha_deblur.commandline import UserError
from ha_deblur.training import crop_stages

flags.adopt_module_key_flags(compute_flags)
flags.adopt_module_key_flags(data_flags)
flags.adopt_module_key_flags(optimization_flags)

_RUN = flags.DEFINE_string(
    "run", None, "Run directory: model, checkpoints/ and logs/.")
_PRESET = flags.DEFINE_enum(
    "preset", "paper", list(PRESETS), "Which model; see "
    "experiments.benchmark for what each costs.")
_STEPS = flags.DEFINE_integer(
    "steps", None, "Length of the whole training in steps; the paper's "
    "length if neither this nor --epochs is given.", lower_bound=1)
_EPOCHS = flags.DEFINE_float(
    "epochs", None, "Length in passes over all pairs, if --steps is not "
    "given.")
_STRATEGY = flags.DEFINE_enum(
    "strategy", "auto", ["auto", "one", "mirrored", "multi_worker"],
    "Where it trains. one: on one device. mirrored: on all GPUs of this "
    "machine. multi_worker: in all processes that the environment variable "
    "TF_CONFIG names, one a machine. auto: multi_worker where TF_CONFIG is "
    "set, mirrored where there are several GPUs, else one. They share out "
    "--batch_size, and learn the same.")
_CHECKPOINT_STEPS = flags.DEFINE_integer(
    "checkpoint_steps", 1000, "Steps between checkpoints.", lower_bound=1)
_CHECKPOINT_MINUTES = flags.DEFINE_float(
    "checkpoint_minutes", 10.0, "Minutes between checkpoints at most.")
_VALIDATE_STEPS = flags.DEFINE_integer(
    "validate_steps", 1000, "Steps between validations.", lower_bound=1)
_RESUME = flags.DEFINE_bool(
    "resume", True, "Go on from the run's newest checkpoint, if it has one.")
_DRY_RUN = flags.DEFINE_bool(
    "dry_run", False, "Check records, memory, disk space, the first batch and "
    "validation, run two steps, estimate the time of the whole training, and "
    "write nothing. The exit code is 0 if it can begin, else 2.")
flags.mark_flag_as_required("run")

SETTINGS = "training.json"
_OF_NO_RUN = ("run", "resume", "dry_run")  # they change nothing in it


def run_directory():
    """The run directory; refuses a run that is not to resume.

    Raises:
      UserError: the run exists and --noresume was given, or it trains another
        preset, or lacks averages or a loss scale to go on with, or a file in
        it is damaged.
    """
    run = pathlib.Path(_RUN.value)
    provenance.sessions(run)
    settings = run / SETTINGS
    if (run / "checkpoints").exists() and settings.exists():
        if not _RESUME.value:
            raise UserError(
                f"{run} holds a training already; give another --run, or "
                "leave out --noresume to go on with it")
        before = _settings_before(run)
        if before.get("preset") != _PRESET.value:
            raise UserError(
                f"{run} trains the preset '{before.get('preset')}'; give "
                f"--preset={before.get('preset')} or another --run")
        if optimization_flags.averages() and not before.get("ema"):
            raise UserError(
                f"{run} has been trained without --ema; leave it out, or "
                "give another --run")
        if (compute_flags.scales_loss()
                and before.get("precision") != "mixed_float16"):
            raise UserError(
                f"{run} has been trained in another --precision and has no "
                "loss scale; give mixed_bfloat16, or another --run")
    return run


def _settings_before(run):
    """The flags of a run's last session, {} if it doesn't tell.

    Raises:
      UserError: the file is damaged.
    """
    try:
        settings = json.loads((run / SETTINGS).read_text())
        if not isinstance(settings, dict):
            raise ValueError
        return settings
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise UserError(
            f"{run / SETTINGS} is damaged; remove it, and give the same flags "
            "as before to go on with the run") from None


def _tell_changes(run):
    """Says which flags are others than those of the run that goes on."""
    before = _settings_before(run)
    if not before or not (run / "checkpoints").exists():
        return
    changes = [
        f"--{flag.name} {_shown(before[flag.name])} -> {_shown(flag.value)}"
        for flag in flags.FLAGS.get_key_flags_for_module(sys.argv[0])
        if flag.name not in _OF_NO_RUN
        and before.get(flag.name, flag.value) != flag.value]
    if changes:
        print(f"{run} goes on with other flags: {', '.join(changes)}",
              file=sys.stderr)


def _shown(value):
    if value is None:
        return "not given"
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _keep_settings(run):
    """Keeps the flags in training.json, and where they come from beside it."""
    own = flags.FLAGS.get_key_flags_for_module(sys.argv[0])
    settings = {flag.name: flag.value for flag in own}
    provenance.add_session(run, settings)
    whole_file.write_json(run / SETTINGS, settings)


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
    """The length of training in steps, from the flags or these defaults."""
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
    """The scope of --strategy, for all that makes or uses variables."""
    from ha_deblur.training import strategy
    return strategy.scope(_STRATEGY.value)


def seed_everything():
    """Makes the first weights follow from --seed."""
    import tensorflow as tf
    tf.keras.utils.set_random_seed(data_flags.seed())


def _warn_of_memory(memory_of):
    """Says if a step with the largest patches and batch won't fit."""
    from ha_deblur.training import memory, strategy
    largest = max(data_flags.stages(), key=lambda stage: (
        stage.batch_size * stage.crop_size**2))
    warning = memory.shortage(memory_of(largest))
    if warning and strategy.is_chief():
        print(warning, file=sys.stderr)


@data_flags.explained_damage()
def fit(step, run, steps, adam, learning_rate, model, save_model, validate,
        state=None):
    """Runs the loop with the flags' settings; returns the exit code.

    `state` is what else checkpoints hold: {name: Keras model or optimizer}.
    """
    from ha_deblur.training import run_lock, strategy
    writes = strategy.is_chief() and not _DRY_RUN.value
    with run_lock.locked(run) if writes else contextlib.nullcontext():
        return _fit(step, run, steps, adam, learning_rate, model, save_model,
                    validate, state or {})


def _fit(step, run, steps, adam, learning_rate, model, save_model, validate,
         state):
    from ha_deblur.training import checkpoints, loop, memory, strategy
    tracked = {"model": model, "optimizer": adam, **state}
    plain_step = step
    average = optimization_flags.moving_average(model, adam)
    if average:
        tracked["averages"] = average.averages
        step = average.after(step)
        save_model = average.within(save_model)
        validate = validate and average.within(validate)

    def memory_of(stage):
        return memory.estimate(
            plain_step, stage.crop_size, stage.batch_size,
            beside=tracked.get("averages", ()))

    saver = checkpoints.Checkpoints(
        run, _CHECKPOINT_STEPS.value, _CHECKPOINT_MINUTES.value, **tracked)
    if strategy.is_chief():
        _tell_changes(run)
    try:
        if _DRY_RUN.value:
            from experiments.runs import dry_run
            dry_run.rehearse(
                step, data_flags.batches_from, steps, run, saver, validate,
                estimate=memory_of,
                stages=data_flags.stages(), pairs=data_flags.pairs(),
                validate_steps=_VALIDATE_STEPS.value, model=model,
                saved=[*model.variables, *adam.variables,
                       *tracked.get("averages", []),
                       *(v for part in state.values() for v in part.variables)])
            return 0
        if strategy.is_chief():
            _keep_settings(run)
        _warn_of_memory(memory_of)
        began = loop.train(
            step, data_flags.batches_from, steps, run, saver,
            learning_rate, save_model, validate,
            validate_steps=_VALIDATE_STEPS.value)
    except loop.Diverged as error:
        print(f"stopped at {error}", file=sys.stderr)
        return 1
    except loop.Stopped as error:
        print(f"{run}: {error}", file=sys.stderr)
        return error.exit_code
    if strategy.is_chief():
        print(f"{run}: trained from step {began} to {max(began, steps)}")
    return 0
