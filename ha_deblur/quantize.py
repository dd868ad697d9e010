"""From the network's floats to the integers that are saved."""

import tensorflow as tf


def quantized(images, dtype="uint8"):
    """Clips floats to [0, 1], scales them and rounds them to integers.

    Args:
      images: float tensor of any shape, nominally in [0, 1].
      dtype: "uint8" or "uint16".
    """
    most = tf.as_dtype(dtype).max
    return tf.cast(tf.round(most * tf.clip_by_value(images, 0, 1)), dtype)
