"""From the network's floats to the picture that a person gets."""

import tensorflow as tf


def quantized(images):
    """Floats about [0, 1] to uint8: clipped, then rounded to the nearest."""
    return tf.cast(tf.round(255 * tf.clip_by_value(images, 0, 1)), tf.uint8)
