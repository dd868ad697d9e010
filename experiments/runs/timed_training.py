"""Trains for a time instead of a number of steps.

The learning rate falls over the steps, so a training must know their number
beforehand. Its first steps therefore run as a short training of their own,
which measures the speed of this machine; then the same command, with as many
steps as fit into the time, goes on from there.
"""

import time
import typing

from experiments.runs import run_logs

FIRST_STEPS = 40  # logged in two halves; TensorFlow traces in the first one
# Of the time that is left: a machine often becomes slower, seldom faster.
PLANNED = 0.9


class Trained(typing.NamedTuple):
    """What a training did.

    Attributes:
      steps: all that were taken.
      steps_per_second: in the last steps that were measured.
    """

    steps: int
    steps_per_second: float


def train_for(seconds, most_steps, run, command):
    """Runs a training command for a time, twice at most.

    Args:
      seconds: for all of it. The FIRST_STEPS are taken even if it is too
        short for them; it then ends that much later.
      most_steps: more are not taken if there is time; at least FIRST_STEPS.
      run: the run directory.
      command: a function (steps, seconds) that trains `run` to that step, and
        stops the training after so many seconds, saved, or never if None.

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
    """How long a training can become that has had its FIRST_STEPS.

    Args:
      seconds: left for it; PLANNED of them are filled. May be negative.
      steps_per_second: its speed, above 0.
      overhead: seconds that the command takes beside its steps: it starts,
        traces, saves.
      most_steps: at least FIRST_STEPS.

    Returns:
      A number of steps in [FIRST_STEPS, most_steps], the first ones included.
    """
    more = int((PLANNED * seconds - overhead) * steps_per_second)
    return min(FIRST_STEPS + max(more, 0), most_steps)


def _trained(run):
    steps, speeds = run_logs.read(run).scalars["steps_per_second"]
    return Trained(steps[-1], speeds[-1])
