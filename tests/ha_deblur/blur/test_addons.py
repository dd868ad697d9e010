"""With and without TensorFlow Addons: the same values."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from ha_deblur.blur import addons

HAS_ADDONS = addons.installed() is not None


@pytest.fixture(params=[pytest.param("with", marks=pytest.mark.skipif(
    not HAS_ADDONS, reason="TensorFlow Addons is not installed")), "without"])
def either(request, monkeypatch):
    if request.param == "without":
        monkeypatch.setattr(addons, "installed", lambda: None)


def random(*shape, scale=1.0):
    generator = np.random.default_rng(0)
    return (scale * generator.normal(size=shape)).astype(np.float32)


def test_addons_is_used_exactly_where_tensorflow_is_old():
    assert tf.__version__.startswith("2.15.") == HAS_ADDONS


@pytest.mark.parametrize("height, width", [(13, 17), (2, 2), (40, 3)])
def test_warps_as_scipy_does(either, height, width):
    images, flow = random(3, height, width, 4), random(
        3, height, width, 2, scale=5)
    y, x = np.indices((height, width))
    expected = np.stack([
        np.stack([ndimage.map_coordinates(
            images[n, ..., k], [y - flow[n, ..., 0], x - flow[n, ..., 1]],
            order=1, mode="nearest") for k in range(4)], -1)
        for n in range(3)])
    np.testing.assert_allclose(
        addons.dense_image_warp(images, flow), expected, atol=1e-5)


@pytest.mark.parametrize("size, sigma", [(1, 0.3), (3, 0.5), (9, 1.3)])
def test_gaussian_is_scipy_s(either, size, sigma):
    images = random(2, 12, 15, 1)
    expected = ndimage.gaussian_filter(
        images, [0, sigma, sigma, 0], mode="reflect", radius=size // 2)
    np.testing.assert_allclose(
        addons.gaussian_filter2d(images, size, sigma), expected, atol=1e-6)


@pytest.mark.skipif(not HAS_ADDONS, reason="TensorFlow Addons is not installed")
def test_both_agree_to_float_precision(monkeypatch):
    layers, flow = random(3, 31, 29, 4), random(3, 31, 29, 2, scale=8)
    masks = np.float32(random(3, 31, 29, 1) > 0)

    def both():
        return (addons.dense_image_warp(layers, flow),
                addons.gaussian_filter2d(masks, 9, 1.3))

    of_addons = both()
    monkeypatch.setattr(addons, "installed", lambda: None)
    for ours, theirs in zip(both(), of_addons):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_warp_runs_in_xla_programs(either):
    images, flow = random(2, 9, 8, 3), random(2, 9, 8, 2, scale=3)
    compiled = tf.function(addons.dense_image_warp, jit_compile=True)
    np.testing.assert_allclose(
        compiled(images, flow), addons.dense_image_warp(images, flow),
        atol=1e-6)
