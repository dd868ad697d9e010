"""Squares of pixels in channels."""

import numpy as np
import tensorflow as tf

from ha_deblur.model.folding import folded, unfolded


def test_the_pixels_of_a_square_become_the_channels_of_one_place():
    image = tf.reshape(tf.range(4 * 6 * 3), [1, 4, 6, 3])
    small = folded(image, 2)
    assert small.shape == [1, 2, 3, 12]
    np.testing.assert_array_equal(
        small[0, 1, 2], tf.reshape(image[0, 2:4, 4:6], [-1]))
    np.testing.assert_array_equal(unfolded(small, 2), image)
    assert folded(image, 1) is image
    assert unfolded(image, 1) is image
