"""The training loop: data, progress, checkpoints, TensorBoard."""

import math
import os
import sys

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from ha_deblur.commandline import UserError
from ha_deblur.training import strategy
from ha_deblur.training.event_log import EventLog
from ha_deblur.training.stop_signals import StopSignals
from ha_deblur.training.throughput import Throughput, gpu_memory


class Diverged(Exception):
    """A loss became NaN or infinite."""


class Stopped(Exception):
    """SIGTERM or SIGINT ended the training, after a checkpoint.

    Attributes:
      exit_code: 128 plus the signal's number, as in a shell, or 75
        (EX_TEMPFAIL) if another worker received the signal.
    """

    def __init__(self, number, received):
        who = received.name if received else "a signal to another worker"
        super().__init__(
            f"stopped by {who} after step {number}, which is saved; the same "
            "command goes on from there")
        self.exit_code = 128 + received if received else os.EX_TEMPFAIL


def train(step, batches_from, last_step, run, checkpoints, learning_rate,
          save_model, validate=None, log_steps=20, validate_steps=1000):
    """Trains from the newest checkpoint to `last_step`.

    With several workers, only the chief writes, validates and shows progress:
    the variables are the same in all of them.

    Args:
      step: a function of a batch's four parts that updates the variables and
        returns a dict of scalar tensors, including "total".
      batches_from: a function of a step that returns the endless
        tf.data.Dataset of `Batch` from that step.
      last_step: the number of steps in the whole training.
      run: the run directory; TensorBoard's files go to its `logs/`.
      checkpoints: a `Checkpoints`.
      learning_rate: a function without arguments that returns the current one.
      save_model: a function without arguments that writes the run's model
        directory; called with every checkpoint.
      validate: a function without arguments that returns (dict of floats,
        dict of image batches), or None. It must not change any variable.
      log_steps: steps between reading the losses from the device; several
        workers then also ask each other for signals.
      validate_steps: steps between validations; there is also one at the end.

    Returns:
      The step from which training started.

    Raises:
      Diverged: a loss became NaN or infinite; the message names the step and
        the last good checkpoint.
      Stopped: SIGTERM or SIGINT was received.
      UserError: the checkpoint does not fit, or the last one can't be written.
    """
    chief = strategy.is_chief()
    first_step = checkpoints.restore()
    if strategy.sum_over_workers(first_step) != (
            first_step * strategy.sum_over_workers(1)):
        raise UserError(
            f"{run}: the workers see different checkpoints; --run must be on "
            "a disk that all of them share")
    if first_step >= last_step:
        if chief:  # the run may have been killed between checkpoint and model
            save_model()
        return first_step
    batches = iter(batches_from(first_step))
    log = EventLog(run)
    pending = []  # the losses since they were last read from the device
    throughput = Throughput()
    with StopSignals() as signals, tqdm(
            total=last_step, initial=first_step, unit="step", mininterval=1,
            dynamic_ncols=True, disable=not chief) as bar:
        for number in range(first_step + 1, last_step + 1):
            pending.append(step(*throughput.next(batches)))
            bar.update()
            last = number == last_step
            look = last or number % log_steps == 0
            stop = _must_stop(signals, look)
            save = chief and (last or stop or checkpoints.due(number))
            if save or look:
                means = _look_at(pending, number, checkpoints.latest)
                bar.set_postfix(loss=f"{means['total']:.5f}")
                log.write(number, {
                    **{f"loss/{name}": mean for name, mean in means.items()},
                    "learning_rate": learning_rate(),
                    **throughput.measured(), **gpu_memory()})
                pending = []
                throughput.restart()
            if save:
                _save(number, run, checkpoints, save_model,
                      at_the_end=last or stop)
                throughput.restart()
            if stop:
                raise Stopped(number, signals.received)
            if validate and chief and (
                    last or number % validate_steps == 0):
                scores, images = validate()
                log.write(
                    number,
                    {f"validation/{name}": x for name, x in scores.items()},
                    {f"validation/{name}": x for name, x in images.items()})
                bar.write(f"step {number}: " + ", ".join(
                    f"{name} {value:.3f}" for name, value in scores.items()))
                throughput.restart()
    strategy.sum_over_workers(0)  # all wait for the chief's last checkpoint
    return first_step


def _must_stop(signals, look):
    """Whether all workers stop here; the answer is the same in each of them."""
    if strategy.several_workers():
        return look and strategy.sum_over_workers(bool(signals.received)) > 0
    return bool(signals.received)


def _look_at(pending, number, good_checkpoint):
    """Means of the pending losses; NaN or infinity is only for skipped steps.

    A skipped step changes no variable, see `step`.
    """
    rows = [{name: float(value) for name, value in losses.items()}
            for losses in pending]
    for offset, row in enumerate(rows):
        bad = [name for name, value in row.items() if not math.isfinite(value)]
        if bad and not row.get("skipped"):
            raise Diverged(
                f"step {number - len(rows) + 1 + offset}: the loss "
                f"'{bad[0]}' is {row[bad[0]]}; the last good checkpoint is "
                f"{good_checkpoint or '(none yet)'}; lower --learning_rate "
                "and run again to go on from it")
    return {name: float(np.mean([row[name] for row in rows
                                 if math.isfinite(row[name])] or math.nan))
            for name in rows[0]}


def _save(number, run, checkpoints, save_model, at_the_end):
    """Saves checkpoint and model.

    A full disk is an error only at the last save: until then someone may make
    room, and continuing loses no more than stopping would.
    """
    try:
        checkpoints.save(number)
        save_model()
    # HDF5 reports a full disk as a RuntimeError when it closes a file.
    except (OSError, RuntimeError, tf.errors.OpError, UserError) as error:
        message = (
            f"{run}: step {number} could not be saved "
            f"({str(error).splitlines()[0]}); the newest checkpoint is "
            f"{checkpoints.latest or '(none yet)'}")
        if at_the_end:
            raise UserError(
                f"{message}; make room on the disk and run again") from None
        tqdm.write(f"{message}; going on", file=sys.stderr)
