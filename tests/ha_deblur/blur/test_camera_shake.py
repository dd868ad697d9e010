"""Fresh blur: where pixels come from, and what stays."""

import numpy as np
import tensorflow as tf

from ha_deblur.blur import camera_shake, motion
from ha_deblur.blur.exposure import Exposure


def _sharp(size=40):
    rng = np.random.default_rng(0)
    return tf.constant(rng.integers(0, 256, [size, size, 3], np.uint8))


def test_without_motion_the_patch_is_the_middle_of_what_surrounds_it():
    sharp = _sharp()
    still = motion.straight_motion(0.0, 0.0)
    for gamma in (1.0, 2.2):
        for patch in camera_shake.exposed(sharp, still, 16, gamma=gamma):
            np.testing.assert_array_equal(patch, sharp[12:28, 12:28])


def test_a_straight_path_averages_shifted_pictures():
    sharp = _sharp()
    path = motion.straight_motion(0.0, 10.0)  # -5 to 5 pixels to the right
    shifted = np.stack([sharp[12:28, 12 - dx:28 - dx] for dx in range(-5, 6)])
    average, central = camera_shake.exposed(sharp, path, 16)
    np.testing.assert_array_equal(average, np.round(shifted.mean(0)))
    np.testing.assert_array_equal(central, sharp[12:28, 12:28])
    # GoPro's: 8 frames of linear light, the central one in the fifth place
    average, central = camera_shake.exposed(sharp, path[1:9], 16, gamma=2.2)
    np.testing.assert_allclose(
        average, 255 * ((shifted[1:9] / 255) ** 2.2).mean(0) ** (1 / 2.2),
        atol=0.51)
    np.testing.assert_array_equal(central, sharp[12:28, 12:28])


def test_a_shrunk_patch_shows_more_and_moves_by_its_own_pixels():
    ramp = tf.constant(np.broadcast_to(  # grey by column, and a mask
        np.arange(40)[None, :, None] * 4, [40, 40, 4]).astype(np.uint8))
    path = motion.straight_motion(0.0, 20.0)[2:8]  # -6 to 4 pixels
    average, central = camera_shake.exposed(ramp, path, 8, shrink=0.5)
    columns = 19.5 + 2 * (np.arange(8) - 3.5)  # every second one
    np.testing.assert_allclose(central[0, :, 0], 4 * columns, atol=0.51)
    # in the mean 1 pixel to the left: 2 of the ramp's columns
    np.testing.assert_allclose(average[0, :, 3], 4 * (columns + 2), atol=0.51)


def test_some_patches_stay_sharp_and_all_are_resampled_like_their_target():
    sharp = _sharp(camera_shake.surrounding(16, 12.0))
    pairs = [camera_shake.exposed_anew(sharp, [seed, 0], 16, Exposure(12.0))
             for seed in range(200)]
    equal = np.mean([np.array_equal(*pair) for pair in pairs])
    assert 0.01 < equal < 0.1
    middle = (sharp.shape[0] - 16) // 2
    own = sharp[middle:middle + 16, middle:middle + 16].numpy()
    assert not any(np.array_equal(central, own) for _, central in pairs)


def test_equal_seeds_make_equal_blur_and_others_another():
    sharp = _sharp(camera_shake.surrounding(24, 20.0))
    first, again, other = (
        camera_shake.exposed_anew(
            sharp, [5, seed], 24, Exposure(20.0))[0].numpy()
        for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 1
