"""Deconvolution with a motion for each pixel."""

import numpy as np
import pytest
import tensorflow as tf
from skimage import data
from skimage.metrics import peak_signal_noise_ratio

from experiments.baselines.motion_blur import MotionBlur
from experiments.baselines.nonuniform_deconvolution import (
    _adjoint_gradients,
    _gradients,
    deconvolve,
)


@pytest.fixture
def photo():
    return np.float32(data.astronaut()[40:104, 180:244] / 255)  # [64, 64, 3]


def _gain(photo, motion):
    blurred = MotionBlur(motion)(photo[None])
    noise = np.random.default_rng(0).normal(0, 0.01, blurred.shape)
    blurred = tf.clip_by_value(blurred + np.float32(noise), 0, 1)
    restored = tf.clip_by_value(
        tf.function(deconvolve)(blurred, motion, 1e-3), 0, 1)
    return (peak_signal_noise_ratio(photo, restored[0].numpy(), data_range=1)
            - peak_signal_noise_ratio(photo, blurred[0].numpy(), data_range=1))


def test_uniform_blur_that_is_known_is_removed(photo):
    assert _gain(photo, np.full([1, 64, 64, 2], [8, 0], np.float32)) > 2


def test_blur_that_changes_within_the_picture_is_removed(photo):
    motion = np.full([1, 64, 64, 2], [8, 0], np.float32)
    motion[:, :, 32:] = [3, -5]
    assert _gain(photo, motion) > 2


def test_a_constant_picture_stays_constant():
    motion = np.full([1, 8, 16, 2], [5, 3], np.float32)
    np.testing.assert_allclose(
        deconvolve(tf.fill([1, 8, 16, 3], 0.6), motion, 1e-3), 0.6, atol=1e-4)


def test_the_adjoint_of_the_gradient_is_the_adjoint():
    random = np.random.default_rng(0)
    x = tf.constant(random.random([1, 5, 6, 2]), tf.float32)
    y = tf.constant(random.random([2, 1, 5, 6, 2]), tf.float32)
    # the gradient of the last row and column is 0, whatever lies beyond
    y = y * np.float32(np.stack([
        np.arange(5)[:, None] < 4 + np.zeros([5, 6]),
        np.arange(6)[None] < 5 + np.zeros([5, 6])])[:, None, ..., None])
    np.testing.assert_allclose(
        tf.reduce_sum(_gradients(x) * y),
        tf.reduce_sum(x * _adjoint_gradients(y)), rtol=1e-5)
