"""Blur with a motion per pixel, and the adjoint of this linear map."""

import tensorflow as tf

from experiments.baselines.bilinear import corners


class MotionBlur:
    """Averages a picture along the motion of each pixel.

    For a uniform motion this is the convolution with its kernel from
    `motion_kernels`, with the picture mirrored beyond its border.

    Args:
      motion: [b, h, w, 2] float32, vectors (x, y) in pixels as from
        `motion_kernels.vectors`; each blurs over |vector| + 1 pixels.

    Example:
      blur = MotionBlur(motion)
      blurred = blur(sharp)  # sum(blur(x) * y) = sum(x * blur.adjoint(y))
    """

    def __init__(self, motion):
        self.shape = tf.shape(motion)
        longest = tf.reduce_max(tf.norm(motion, axis=-1))
        reach = tf.math.ceil(longest / 2)
        # Computed once, as this takes longer than using it: 32 bytes per pixel
        # and offset, of which there are up to 25.
        self.numbers, self.weights = tf.map_fn(
            lambda offset: _shares(motion, offset),
            tf.range(-reach, reach + 1),
            fn_output_signature=(tf.int32, tf.float32))

    def __call__(self, images):
        """Blurs pictures, [b, h, w, c] float32 -> [b, h, w, c]."""
        def add(total, share):
            numbers, weights = share
            values = tf.gather(pixels, numbers, batch_dims=1)
            return total + tf.reduce_sum(  # [b, h * w, 4, c] -> [b, h * w, c]
                weights[..., None] * values, axis=2)

        pixels = self._pixels(images)
        return tf.reshape(self._sum(add, pixels), tf.shape(images))

    def adjoint(self, images):
        """Spreads each pixel along its motion, [b, h, w, c] -> [b, h, w, c]."""
        batch = self.shape[0]
        number = self.shape[1] * self.shape[2]
        first = (number * tf.range(batch))[:, None, None]  # of each picture

        def add(total, share):
            numbers, weights = share
            spread = tf.math.unsorted_segment_sum(
                weights[..., None] * pixels[:, :, None], numbers + first,
                batch * number)  # [b * h * w, c]
            return total + tf.reshape(spread, tf.shape(total))

        pixels = self._pixels(images)
        return tf.reshape(self._sum(add, pixels), tf.shape(images))

    def _pixels(self, images):
        return tf.reshape(images, [
            self.shape[0], self.shape[1] * self.shape[2], tf.shape(images)[3]])

    def _sum(self, add, like):
        # one after another: all at once would need much memory
        return tf.foldl(add, (self.numbers, self.weights), tf.zeros_like(like),
                        parallel_iterations=1)


def _shares(motion, offset):
    """The pixels `offset` pixels along each motion, and their weights.

    Returns:
      Indices of pixels and weights, both [b, h * w, 4].
    """
    batch, height, width = tf.unstack(tf.shape(motion)[:3])
    distance = tf.norm(motion, axis=-1)  # [b, h, w]
    direction = tf.math.divide_no_nan(motion, distance[..., None])
    y, x = tf.meshgrid(
        tf.range(height, dtype=tf.float32), tf.range(width, dtype=tf.float32),
        indexing="ij")
    numbers, weights = corners(y + offset * direction[..., 1],
                               x + offset * direction[..., 0], height, width)
    # the part of the unit pixel at this offset that the motion covers
    length = distance + 1
    covered = tf.clip_by_value(length / 2 - tf.abs(offset) + 0.5, 0, 1)
    weights *= (covered / length)[..., None]
    shape = [batch, height * width, 4]
    return tf.reshape(numbers, shape), tf.reshape(weights, shape)
