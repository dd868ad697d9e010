"""Training for a time, on a machine whose clock stands still meanwhile."""

import time

import pytest

from experiments.runs import timed_training
from experiments.runs.timed_training import steps_that_fit
from ha_deblur.training.event_log import EventLog


class Machine:
    """Needs 10 s for a training command and 1 / `speed` s for each step."""

    def __init__(self, run, speed):
        self.run, self.speed = run, speed
        self.now, self.steps = 1000.0, 0  # seconds
        self.calls = []

    def monotonic(self):
        return self.now

    def train(self, steps, seconds):
        """Is the command that `train_for` takes."""
        self.calls.append((steps, seconds))
        fit = steps if seconds is None else int((seconds - 10) * self.speed)
        taken = min(steps - self.steps, fit)
        self.steps += taken
        self.now += 10 + taken / self.speed
        time.sleep(1.1)  # logs are read in the order of the seconds in names
        EventLog(self.run).write(
            self.steps, {"steps_per_second": self.speed})


@pytest.fixture
def machine(monkeypatch, tmp_path):
    machine = Machine(tmp_path, speed=2.0)
    monkeypatch.setattr(timed_training, "time", machine)
    return machine


@pytest.mark.parametrize("seconds, speed, most, steps", [
    (100, 2.0, 1500, 200),  # 90 s, less 10 s of overhead: 160 steps more
    (100, 2.0, 150, 150),
    (100, 0.33, 1500, 66),  # 26.4 more, of which 26 are whole
    (11, 2.0, 1500, 40),  # less than the overhead is left
    (-20, 2.0, 1500, 40),
])
def test_as_many_steps_are_planned_as_fit(seconds, speed, most, steps):
    assert steps_that_fit(seconds, speed, 10, most) == steps


def test_a_training_goes_on_to_the_steps_that_fit(machine):
    """40 steps take 10 + 20 s, and 100 are left for 160 more."""
    trained = timed_training.train_for(130, 1500, machine.run, machine.train)
    assert machine.calls == [(40, None), (200, 100)]
    assert trained == (200, 2.0)
    assert machine.now == 1000 + 30 + 90


def test_no_time_leaves_the_first_steps(machine):
    trained = timed_training.train_for(0, 1500, machine.run, machine.train)
    assert machine.calls == [(40, None)]
    assert trained == (40, 2.0)


def test_a_machine_that_becomes_slower_is_stopped_in_time(machine):
    def train(steps, seconds):
        machine.train(steps, seconds)
        machine.speed = 0.5

    trained = timed_training.train_for(130, 1500, machine.run, train)
    assert machine.calls == [(40, None), (200, 100)]
    assert trained == (40 + 45, 0.5)  # 90 s at half a step each
    assert machine.now == 1000 + 130
