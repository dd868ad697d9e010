"""The blur operator of Sun et al. and its adjoint."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from experiments.baselines import bilinear, motion_kernels
from experiments.baselines.motion_blur import MotionBlur


def _picture(height=40, width=48, channels=2, batch=1):
    random = np.random.default_rng(0)
    return np.float32(random.random([batch, height, width, channels]))


@pytest.mark.parametrize("number", [0, 1, 9, 40, 72])
def test_one_motion_everywhere_is_the_convolution_with_its_kernel(number):
    picture = _picture()
    motion = np.broadcast_to(
        np.float32(motion_kernels.vectors()[number]), (1, 40, 48, 2))
    kernel = motion_kernels.kernels()[number]
    expected = np.stack([ndimage.convolve(channel, kernel, mode="reflect")
                         for channel in picture[0].transpose(2, 0, 1)], -1)
    np.testing.assert_allclose(
        MotionBlur(motion)(picture)[0], expected, atol=1e-5)


def test_each_pixel_has_its_own_motion():
    picture = _picture(8, 8)
    motion = np.zeros([1, 8, 8, 2], np.float32)
    motion[0, 3, 4] = [2, 0]  # three pixels of its row
    motion[0, 5, 5] = [0, 1]  # two pixels long: a half, and a quarter each
    expected = picture.copy()
    expected[0, 3, 4] = picture[0, 3, 3:6].mean(0)
    expected[0, 5, 5] = np.einsum(
        "y,yc", [0.25, 0.5, 0.25], picture[0, 4:7, 5])
    np.testing.assert_allclose(MotionBlur(motion)(picture), expected, atol=1e-6)


def test_the_adjoint_is_the_adjoint():
    random = np.random.default_rng(1)
    x, y = _picture(12, 16, 3, batch=2), _picture(12, 16, 3, batch=2)[::-1]
    motion = tf.constant(random.normal(0, 6, [2, 12, 16, 2]), tf.float32)
    one = tf.reduce_sum(MotionBlur(motion)(x) * y)
    other = tf.reduce_sum(x * MotionBlur(motion).adjoint(tf.constant(y)))
    assert abs(float(one) / float(other) - 1) < 1e-5


def test_a_constant_picture_stays_constant():
    motion = tf.constant(
        np.random.default_rng(2).normal(0, 8, [1, 9, 7, 2]), tf.float32)
    np.testing.assert_allclose(
        MotionBlur(motion)(tf.fill([1, 9, 7, 3], 0.3)), 0.3, atol=1e-6)


def test_beyond_the_border_lies_the_mirrored_picture():
    np.testing.assert_array_equal(
        bilinear.mirrored(tf.range(-4, 7), 3),
        [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0])


def test_a_place_takes_from_four_pixels_by_its_distance():
    numbers, weights = bilinear.corners(
        tf.constant(1.25), tf.constant(2.5), 4, 5)
    np.testing.assert_array_equal(numbers, [7, 8, 12, 13])
    np.testing.assert_allclose(weights, [0.375, 0.375, 0.125, 0.125])
