"""Pictures of any size, around a network that takes certain multiples."""

import tensorflow as tf


def pad_to_multiple(images, multiple):
    """Reflects the right and bottom edges until both sizes are multiples.

    Args:
      images: [b, h, w, c]; any h and w from 1 on.
      multiple: what height and width shall be divisible by.

    Returns:
      [b, h', w', c]; the picture itself stands at its top left.
    """
    height, width = tf.unstack(
        (tf.shape(images)[1:3] + multiple - 1) // multiple * multiple)
    return pad_to(images, height, width)


def pad_to(images, height, width):
    """The same, to a size that is given."""
    for axis, padded in ((1, height), (2, width)):
        size = tf.shape(images)[axis]
        # 0 1 2 3 2 1 0 1 ...: reflects as often as a small picture needs
        period = tf.maximum(2 * (size - 1), 1)
        step = tf.range(padded) % period
        index = tf.minimum(step, period - step)
        images = tf.gather(images, tf.minimum(index, size - 1), axis=axis)
    return images


def crop_like(padded, images):
    """Cuts off what `pad_to_multiple` added to `images`."""
    shape = tf.shape(images)
    return padded[:, :shape[1], :shape[2]]
