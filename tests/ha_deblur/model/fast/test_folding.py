"""Squares of pixels in channels."""

import numpy as np
import tensorflow as tf

from ha_deblur.model.fast.folding import FOLD, folded, unfolded
from ha_deblur.presets import FastPreset


def test_the_pixels_of_a_square_become_the_channels_of_one_place():
    image = tf.reshape(tf.range(8 * 12 * 3), [1, 8, 12, 3])
    small = folded(image)
    assert small.shape == [1, 2, 3, 48]
    np.testing.assert_array_equal(
        small[0, 1, 2], tf.reshape(image[0, 4:8, 8:12], [-1]))
    np.testing.assert_array_equal(unfolded(small), image)


def test_the_preset_tells_the_same_fold():
    assert FastPreset.fold == FOLD
