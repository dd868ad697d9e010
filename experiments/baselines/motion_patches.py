"""Training data of Sun et al. 2015: patches with a known uniform motion."""

import tensorflow as tf

from experiments.baselines.bilinear import mirrored
from experiments.baselines.motion_distribution import PATCH
from experiments.baselines.motion_kernels import LONGEST, kernels


def blurred_patches(sharp, number, noise):
    """Cuts patches from sharp pictures and blurs them by random motions.

    The random draws are seeded by the pictures themselves, so that the same
    batch gives the same patches.

    Args:
      sharp: [b, h, w, 3] float32 in [0, 1].
      number: n, patches per picture.
      noise: standard deviation of the noise on the blurred patches.

    Returns:
      Patches [b, n, 30, 30, 3] in [0, 1], and the indices of their motions in
      `motion_kernels.motions`, [b, n] int32.
    """
    batch, height, width = tf.unstack(tf.shape(sharp)[:3])
    seed = tf.stack([tf.reduce_sum(tf.cast(sharp * 255, tf.int32)), 0])
    seeds = tf.random.experimental.stateless_split(seed, 4)
    shape = tf.stack([batch, number])
    side = PATCH + LONGEST - 1  # the support of the blurred patch

    def lines(size, seed):  # [b, n, side]
        first = tf.random.stateless_uniform(
            shape, seed, 0, tf.maximum(1, size - side + 1), tf.int32)
        return mirrored(first[..., None] + tf.range(side), size)

    rows, columns = lines(height, seeds[0]), lines(width, seeds[1])
    places = rows[..., None] * width + columns[..., None, :]
    patches = tf.gather(tf.reshape(sharp, [batch, height * width, 3]), places,
                        batch_dims=1)  # [b, n, 54, 54, 3]
    bank = kernels()
    motions = tf.random.stateless_uniform(
        shape, seeds[2], 0, len(bank), tf.int32)
    blurred = _convolved(patches, tf.gather(bank, motions))
    blurred += noise * tf.random.stateless_normal(tf.shape(blurred), seeds[3])
    return tf.clip_by_value(blurred, 0, 1), motions


def _convolved(patches, bank):
    """Convolves each patch [b, n, 54, 54, 3] with its kernel [b, n, 25, 25].

    "valid" padding.
    """
    side = PATCH + LONGEST - 1
    shape = tf.shape(patches)
    # patches become channels of one picture, so that each has its own kernel
    channels = tf.transpose(tf.reshape(patches, [-1, side, side, 3]),
                            [1, 2, 0, 3])  # [54, 54, b * n, 3]
    number = tf.shape(channels)[2] * 3
    bank = tf.transpose(tf.reshape(bank, [-1, LONGEST, LONGEST]), [1, 2, 0])
    bank = tf.repeat(bank, 3, axis=2)[..., None]  # [25, 25, 3 * b * n, 1]
    blurred = tf.nn.depthwise_conv2d(
        tf.reshape(channels, [1, side, side, number]), bank, [1, 1, 1, 1],
        "VALID")
    blurred = tf.transpose(
        tf.reshape(blurred, [PATCH, PATCH, -1, 3]), [2, 0, 1, 3])
    return tf.reshape(
        blurred, tf.concat([shape[:2], [PATCH, PATCH, 3]], axis=0))
