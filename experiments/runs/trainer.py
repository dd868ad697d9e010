"""One training, from the start or the newest checkpoint to the last step.

Both phases of sec. 4.3 and the compared systems use it. It adds to a step what
a long run needs: weight averaging, checkpoints, a dry run, a warning if memory
is short, the loop, exit codes.
"""

import contextlib
import dataclasses
import functools
import pathlib
import sys

from experiments.runs import dry_run, run_directory
from ha_deblur.data import damage, pipeline
from ha_deblur.data.sampling import Sampling
from ha_deblur.training import (
    crop_stages,
    loop,
    memory,
    run_lock,
    strategy,
)
from ha_deblur.training.checkpoints import Checkpoints
from ha_deblur.training.moving_average import MovingAverage


@dataclasses.dataclass(frozen=True)
class RunSettings:
    """The settings of a run.

    Attributes:
      directory: the run directory: model, checkpoints/ and logs/.
      last_step: number of steps in the whole training.
      sampling: the `Sampling` of its patches.
      stages: a list of `crop_stages.Stage`, the patches' sizes over time.
      held_out: sources of the records for validation; may be empty.
      ema: decay of the moving average of the weights; 0: no average.
      checkpoint_steps: steps between checkpoints.
      checkpoint_minutes: minutes between checkpoints at most.
      validate_steps: steps between validations.
      dry_run: whether to try the training only, and write nothing.
      flags: {name: value} of the command, which the run directory keeps.
    """

    directory: pathlib.Path
    last_step: int
    sampling: Sampling
    stages: list
    held_out: list
    ema: float
    checkpoint_steps: int
    checkpoint_minutes: float
    validate_steps: int
    dry_run: bool
    flags: dict


def fit(settings, model, optimizer, step, save_model, validate=None,
        state=None):
    """Trains a model, or does a dry run.

    Args:
      settings: the `RunSettings`.
      model: the Keras model whose trainable variables are averaged.
      optimizer: its Keras optimizer, built.
      step: a tf.function of a batch's four parts, see `joint_step`.
      save_model: a function without arguments that writes the run's model.
      validate: see `loop.train`.
      state: further content of checkpoints, {name: Keras model or optimizer}.

    Returns:
      The command's exit code: 0; 1 if the loss became NaN or infinite; or that
      of `loop.Stopped`.

    Raises:
      UserError: there is a problem with records, run directory, memory or disk.
    """
    run = settings.directory
    writes = strategy.is_chief() and not settings.dry_run
    with damage.explained([*settings.sampling.sources, *settings.held_out]), (
            run_lock.locked(run) if writes else contextlib.nullcontext()):
        try:
            return _fit(settings, model, optimizer, step, save_model, validate,
                        state or {})
        except loop.Diverged as error:
            print(f"stopped at {error}", file=sys.stderr)
            return 1
        except loop.Stopped as error:
            print(f"{run}: {error}", file=sys.stderr)
            return error.exit_code


def _fit(settings, model, optimizer, step, save_model, validate, state):
    run, last_step = settings.directory, settings.last_step
    chief = strategy.is_chief()
    averages, plain_step = [], step
    if settings.ema:
        average = MovingAverage(
            model.trainable_variables, settings.ema, optimizer.iterations)
        averages = average.averages
        step = average.after(step)
        save_model = average.within(save_model)
        validate = validate and average.within(validate)
    tracked = {"model": model, "optimizer": optimizer, **state}
    if averages:
        tracked["averages"] = averages
    checkpoints = Checkpoints(run, settings.checkpoint_steps,
                              settings.checkpoint_minutes, **tracked)
    batches_from = functools.partial(
        crop_stages.batches_of, settings.sampling, settings.stages)

    def memory_of(stage):
        return memory.estimate(plain_step, stage.crop_size, stage.batch_size,
                               beside=averages)

    if chief:
        run_directory.tell_changes(run, settings.flags)
    if settings.dry_run:
        dry_run.rehearse(
            step, batches_from, last_step, run, checkpoints, validate,
            estimate=memory_of, stages=settings.stages,
            pairs=pipeline.pairs_in(settings.sampling.sources),
            validate_steps=settings.validate_steps, model=model,
            saved=[*model.variables, *optimizer.variables, *averages,
                   *(v for part in state.values() for v in part.variables)])
        return 0
    if chief:
        run_directory.keep_settings(run, settings.flags)
    _warn_of_memory(settings.stages, memory_of)
    began = loop.train(
        step, batches_from, last_step, run, checkpoints,
        lambda: float(optimizer.learning_rate.numpy()), save_model, validate,
        validate_steps=settings.validate_steps)
    if chief:
        print(f"{run}: trained from step {began} to {max(began, last_step)}")
    return 0


def _warn_of_memory(stages, memory_of):
    """Warns on stderr if the stage with the largest batches won't fit."""
    largest = max(stages, key=lambda stage: (
        stage.batch_size * stage.crop_size**2))
    warning = memory.shortage(memory_of(largest))
    if warning and strategy.is_chief():
        print(warning, file=sys.stderr)
