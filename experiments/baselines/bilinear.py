"""Bilinear sampling, with mirrored borders."""

import tensorflow as tf


def corners(y, x, height, width):
    """The four pixels around each position, and their weights.

    Args:
      y, x: positions in pixels, float32 of the same shape [...].
      height, width: of the picture, which is mirrored beyond its borders, with
        the outermost pixels repeated.

    Returns:
      Indices of pixels in row-major order, int32 [..., 4], and weights that sum
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
    """Mirrors integers into 0 ... size - 1: -1 to 0, size to size - 1."""
    places = tf.math.floormod(places, 2 * size)
    return tf.minimum(places, 2 * size - 1 - places)
