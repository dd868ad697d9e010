"""Any size in, the same size out."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.model.padding import crop_like, pad_to_multiple


@pytest.mark.parametrize("height, width", [
    (1, 1), (1, 33), (5, 2), (17, 301), (32, 64), (255, 257)])
def test_padding_is_numpy_s_reflection_and_cropping_undoes_it(height, width):
    images = np.random.default_rng(0).random(
        (2, height, width, 3)).astype(np.float32)
    padded = tf.function(pad_to_multiple)(images, 32)
    expected = np.pad(images, (
        (0, 0), (0, -height % 32), (0, -width % 32), (0, 0)), mode="reflect")
    np.testing.assert_array_equal(padded, expected)
    np.testing.assert_array_equal(crop_like(padded, images), images)
