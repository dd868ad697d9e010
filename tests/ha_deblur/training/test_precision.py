"""Training in half the bits: float32 where it counts, and the loss scale."""

import json
import math

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import HumanAttention, model_directory
from ha_deblur.training import loop, step
from ha_deblur.training.checkpoints import Checkpoints
from ha_deblur.training.moving_average import MovingAverage
from ha_deblur.training.schedule import schedule_of
from tests.conftest import random_model
from tests.ha_deblur.training.test_loop import Counter
from tests.ha_deblur.training.test_step import batch

LossScaleOptimizer = tf.keras.mixed_precision.LossScaleOptimizer


@pytest.fixture
def policy():
    """Sets Keras' global policy, and sets it back after the test."""
    yield tf.keras.mixed_precision.set_global_policy
    tf.keras.mixed_precision.set_global_policy("float32")


def test_results_are_float32_and_the_weights_load_anywhere(policy, tmp_path):
    settings = {"width": 2, "units_per_block": 1, "scales": 2}
    expected = random_model("same", **settings)
    blurred = batch([0, 0])[0]
    results = expected(blurred)
    for precision in ("mixed_bfloat16", "mixed_float16"):
        policy(precision)
        model = random_model("same", **settings)
        assert model.parts.encoder.compute_dtype == precision.split("_")[1]
        for found, result in zip(model(blurred), results):
            for name in ("primary", "foreground", "background", "attention"):
                assert found[name].dtype == tf.float32
                apart = tf.norm(found[name] - result[name])
                assert 0 < apart < 0.03 * tf.norm(result[name]), name
        assert model.get_config() == expected.get_config()
        expected.set_weights([0 * w for w in expected.get_weights()])
        model_directory.save(model, model.preset, tmp_path)
        model_directory.load_weights(expected, tmp_path)
        for a, b in zip(model.weights, expected.weights):
            assert a.dtype == b.dtype == tf.float32
            np.testing.assert_array_equal(a, b)


def test_gradients_are_unscaled_clipped_and_left_out_where_they_overflow(
        policy):
    moves, start = {}, None
    for precision in ("float32", "mixed_float16"):
        policy(precision)
        attention = HumanAttention(2)
        attention(tf.zeros([1, 32, 32, 3]))
        start = start or attention.get_weights()
        attention.set_weights(start)
        sgd = tf.keras.optimizers.SGD(1.0, global_clipnorm=0.01)
        if precision == "mixed_float16":
            sgd = LossScaleOptimizer(sgd, initial_scale=4)
        sgd.build(attention.trainable_variables)
        train = step.attention_step(attention, 2, sgd)
        losses = train(*batch([0, 1]))
        moves[precision] = np.concatenate([
            (new - old).ravel()
            for old, new in zip(start, attention.get_weights())])
    exact, half = moves.values()
    assert np.linalg.norm(exact) == pytest.approx(0.01, rel=1e-3)
    assert np.linalg.norm(half) == pytest.approx(0.01, rel=1e-3)
    assert np.linalg.norm(half - exact) < 0.01 * np.linalg.norm(exact)
    assert losses["total"].dtype == tf.float32
    assert losses["skipped"] == 0

    before = attention.get_weights()
    broken = [part * math.nan for part in batch([0, 1])]
    skipped = [float(train(*broken)["skipped"]) for _ in range(3)]
    assert skipped == [1, 1, 0]  # the scale was 4 and can't go below 1
    assert float(sgd.loss_scale) == 1
    assert int(sgd.iterations) == 4
    for old, new in zip(before, attention.get_weights()):
        np.testing.assert_array_equal(old, new)


class Scaled(Counter):
    """A training of which the loss is NaN at some steps."""

    def __init__(self, run, skipped):
        super().__init__(
            run, loss=lambda n: math.nan if n in (7, 8) else float(n))
        self.skipped = skipped

    def step(self, number):
        return {**super().step(number),
                "skipped": tf.constant(float(int(number[0]) in self.skipped))}


def test_a_loss_that_is_not_finite_stops_but_in_a_skipped_step(tmp_path):
    assert Scaled(tmp_path / "skips", (7, 8)).train(20, log_steps=4) == 0
    with pytest.raises(loop.Diverged, match="step 8: the loss 'total'"):
        Scaled(tmp_path / "diverges", (7,)).train(20, log_steps=4)


def test_a_checkpoint_holds_the_loss_scale(tmp_path):
    def made():
        weight = tf.Variable([1.0, 2.0])
        optimizer = LossScaleOptimizer(tf.keras.optimizers.Adam(
            schedule_of("constant", 0.25, 10), jit_compile=False),
            initial_scale=8)
        optimizer.build([weight])
        average = MovingAverage([weight], 0.9, optimizer.iterations)
        return weight, optimizer, average, Checkpoints(
            tmp_path, 1, 1, weight=weight, optimizer=optimizer,
            averages=average.averages)

    weight, optimizer, average, checkpoints = made()
    for gradient in ([1.0, 1.0], [math.inf, 1.0]):
        optimizer.apply_gradients([(tf.constant(gradient), weight)])
    average.update()
    checkpoints.save(2)
    fresh_weight, fresh, fresh_average, checkpoints = made()
    assert checkpoints.restore() == 2
    np.testing.assert_allclose(fresh_weight, [0.75, 1.75], rtol=1e-5)
    assert float(fresh.loss_scale) == 4
    assert int(fresh.iterations) == 2
    assert float(fresh.learning_rate.numpy()) == 0.25
    np.testing.assert_array_equal(
        fresh_average.averages[0], average.averages[0])


def test_two_replicas_skip_the_same_steps_and_learn_what_one_does(command):
    done = command("tests.ha_deblur.training.two_half_replicas")
    assert done.returncode == 0, done.stderr
    one, two = json.loads(done.stdout)
    assert one["skipped"] == two["skipped"] == [0, 1, 0]
    assert one["scale"] == two["scale"] == 512
    assert one["moved"] == pytest.approx(two["moved"], rel=1e-3)
    assert one["moved"] > 0
