"""Padding of pictures to the multiples that a network takes."""

import tensorflow as tf


def pad_to_multiple(images, multiple):
    """Pads right and bottom by reflection until both sizes are multiples.

    Args:
      images: [b, h, w, c]; h and w at least 1.
      multiple: the number that divides the padded height and width.

    Returns:
      [b, h', w', c]; the picture itself is at the top left.
    """
    height, width = tf.unstack(
        (tf.shape(images)[1:3] + multiple - 1) // multiple * multiple)
    return pad_to(images, height, width)


def pad_to(images, height, width):
    """The same, to a given size."""
    for axis, padded in ((1, height), (2, width)):
        size = tf.shape(images)[axis]
        # 0 1 2 3 2 1 0 1 ...: small pictures are reflected repeatedly
        period = tf.maximum(2 * (size - 1), 1)
        step = tf.range(padded) % period
        index = tf.minimum(step, period - step)
        images = tf.gather(images, tf.minimum(index, size - 1), axis=axis)
    return images


def crop_like(padded, images):
    """Cuts off what `pad_to_multiple` added to `images`."""
    shape = tf.shape(images)
    return padded[:, :shape[1], :shape[2]]
