"""What blur synthesis takes from TensorFlow Addons, with and without it.

Addons works with TensorFlow up to 2.15. Later ones have nothing in its place,
so what is needed of it is written out here, to the same results.
"""

import functools

import tensorflow as tf


@functools.cache
def installed():
    """TensorFlow Addons, or None where it is not or does not work."""
    try:
        import tensorflow_addons
    except ImportError:
        return None
    return tensorflow_addons


def dense_image_warp(images, flow):
    """Pictures, fetched at each pixel p from p - flow(p); bilinear.

    Args:
      images: [n, h, w, k] float32; their edges are repeated outside.
      flow: [n, h, w, 2] float32 (dy, dx), in pixels.

    Returns:
      [n, h, w, k] float32.
    """
    if installed():
        return installed().image.dense_image_warp(images, flow)
    many, height, width = tf.unstack(tf.shape(images)[:3])
    top, down = _between(tf.range(height)[:, tf.newaxis], flow[..., 0], height)
    left, right = _between(tf.range(width)[tf.newaxis], flow[..., 1], width)
    # twice as fast as gather_nd
    pixels = tf.reshape(images, [-1, images.shape[-1]])
    start = height * tf.range(many)[:, tf.newaxis, tf.newaxis]  # a picture's

    def row(y):  # [n, h, w, k]
        first, second = (
            tf.gather(pixels, (start + y) * width + x)
            for x in (left, tf.minimum(left + 1, width - 1)))
        return first + right * (second - first)

    upper = row(top)
    return upper + down * (row(tf.minimum(top + 1, height - 1)) - upper)


def _between(pixels, flow, size):
    """The pixel before each p - flow(p), and how far the latter is beyond.

    Args:
      pixels: int32, p along an axis; broadcasts to flow's shape.
      flow: [n, h, w] float32, along the same.
      size: int32, pixels of the axis.

    Returns:
      (int32 [n, h, w]; float32 [n, h, w, 1], 0 to 1).
    """
    position = tf.cast(pixels, flow.dtype) - flow
    last = tf.cast(tf.maximum(size - 2, 0), flow.dtype)
    before = tf.clip_by_value(tf.floor(position), 0.0, last)
    beyond = tf.clip_by_value(position - before, 0.0, 1.0)
    return tf.cast(before, tf.int32), beyond[..., tf.newaxis]


def gaussian_filter2d(images, size, sigma):
    """Pictures blurred by a Gaussian, mirrored beyond their edges.

    Args:
      images: [n, h, w, 1] float32.
      size: odd number of pixels over which the Gaussian extends.
      sigma: its standard deviation, in pixels.

    Returns:
      [n, h, w, 1] float32.
    """
    if installed():
        return installed().image.gaussian_filter2d(
            images, size, sigma, "SYMMETRIC")
    reach = size // 2
    gaussian = tf.nn.softmax(
        -tf.range(-reach, reach + 1, dtype=tf.float32)**2 / (2 * sigma**2))
    images = tf.pad(images, [[0, 0], [reach] * 2, [reach] * 2, [0, 0]],
                    "SYMMETRIC")
    for shape in ([size, 1, 1, 1], [1, size, 1, 1]):  # one axis, the other
        images = tf.nn.conv2d(
            images, tf.reshape(gaussian, shape), 1, "VALID")
    return images
