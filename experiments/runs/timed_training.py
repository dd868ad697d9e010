"""Trains for a given time instead of a number of steps.

The learning-rate schedule needs the number of steps beforehand. The first steps
therefore run as a short training of their own, which measures the speed of this
machine; then the same command resumes with as many steps as fit into the time.
"""

import time
import typing

from experiments.runs import run_logs

FIRST_STEPS = 40  # logged in two halves; the first includes tracing
# Share of the remaining time: machines often slow down and seldom speed up.
PLANNED = 0.9


class Trained(typing.NamedTuple):
    """The outcome of a training.

    Attributes:
      steps: total number of steps.
      steps_per_second: as last measured.
    """

    steps: int
    steps_per_second: float


def train_for(seconds, most_steps, run, command):
    """Runs a training command for a given time, in one or two parts.

    Args:
      seconds: total time. The FIRST_STEPS are taken even if they need longer.
      most_steps: upper limit of the steps; at least FIRST_STEPS.
      run: the run directory.
      command: a function (steps, seconds) that trains `run` to that step, and
        after that time stops the training with a checkpoint; None: no limit.

    Returns:
      A `Trained`.
    """
    started = time.monotonic()
    command(FIRST_STEPS, None)
    taken = time.monotonic() - started
    speed = _trained(run).steps_per_second
    left = seconds - taken
    steps = steps_that_fit(
        left, speed, taken - FIRST_STEPS / speed, most_steps)
    if steps > FIRST_STEPS:
        command(steps, left)
    return _trained(run)


def steps_that_fit(seconds, steps_per_second, overhead, most_steps):
    """The number of steps for a training that has taken its FIRST_STEPS.

    Args:
      seconds: remaining time, of which the share PLANNED is used. May be
        negative.
      steps_per_second: its speed, above 0.
      overhead: seconds that the command takes besides its steps, to start,
        trace and save.
      most_steps: upper limit; at least FIRST_STEPS.

    Returns:
      A number of steps in [FIRST_STEPS, most_steps], the first ones included.
    """
    more = int((PLANNED * seconds - overhead) * steps_per_second)
    return min(FIRST_STEPS + max(more, 0), most_steps)


def _trained(run):
    steps, speeds = run_logs.read(run).scalars["steps_per_second"]
    return Trained(steps[-1], speeds[-1])
