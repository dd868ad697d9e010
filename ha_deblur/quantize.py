"""From the network's floats to the picture that a person gets."""

import tensorflow as tf


def quantized(images, dtype="uint8"):
    """Floats about [0, 1] to integers: clipped, then rounded to the nearest.

    Args:
      images: of any shape.
      dtype: "uint8" or "uint16".
    """
    most = tf.as_dtype(dtype).max
    return tf.cast(tf.round(most * tf.clip_by_value(images, 0, 1)), dtype)
