"""From patches to a dense distribution over 361 motions."""

import numpy as np
import tensorflow as tf

from experiments.baselines import motion_distribution, motion_kernels


def _number(length, orientation, step):
    lengths, orientations = motion_kernels.motions(step)
    return np.flatnonzero(
        (lengths == length) & (orientations == orientation))[0]


def test_an_unrotated_patch_is_cut_from_the_picture():
    picture = np.random.default_rng(0).random([1, 40, 50, 3], np.float32)
    # rows 6 ... 35 and columns 12 ... 41
    patches = motion_distribution.rotated_patches(
        picture, tf.constant([20.5]), tf.constant([26.5]), 0)
    np.testing.assert_allclose(
        patches[0, 0], picture[0, 6:36, 12:42], atol=1e-6)


def test_a_patch_rotated_by_90_degrees_is_turned():
    picture = np.random.default_rng(0).random([1, 40, 40, 1], np.float32)
    patches = motion_distribution.rotated_patches(
        picture, tf.constant([20.5]), tf.constant([20.5]), 90)
    # what lay along the picture's y axis lies along the patch's x axis
    np.testing.assert_allclose(
        patches[0, 0], np.rot90(picture[0, 6:36, 6:36]), atol=1e-4)


def test_rotation_moves_the_orientation_of_what_a_patch_shows():
    # a wave along 54 degrees: seen along 30 in a patch rotated by 24
    ys, xs = np.mgrid[:64, :64] - 31.5

    def wave(degrees):
        angle = np.radians(degrees)
        return np.float32(np.sin(
            0.3 * (np.cos(angle) * xs + np.sin(angle) * ys)))

    centre = tf.constant([31.5])
    seen = motion_distribution.rotated_patches(
        wave(54)[None, :, :, None], centre, centre, 24)
    np.testing.assert_allclose(
        seen[0, 0, ..., 0], wave(30)[17:47, 17:47], atol=0.03)


def test_what_a_rotated_patch_shows_counts_for_the_right_orientation():
    for rotation, degrees in enumerate(motion_kernels.ROTATIONS):
        probabilities = np.full([2, 5, 73], 1e-6, np.float32)
        probabilities[:, rotation, _number(9, 30, 30)] = 1
        extended = motion_distribution.extended(tf.constant(probabilities))
        assert extended.shape == (2, 361)
        np.testing.assert_array_equal(
            np.argmax(extended, -1), _number(9, 30 + degrees, 6))
        np.testing.assert_allclose(np.sum(extended, -1), 1, rtol=1e-5)


def test_no_motion_is_the_mean_of_the_rotated_patches():
    # 0.5 of no motion in each; the rest even: 360 motions share 5 x 0.5
    probabilities = np.full([5, 73], 0.5 / 72, np.float32)
    probabilities[:, 0] = 0.5
    extended = motion_distribution.extended(tf.constant(probabilities))
    np.testing.assert_allclose(extended[0], 0.5 / (0.5 + 2.5), rtol=1e-5)
    np.testing.assert_allclose(extended[1:], 2.5 / 3 / 360, rtol=1e-5)


def test_patches_are_fused_by_gaussian_weights():
    # centres at 7.5 and 23.5; cells of 8 centred at 3.5, 11.5, 19.5, 27.5
    np.testing.assert_array_equal(
        motion_distribution.patch_centres(32, 16), [7.5, 23.5])
    one = np.zeros([1, 2, 1, 2], np.float32)
    one[0, 0, 0, 0] = one[0, 1, 0, 1] = 1
    fused = motion_distribution.fused(tf.constant(one), (32, 8), 16, 8, 10.0)
    assert fused.shape == (1, 4, 1, 2)
    # the first cell is 20 pixels from the second patch: outside of it
    np.testing.assert_allclose(fused[0, 0, 0], [1, 0])
    near, far = np.exp(-0.4**2 / 2), np.exp(-1.2**2 / 2)  # 4 and 12 pixels
    np.testing.assert_allclose(
        fused[0, 1, 0], [near / (near + far), far / (near + far)], rtol=1e-5)
    np.testing.assert_allclose(np.sum(fused, -1), 1, rtol=1e-6)
