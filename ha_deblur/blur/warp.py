"""Pictures moved as a whole: shifted, turned and scaled, resampled bilinearly.

`projections` is the one description of where pixels come from. Two samplers
follow it, as neither can do the work of both:

- `camera_view`, for a camera that moves before a scene, is TensorFlow's
  projective transform. It takes about half of the time of the other and
  mirrors what is at the edge, but TensorFlow has no XLA kernel for it.
- `moved_layers`, for people and a background that move apart, is TensorFlow
  Addons' `dense_image_warp`, which runs in XLA programs, too, and repeats the
  edge: transparent layers must stay so beyond it.

What moves differently at every pixel, as in video, is neither's:
`optical_flow.sampled` follows such flows.
"""

import tensorflow as tf

from ha_deblur.blur import addons


def projections(motions, centres, source_centres, shrink=1.0):
    """Where in its source every pixel of a moved picture comes from.

    Pixel p shows the source's point R (p - c - d) + C: d is the shift, R turns
    and scales back, and c and C are the same point of the scene, without
    motion, in the picture and in its source.

    Args:
      motions: [n, 4], rows of motions (see `motion`).
      centres: c, (y, x) or [n, 2], in pixels.
      source_centres: C, the same of the source.
      shrink: factor by which the source is downsampled; 1: not at all.

    Returns:
      [n, 8] float32, as `tf.raw_ops.ImageProjectiveTransformV3` takes them:
      x' = a0 x + a1 y + a2 and y' = b0 x + b1 y + b2 are a0, a1, a2, b0, b1,
      b2, 0, 0.
    """
    dy, dx, angle, log_scale = tf.unstack(motions, axis=1)
    (centre_y, centre_x), (source_y, source_x) = (
        tf.unstack(tf.cast(points, tf.float32), axis=-1)
        for points in (centres, source_centres))
    cos = tf.cos(angle) * tf.exp(-log_scale) / shrink
    sin = tf.sin(angle) * tf.exp(-log_scale) / shrink
    x, y = -centre_x - dx, -centre_y - dy
    zero = tf.zeros_like(dx)
    return tf.stack([
        cos, -sin, cos * x - sin * y + source_x,
        sin, cos, sin * x + cos * y + source_y, zero, zero], axis=1)


def displacement(motions, y, x, centres):
    """Where the content of points (y, x) is, minus where it was.

    Args:
      motions: [n, 4].
      y, x: float32 of any shape; both together broadcast to [...].
      centres: (y, x) around which each turns and scales, or [n, 2].

    Returns:
      [n, ..., 2] float32 (dy, dx), in pixels.
    """
    def column(values):  # to [n, 1, 1, ...]
        return tf.reshape(values, [-1] + [1] * len(y.shape))

    a0, a1, a2, b0, b1, b2, _, _ = map(column, tf.unstack(
        projections(motions, centres, centres), axis=1))
    return tf.stack([y - (b0 * x + b1 * y + b2),
                     x - (a0 * x + a1 * y + a2)], axis=-1)


def camera_view(images, motions, size, shrink=1.0):
    """What a moving camera sees in the middle of larger pictures.

    Args:
      images: [n, s, s, k] float32, mirrored beyond their edges.
      motions: [n, 4], of what is seen, around the middle.
      size: c, of the square that is seen.
      shrink: factor by which the pictures are first downsampled; 1: not at all.

    Returns:
      [n, c, c, k] float32.
    """
    middle, source_middle = (
        [(side - 1) / 2] * 2 for side in (size, images.shape[-2]))
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=projections(motions, middle, source_middle, shrink),
        output_shape=[size, size], fill_value=0.0,
        interpolation="BILINEAR", fill_mode="REFLECT")


def moved_layers(layers, motions, centres):
    """Layers of a picture, each moved by itself.

    Args:
      layers: [n, h, w, k] float32; their edges are repeated outside.
      motions: [n, 4].
      centres: [n, 2], (y, x) around which each turns and scales, or (y, x).

    Returns:
      [n, h, w, k] float32.
    """
    height, width = tf.unstack(tf.shape(layers)[1:3])
    y = tf.cast(tf.range(height)[:, tf.newaxis], tf.float32)  # [h, 1]
    x = tf.cast(tf.range(width)[tf.newaxis], tf.float32)  # [1, w]
    return addons.dense_image_warp(
        layers, displacement(motions, y, x, centres))
