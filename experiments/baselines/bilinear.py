"""Where bilinear sampling looks, beyond the border in the mirror."""

import tensorflow as tf


def corners(y, x, height, width):
    """The four pixels about each place, and their shares in its value.

    Args:
      y, x: places in pixels, float32 of one shape [...].
      height, width: of the picture, which goes on beyond its borders as in a
        mirror, the outermost pixels twice.

    Returns:
      Numbers of pixels, row by row, int32 [..., 4], and weights that sum up
      to 1, float32 [..., 4].
    """
    top, left = tf.floor(y), tf.floor(x)
    down, right = y - top, x - left
    rows = mirrored(tf.cast(top, tf.int32)[..., None] + [0, 0, 1, 1], height)
    columns = mirrored(tf.cast(left, tf.int32)[..., None] + [0, 1, 0, 1], width)
    weights = tf.stack([(1 - down) * (1 - right), (1 - down) * right,
                        down * (1 - right), down * right], axis=-1)
    return rows * width + columns, weights


def mirrored(places, size):
    """Whole numbers brought to 0 ... size - 1: -1 becomes 0, size size - 1."""
    places = tf.math.floormod(places, 2 * size)
    return tf.minimum(places, 2 * size - 1 - places)
