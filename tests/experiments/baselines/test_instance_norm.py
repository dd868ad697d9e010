"""Instance normalization, against its definition."""

import numpy as np
import pytest

from experiments.baselines.instance_norm import instance_norm
from ha_deblur.blur import addons

PICTURES = np.random.default_rng(0).normal(
    3, 2, (2, 6, 5, 4)).astype(np.float32)


def test_each_channel_of_each_picture_gets_mean_0_and_variance_1():
    mean = PICTURES.mean((1, 2), keepdims=True)
    variance = PICTURES.var((1, 2), keepdims=True)
    layer = instance_norm()
    np.testing.assert_allclose(
        layer(PICTURES), (PICTURES - mean) / np.sqrt(variance + 1e-5),
        atol=1e-5)
    assert layer.weights == []


@pytest.mark.skipif(addons.installed() is None,
                    reason="TensorFlow Addons is not installed")
def test_agrees_with_addons():
    theirs = addons.installed().layers.InstanceNormalization(
        center=False, scale=False, epsilon=1e-5)
    np.testing.assert_allclose(
        instance_norm()(PICTURES), theirs(PICTURES), atol=2e-6)
