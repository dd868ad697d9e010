"""Gradient checkpointing: the same gradients in less memory."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.data.batch import Batch
from ha_deblur.model.gradient_checkpointing import checkpoint_gradients
from ha_deblur.training import memory, step
from tests.conftest import random_model
from tests.ha_deblur.training.test_step import batch


def made(checkpointed):
    model = random_model("model", width=2, units_per_block=2, scales=1)
    if checkpointed:
        checkpoint_gradients(model)
    return model


def test_gradients_are_equal_and_memory_is_less():
    gradients, peaks = {}, {}
    for checkpointed in (False, True):
        model = made(checkpointed)

        @tf.function
        def of_loss(*parts, model=model):
            with tf.GradientTape() as tape:
                loss, _ = step.joint_loss(model, Batch(*parts))
            return tape.gradient(loss, model.trainable_variables)

        parts = batch([0, 1], size=64)
        gradients[checkpointed] = of_loss(*parts)
        peaks[checkpointed] = memory.peak_bytes(
            of_loss.get_concrete_function(*parts).graph)
    for plain, again in zip(*gradients.values()):
        np.testing.assert_allclose(
            plain, again, rtol=1e-4, atol=1e-6 * np.abs(plain).max())
    assert peaks[True] < 0.6 * peaks[False]


def test_half_precision_works_and_nothing_of_it_is_saved(tmp_path):
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        models = [made(False), made(True)]
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    gradients = []
    for model in models:
        with tf.GradientTape() as tape:
            loss, _ = step.joint_loss(model, batch([0, 1]))
        gradients.append(tape.gradient(loss, model.trainable_variables))
    for plain, again in zip(*gradients):
        assert again.dtype == tf.float32
        np.testing.assert_allclose(
            plain, again, rtol=0.05, atol=0.02 * np.abs(plain).max())
    plain, checkpointed = models
    assert checkpointed.get_config() == plain.get_config()
    checkpointed.save_weights(tmp_path / "model.weights.h5")
    plain.load_weights(tmp_path / "model.weights.h5")


@pytest.mark.slow
def test_xla_does_not_undo_it():
    """It would, if it saw that blocks are computed twice from the same."""
    convolutions = []
    for checkpointed in (False, True):
        model = made(checkpointed)
        sgd = tf.keras.optimizers.SGD(jit_compile=False)
        sgd.build(model.trainable_variables)
        train = step.joint_step(model, sgd, jit_compile=True)
        program = train.experimental_get_compiler_ir(
            *batch([0, 1]))(stage="optimized_hlo")
        convolutions.append(program.count(" convolution("))
    plain, again = convolutions
    # Forward, and twice as many backward; the last of a block isn't needed.
    assert again > plain * 7 / 6
