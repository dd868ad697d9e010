"""The loop: checkpoints by steps and minutes, NaN, TensorBoard."""

import math

import pytest
import tensorflow as tf

from ha_deblur.training import loop
from ha_deblur.training.checkpoints import Checkpoints


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
        return {"total": tf.constant(self.loss(int(number)))}

    def batches_from(self, first):
        self.begun.append(first)
        return tf.data.Dataset.range(first + 1, 10**6).map(lambda n: (n,))

    def train(self, steps, **options):
        def save():
            self.saves += 1
        return loop.train(self.step, self.batches_from, steps, self.run,
                          self.checkpoints, lambda: 1e-4, save, **options)


def test_it_saves_every_so_many_steps_and_at_the_end(tmp_path):
    counter = Counter(tmp_path, steps=10)
    assert counter.train(25) == 0
    assert float(counter.weight) == 25
    assert [p.split("-")[-1] for p in counter.checkpoints.manager.checkpoints
            ] == ["10", "20", "25"]
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
    assert Counter(tmp_path).train(40) == 40  # nothing left to do


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
    assert images == [(10, "validation/panels"), (20, "validation/panels")]
