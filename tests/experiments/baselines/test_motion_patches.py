"""The training data of Sun et al."""

import numpy as np
import tensorflow as tf
from scipy import signal

from experiments.baselines import motion_kernels, motion_patches


def _sharp(size=54, batch=2):
    random = np.random.default_rng(0)
    return tf.constant(random.random([batch, size, size, 3]), tf.float32)


def test_a_patch_is_its_sharp_picture_convolved_with_its_kernel():
    sharp = _sharp()  # of just the size that one patch needs
    patches, motions = motion_patches.blurred_patches(sharp, 3, noise=0.0)
    assert patches.shape == (2, 3, 30, 30, 3) and motions.shape == (2, 3)
    for i in range(2):
        for patch, motion in zip(patches[i], motions[i]):
            kernel = motion_kernels.kernels()[int(motion)]
            for channel in range(3):
                np.testing.assert_allclose(
                    patch[..., channel], signal.convolve2d(
                        sharp[i, ..., channel], kernel, "valid"), atol=1e-5)


def test_patches_follow_from_the_pictures_alone():
    one = motion_patches.blurred_patches(_sharp(), 4, 0.01)
    tf.random.set_seed(7)
    again = motion_patches.blurred_patches(_sharp(), 4, 0.01)
    np.testing.assert_array_equal(one[0], again[0])
    np.testing.assert_array_equal(one[1], again[1])
    _, others = motion_patches.blurred_patches(_sharp() * 0.5, 4, 0.01)
    assert (others.numpy() != one[1].numpy()).any()


def test_motions_are_uniform_and_noise_is_as_asked():
    grey = tf.fill([1, 64, 64, 3], 0.5)
    patches, motions = motion_patches.blurred_patches(grey, 1000, 0.02)
    counts = np.bincount(motions[0], minlength=73)
    assert len(counts) == 73 and counts.min() > 0 and counts.max() < 40
    assert abs(np.std(patches) - 0.02) < 1e-3


def test_small_pictures_serve_by_their_mirror_images():
    patches, _ = motion_patches.blurred_patches(
        tf.fill([1, 16, 24, 3], 0.25), 2, 0.0)
    np.testing.assert_allclose(patches, 0.25, atol=1e-6)
