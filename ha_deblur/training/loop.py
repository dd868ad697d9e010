"""The loop around a step: data, progress, checkpoints, TensorBoard."""

import math
import pathlib
import time

import tensorflow as tf
from tqdm import tqdm


class Diverged(Exception):
    """A loss became NaN or infinite."""


def train(step, batches_from, last_step, run, checkpoints, learning_rate,
          save_model, validate=None, log_steps=20, validate_steps=1000):
    """Trains from the newest checkpoint to `last_step`.

    Args:
      step: a function of a batch that updates the variables and returns a
        dict of scalar tensors, "total" among them.
      batches_from: a function of a step's number that gives the endless
        tf.data.Dataset which begins there.
      last_step: how many steps the whole training has.
      run: the run directory; TensorBoard's files go to its `logs/`.
      checkpoints: a `Checkpoints`.
      learning_rate: a function without arguments: the current one.
      save_model: a function without arguments that writes the run's model
        directory; called with every checkpoint.
      validate: a function without arguments that returns (dict of floats,
        dict of image batches), or None.
      log_steps: the losses leave the device every so many steps.
      validate_steps: validation runs every so many steps and at the end.

    Returns:
      The step at which it began.

    Raises:
      Diverged: a loss became NaN or infinite; the message names the step and
        the last good checkpoint.
    """
    first_step = checkpoints.restore()
    if first_step >= last_step:
        return first_step
    batches = iter(batches_from(first_step))
    logs = tf.summary.create_file_writer(str(pathlib.Path(run) / "logs"))
    pending = []  # the losses of the steps since they were last looked at
    logged_at = time.monotonic()
    with logs.as_default(), tqdm(
            total=last_step, initial=first_step, unit="step",
            mininterval=1, dynamic_ncols=True) as bar:
        for number in range(first_step + 1, last_step + 1):
            pending.append(step(*next(batches)))
            bar.update()
            last = number == last_step
            save = last or checkpoints.due(number)
            if save or number % log_steps == 0:
                means = _look_at(pending, number, checkpoints.latest)
                seconds = time.monotonic() - logged_at
                bar.set_postfix(loss=f"{means['total']:.5f}")
                for name, value in means.items():
                    tf.summary.scalar(f"loss/{name}", value, number)
                tf.summary.scalar("learning_rate", learning_rate(), number)
                tf.summary.scalar(
                    "steps_per_second", len(pending) / seconds, number)
                pending = []
                logged_at = time.monotonic()
            if validate and (last or number % validate_steps == 0):
                scores, images = validate()
                for name, value in scores.items():
                    tf.summary.scalar(f"validation/{name}", value, number)
                for name, batch in images.items():
                    tf.summary.image(f"validation/{name}", batch, number,
                                     max_outputs=len(batch))
                bar.write(f"step {number}: " + ", ".join(
                    f"{name} {value:.3f}" for name, value in scores.items()))
                logged_at = time.monotonic()
            if save:
                checkpoints.save(number)
                save_model()
                logs.flush()
    return first_step


def _look_at(pending, number, good_checkpoint):
    """Means of the pending losses, all of which must be finite."""
    rows = [{name: float(value) for name, value in losses.items()}
            for losses in pending]
    for offset, row in enumerate(rows):
        bad = [name for name, value in row.items() if not math.isfinite(value)]
        if bad:
            raise Diverged(
                f"step {number - len(rows) + 1 + offset}: the loss "
                f"'{bad[0]}' is {row[bad[0]]}; the last good checkpoint is "
                f"{good_checkpoint or '(none yet)'}; lower --learning_rate "
                "and run again to go on from it")
    return {name: sum(row[name] for row in rows) / len(rows)
            for name in rows[0]}
