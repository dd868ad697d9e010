"""What a camera does to a training picture."""

import numpy as np
import tensorflow as tf

from ha_deblur.blur import camera_shake
from ha_deblur.blur.exposure import Exposure

GREY = tf.fill([200, 16, 16, 3], 0.25)


def changed(settings):
    blurred, sharp = settings.developed(GREY, GREY, tf.constant([1, 2]))
    return [np.abs(image - GREY).max(axis=(1, 2, 3)) > 1e-6
            for image in (blurred, sharp)]


def test_nothing_is_developed_if_not_asked_for():
    assert not Exposure().develops()
    for images in changed(Exposure()):
        assert not images.any()


def test_shares_are_kept_and_noise_is_the_blurred_pictures():
    blurred, sharp = changed(Exposure(noise_share=0.3))
    assert 0.2 < blurred.mean() < 0.4 and not sharp.any()
    blurred, sharp = changed(Exposure(odd_share=0.3))
    assert 0.2 < blurred.mean() < 0.4
    np.testing.assert_array_equal(blurred, sharp)


def test_negatives_and_noise_have_the_right_values():
    blurred, sharp = Exposure(odd_share=1.0).developed(
        GREY, GREY, tf.constant([1, 2]))
    np.testing.assert_array_equal(blurred, 0.75 * np.ones_like(GREY))
    np.testing.assert_array_equal(blurred, sharp)
    noisy, _ = Exposure(noise_share=1.0).developed(
        GREY, GREY, tf.constant([1, 2]))
    deviations = np.std(noisy - GREY, axis=(1, 2, 3))
    assert deviations.max() < 0.022 and 0.008 < deviations.mean() < 0.012


def test_jpeg_goes_through_some_blurred_pictures_only():
    edges = tf.constant(np.random.default_rng(0).random([60, 16, 16, 3]),
                        tf.float32)
    settings = Exposure(jpeg_share=0.5)
    blurred, sharp = settings.developed(edges, edges, tf.constant([1, 2]))
    np.testing.assert_array_equal(sharp, edges)
    moved = np.abs(blurred - edges).mean(axis=(1, 2, 3))
    assert 0.3 < (moved > 0).mean() < 0.7
    assert 0.01 < moved[moved > 0].mean() < 0.3


def test_sharp_patches_are_equal_pairs_and_some_as_fine_as_can_be():
    settings = Exposure(12.0, 8.0, sharp_share=1.0)
    size = camera_shake.surrounding(16, 12.0)
    board = np.indices((size, size)).sum(0) % 2 * 255
    layers = tf.constant(np.repeat(board[..., None], 3, -1), tf.uint8)
    steep = []
    for seed in range(40):
        average, central = camera_shake.exposed_anew(
            layers, [seed, 0], 16, settings)
        np.testing.assert_array_equal(average, central)
        steep.append(np.abs(np.diff(central.numpy().astype(int), axis=1)
                            ).mean())
    # A checkerboard of pixels, made smaller, is another one or a moire.
    assert np.mean(np.array(steep) > 20) > 0.5
