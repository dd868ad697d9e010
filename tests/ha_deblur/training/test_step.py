"""The training step: what it sums, and which samples train what."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import HumanAttention
from ha_deblur.data.batch import Batch
from ha_deblur.training import step
from ha_deblur.training.losses import losses_of_all_scales
from tests.conftest import random_model


def batch(unlabelled, size=32):
    images = tf.random.stateless_uniform([2, size, size, 6], [7, 8])
    mask = tf.cast(images[..., :1] > 0.7, tf.float32)
    return Batch(images[..., :3], images[..., 3:], mask,
                 tf.constant(unlabelled, tf.float32))


def gradients(model, unlabelled, samples=slice(None), **options):
    """By variable name, zeros where unconnected; of these samples."""
    with tf.GradientTape() as tape:
        total, _ = step.joint_loss(
            model, Batch(*(part[samples] for part in batch(unlabelled))),
            **options)
    values = tape.gradient(total, model.trainable_variables,
                           unconnected_gradients="zero")
    return {v.name: g.numpy()
            for v, g in zip(model.trainable_variables, values)}


def test_gopro_trains_the_background_branch_and_what_feeds_it_only(micro):
    trained = {name for name, g in gradients(micro, [1, 1]).items()
               if np.any(g)}
    assert any("background_block3" in name for name in trained)
    assert any(name.startswith("encoder") for name in trained)
    for name in trained:
        assert not name.startswith(("decoder/primary", "decoder/foreground",
                                    "decoder/compress")), name
    everything = {name for name, g in gradients(micro, [0, 0]).items()
                  if np.any(g)}
    assert everything - trained == {
        v.name for v in micro.trainable_variables if v.name.startswith(
            ("decoder/primary", "decoder/foreground", "decoder/compress"))}


def test_gopro_trains_the_primary_branch_too_if_told(micro):
    trained = {
        name for name, g in gradients(
            micro, [1, 1], gopro_trains=("background", "primary")).items()
        if np.any(g)}
    assert any("primary_block3" in name for name in trained)
    assert not any("foreground_block3" in name for name in trained)


def test_the_frequency_loss_trains_what_the_primary_loss_trains(micro):
    losses = functools.partial(losses_of_all_scales, fft_weight=0.1)
    trained = {name for name, g in gradients(
        micro, [1, 1], losses=losses).items() if np.any(g)}
    assert trained == {name for name, g in gradients(micro, [1, 1]).items()
                       if np.any(g)}
    with_it = gradients(micro, [0, 0], losses=losses)
    without = gradients(micro, [0, 0])
    name = "decoder/primary_block3/to_rgb/kernel:0"
    assert np.any(with_it[name] != without[name])
    name = "decoder/foreground_block3/to_rgb/kernel:0"
    np.testing.assert_allclose(with_it[name], without[name], atol=1e-6)


def test_a_gopro_sample_leaves_the_other_sample_s_gradient_alone(micro):
    """Half of each batch: the people's sample counts as it does by itself."""
    mixed = gradients(micro, [0, 1])
    alone = gradients(micro, [0, 1], slice(1))
    gopro = gradients(micro, [0, 1], slice(1, 2))
    for name, gradient in mixed.items():  # the mean over both samples
        np.testing.assert_allclose(
            gradient, (alone[name] + gopro[name]) / 2,
            atol=1e-5 * np.abs(gradient).max())
        if name.startswith(("decoder/primary", "decoder/foreground")):
            assert not np.any(gopro[name]), name
    assert np.any(alone["decoder/primary_block3/to_rgb/bias:0"])
    assert np.any(gopro["decoder/background_block3/to_rgb/bias:0"])


def test_total_is_the_sum_of_the_four_losses(micro):
    total, named = step.joint_loss(micro, batch([0, 0]))
    assert set(named) == {"primary", "foreground", "background", "attention"}
    np.testing.assert_allclose(total, sum(named.values()), rtol=1e-6)


def test_a_step_lowers_the_loss_and_compiled_equals_eager(micro):
    weights = micro.get_weights()
    losses = {}
    for eagerly in (True, False):
        micro.set_weights(weights)
        optimizer = tf.keras.optimizers.Adam(1e-3)
        optimizer.build(micro.trainable_variables)
        tf.config.run_functions_eagerly(eagerly)
        try:
            train = step.joint_step(micro, optimizer)
            losses[eagerly] = [
                float(train(*batch([0, 1]))["total"]) for _ in range(4)]
        finally:
            tf.config.run_functions_eagerly(False)
    np.testing.assert_allclose(losses[True], losses[False], rtol=1e-4)
    assert losses[True][-1] < losses[True][0]


@pytest.mark.slow
def test_xla_gives_the_same_losses(micro):
    weights = micro.get_weights()
    losses = {}
    for compiled in (False, True):
        micro.set_weights(weights)
        optimizer = tf.keras.optimizers.Adam(1e-3)
        optimizer.build(micro.trainable_variables)
        train = step.joint_step(micro, optimizer, jit_compile=compiled)
        losses[compiled] = [
            float(train(*batch([0, 1]))["total"]) for _ in range(3)]
    np.testing.assert_allclose(losses[True], losses[False], rtol=1e-4)


def test_attention_step_lowers_eq_4_and_ignores_gopro():
    attention = HumanAttention(2)
    attention(tf.zeros([1, 32, 32, 3]))
    optimizer = tf.keras.optimizers.Adam(1e-2)
    optimizer.build(attention.trainable_variables)
    train = step.attention_step(attention, 3, optimizer)
    losses = [float(train(*batch([0, 0]))["attention"]) for _ in range(10)]
    assert losses[-1] < losses[0]
    before = attention.get_weights()
    fresh = tf.keras.optimizers.Adam(1e-2)
    fresh.build(attention.trainable_variables)
    found = step.attention_step(attention, 3, fresh)(*batch([1, 1]))
    assert float(found["total"]) == 0
    for old, new in zip(before, attention.get_weights()):
        np.testing.assert_array_equal(old, new)


def test_jit_compile_auto_is_for_gpus(monkeypatch):
    for devices, compiled in (([], False), (["GPU:0"], True)):
        monkeypatch.setattr(
            tf.config, "list_physical_devices",
            lambda kind, devices=devices: devices if kind == "GPU" else ["C"])
        assert step.compiles("auto") is compiled
        assert step.compiles("true") is True
        assert step.compiles("false") is False


def test_without_attention_trains_every_weight():
    model = random_model("blind", width=2, units_per_block=1, attention=False)
    found = gradients(model, [0, 0])
    assert all(np.any(g) for g in found.values())
