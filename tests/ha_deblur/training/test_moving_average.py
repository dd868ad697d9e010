"""Averages of weights: their values, their use, their place in checkpoints."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.training import crop_stages, loop
from ha_deblur.training.checkpoints import Checkpoints
from ha_deblur.training.moving_average import MovingAverage
from ha_deblur.training.schedule import schedule_of


@pytest.fixture
def made():
    """One variable of 0, counted steps, and an average of at most 0.5."""
    variable, steps = tf.Variable(0.0), tf.Variable(0, dtype=tf.int64)

    def step(value):
        variable.assign(value)
        steps.assign_add(1)
        return "losses"

    return variable, step, MovingAverage([variable], 0.5, steps)


def test_the_decay_grows_to_its_limit(made):
    _, step, average = made
    step = average.after(step)
    assert step(11.0) == "losses"
    np.testing.assert_allclose(  # d = 2/11: 9/11 of the way to 11
        average.averages[0], 9, rtol=1e-6)
    step(21.0)
    np.testing.assert_allclose(  # d = 3/12: 3/4 of the way to 21
        average.averages[0], 18, rtol=1e-6)
    for _ in range(8):  # the steps 3 to 10: d = 4/13 ... 11/20, at most 0.5
        step(18.0)
    step(20.0)
    np.testing.assert_allclose(average.averages[0], 19, rtol=1e-6)


def test_the_variables_hold_the_averages_within_and_are_back_after(made):
    variable, step, average = made
    average.after(step)(11.0)
    look = average.within(lambda: (float(variable), "seen"))
    assert look() == (pytest.approx(9), "seen")
    assert float(variable) == 11

    def fail():
        assert float(variable) == pytest.approx(9)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        average.within(fail)()
    assert float(variable) == 11


def test_averages_come_back_from_a_checkpoint(made, tmp_path):
    variable, step, average = made
    average.after(step)(11.0)
    path = tf.train.Checkpoint(averages=average.averages).write(
        str(tmp_path / "ckpt"))
    fresh = MovingAverage([variable], 0.5, tf.Variable(1, dtype=tf.int64))
    assert float(fresh.averages[0]) == 11
    tf.train.Checkpoint(averages=fresh.averages).read(
        path).assert_consumed()
    assert float(fresh.averages[0]) == pytest.approx(9)


def train(run, steps):
    """Fits a weight to the batches' numbers; gives all that is learned."""
    weight = tf.Variable([1.0, 2.0])
    optimizer = tf.keras.optimizers.Adam(
        schedule_of("cosine", 0.1, 12, warmup_steps=3), global_clipnorm=0.01,
        jit_compile=False)
    optimizer.build([weight])
    average = MovingAverage([weight], 0.9, optimizer.iterations)

    @tf.function
    def step(batch):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(
                (weight - tf.cast(batch, tf.float32)) ** 2)
        optimizer.apply_gradients([(tape.gradient(loss, weight), weight)])
        return {"total": loss}

    def batches_from(first_step):
        return crop_stages.batches(
            crop_stages.parse(["8x1:6", "8x3"]),
            lambda _, size, begin: tf.data.Dataset.range(begin, 99).map(
                lambda n: (tf.fill([size, 1], n),)), first_step)

    saved, seen = [], []
    loop.train(
        average.after(step), batches_from, steps, run,
        Checkpoints(run, 100, 100, weight=weight, optimizer=optimizer,
                    averages=average.averages),
        lambda: float(optimizer.learning_rate),
        average.within(lambda: saved.append(weight.numpy())),
        average.within(lambda: (seen.append(weight.numpy()), ({}, {}))[1]),
        validate_steps=4)
    np.testing.assert_array_equal(saved[-1], average.averages[0])
    assert np.all(saved[-1] != weight.numpy())
    np.testing.assert_array_equal(saved[-1], seen[-1])
    return weight.numpy(), saved[-1], optimizer.iterations.numpy()


@pytest.mark.parametrize("broken_at", [2, 6, 9])
def test_a_resumed_training_equals_an_unbroken_one_to_the_bit(
        tmp_path, broken_at):
    unbroken = train(tmp_path / "unbroken", 12)
    train(tmp_path / "resumed", broken_at)
    resumed = train(tmp_path / "resumed", 12)
    for a, b in zip(unbroken, resumed):
        np.testing.assert_array_equal(a, b)
