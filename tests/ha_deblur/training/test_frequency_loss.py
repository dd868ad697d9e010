"""The frequency loss against Fourier transforms done by hand."""

import numpy as np
import tensorflow as tf

from ha_deblur.training.frequency_loss import frequency_loss

# errors 0.1, 0.2; 0.3, 0.4. Coefficients: the sum 1.0, left minus right -0.2,
# upper minus lower -0.4, the diagonals' difference 0. No imaginary parts.
ERROR = np.array([[0.1, 0.2], [0.3, 0.4]], np.float32)


def images(error):
    return tf.constant(np.repeat(error[np.newaxis, ..., np.newaxis], 3, -1))


def test_coefficients_differences_are_averaged_over_both_parts():
    error = images(ERROR)
    for sharp, restored in ((tf.zeros_like(error), error),
                            (error, tf.zeros_like(error))):
        np.testing.assert_allclose(  # 4 coefficients of 2 parts
            frequency_loss(sharp, restored), [1.6 / 8], rtol=1e-6)


def test_imaginary_parts_count():
    # One row 1, 0, 0, 0 shifted by one pixel: 1, -i, -1 (the other, i, is
    # the mirror image of -i and left out)
    error = images(np.array([[0, 1, 0, 0]], np.float32))
    np.testing.assert_allclose(
        frequency_loss(tf.zeros_like(error), error), [3 / 6], rtol=1e-6)


def test_it_is_one_value_a_sample_and_zero_for_the_sharp_image_itself():
    sharp = tf.random.stateless_uniform([2, 8, 16, 3], [1, 2])
    restored = tf.concat([sharp[:1], sharp[1:] + 0.25], 0)
    np.testing.assert_allclose(  # all in the first of 8 x 9 coefficients
        frequency_loss(sharp, restored), [0, 0.25 * 8 * 16 / (8 * 9 * 2)],
        atol=1e-5)


def test_xla_compiles_it_with_its_gradient():
    sharp = tf.random.stateless_uniform([1, 8, 8, 3], [1, 2])
    restored = tf.random.stateless_uniform([1, 8, 8, 3], [3, 4])

    def gradient(restored):
        with tf.GradientTape() as tape:
            tape.watch(restored)
            loss = frequency_loss(sharp, restored)
        return tape.gradient(loss, restored)

    np.testing.assert_allclose(
        tf.function(gradient, jit_compile=True)(restored), gradient(restored),
        atol=1e-5)
