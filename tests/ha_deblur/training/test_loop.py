"""The loop: checkpoints, signals, a full disk, NaN, TensorBoard."""

import math
import os
import resource
import signal

import pytest
import tensorflow as tf

from ha_deblur.commandline import UserError
from ha_deblur.training import loop
from ha_deblur.training.checkpoints import Checkpoints

PATCHES = 3  # a step


class Counter:
    """A "model" whose one weight counts the steps it was trained."""

    def __init__(self, run, steps=10, minutes=60, loss=lambda n: 0.5):
        self.weight = tf.Variable(0.0)
        self.run = run
        self.loss = loss
        self.begun = []
        self.saves = 0
        self.checkpoints = Checkpoints(
            run, steps, minutes,
            model=tf.train.Checkpoint(weight=self.weight))

    def step(self, number):
        self.weight.assign_add(1)
        return {"total": tf.constant(self.loss(int(number[0])))}

    def batches_from(self, first):
        self.begun.append(first)
        return tf.data.Dataset.range(first + 1, 10**6).map(
            lambda n: (tf.repeat(n, PATCHES),))

    def train(self, steps, **options):
        def save():
            self.saves += 1
        return loop.train(self.step, self.batches_from, steps, self.run,
                          self.checkpoints, lambda: 1e-4, save, **options)


def test_it_saves_every_so_many_steps_and_at_the_end(tmp_path):
    counter = Counter(tmp_path, steps=10)
    assert counter.train(25) == 0
    assert float(counter.weight) == 25
    assert counter.checkpoints.numbers() == [25, 20, 10]
    assert counter.saves == 3


def test_it_saves_by_minutes(tmp_path):
    counter = Counter(tmp_path, steps=1000, minutes=0)
    counter.train(4)
    assert counter.saves == 4


def test_it_resumes_where_it_stopped(tmp_path):
    Counter(tmp_path).train(15)
    again = Counter(tmp_path)
    assert again.train(40) == 15
    assert again.begun == [15]
    assert float(again.weight) == 40


def test_a_finished_run_still_writes_its_model(tmp_path):
    """A kill may have come between the last checkpoint and the model."""
    Counter(tmp_path).train(20)
    again = Counter(tmp_path)
    assert again.train(20) == 20
    assert (again.saves, again.begun) == (1, [])


@pytest.mark.parametrize("number, code", [
    (signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_it_after_the_step_and_a_checkpoint(
        tmp_path, number, code):
    handlers = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)]

    def loss(n):
        if n == 7:
            os.kill(os.getpid(), number)
        return 0.5

    counter = Counter(tmp_path, loss=loss)
    with pytest.raises(loop.Stopped) as stopped:
        counter.train(100)
    assert stopped.value.exit_code == code
    assert f"{number.name} after step 7, which is saved" in str(stopped.value)
    assert counter.checkpoints.numbers() == [7]
    assert (float(counter.weight), counter.saves) == (7, 1)
    assert handlers == [
        signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)]


def test_a_second_signal_does_not_wait(tmp_path):
    def loss(n):
        # In this thread and at once: of two that os.kill sends, a busy machine
        # may deliver one.
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return 0.5

    # what Python has by itself, unless it was started in the background
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            Counter(tmp_path, loss=loss).train(100)
    finally:
        signal.signal(signal.SIGINT, before)


def full_disk(counter, *steps):
    """Lets the checkpoints of these steps fail."""
    save = counter.checkpoints.save

    def fail(step):
        if step in steps:
            raise OSError(28, "No space left on device")
        return save(step)
    counter.checkpoints.save = fail


def test_a_full_disk_is_said_and_training_goes_on(tmp_path, capsys):
    counter = Counter(tmp_path)
    full_disk(counter, 10, 20)
    counter.train(40)
    assert counter.checkpoints.numbers() == [40, 30]
    said = capsys.readouterr().err
    assert ("step 10 could not be saved ([Errno 28] No space left on device); "
            "the newest checkpoint is (none yet); going on") in said


def test_a_full_disk_at_the_end_is_an_error(tmp_path):
    counter = Counter(tmp_path)
    full_disk(counter, 20)
    with pytest.raises(UserError, match=r"step 20.*ckpt-10; make room on"):
        counter.train(20)


def test_a_full_disk_costs_points_in_tensorboard_only(tmp_path, capsys):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def loss(n):
        if n == 15:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        if n == 35:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        return 0.5

    counter = Counter(tmp_path, steps=1000, loss=loss)
    try:
        counter.train(40, log_steps=10)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    said = capsys.readouterr().err
    assert "step 10 is missing in TensorBoard" not in said
    assert "step 20 is missing in TensorBoard: " in said
    assert counter.checkpoints.numbers() == [40]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_with_step_and_checkpoint(
        tmp_path, bad):
    counter = Counter(tmp_path, steps=10,
                      loss=lambda n: bad if n == 27 else 0.5)
    with pytest.raises(loop.Diverged) as stopped:
        counter.train(100, log_steps=5)
    assert "step 27:" in str(stopped.value)
    assert str(tmp_path / "checkpoints" / "ckpt-20") in str(stopped.value)
    assert Counter(tmp_path).checkpoints.restore() == 20


def test_a_loss_that_is_not_finite_is_seen_before_it_is_saved(tmp_path):
    counter = Counter(tmp_path, steps=10,
                      loss=lambda n: math.nan if n == 9 else 0.5)
    with pytest.raises(loop.Diverged, match=r"step 9:.*\(none yet\)"):
        counter.train(100, log_steps=1000)
    assert counter.checkpoints.latest is None


def test_tensorboard_has_losses_rate_scores_and_panels(tmp_path):
    def validate():
        return {"psnr/primary": 30.0}, {
            "panels": tf.zeros([2, 4, 8, 3], tf.uint8)}

    Counter(tmp_path, loss=float).train(
        20, validate=validate, log_steps=10, validate_steps=10)
    scalars, images = {}, []
    (path,) = (tmp_path / "logs").iterdir()
    for event in tf.compat.v1.train.summary_iterator(str(path)):
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "images":
                images.append((event.step, value.tag))
            else:
                scalars[event.step, value.tag] = float(
                    tf.make_ndarray(value.tensor))
    assert scalars[10, "loss/total"] == 5.5  # mean of 1 ... 10
    assert scalars[20, "loss/total"] == 15.5
    assert scalars[10, "learning_rate"] == pytest.approx(1e-4)
    assert scalars[20, "validation/psnr/primary"] == 30
    assert scalars[10, "steps_per_second"] > 0
    assert scalars[10, "patches_per_second"] == pytest.approx(
        PATCHES * scalars[10, "steps_per_second"], rel=1e-3)
    assert 0 < scalars[20, "data_wait"] < 1
    assert images == [(10, "validation/panels"), (20, "validation/panels")]
