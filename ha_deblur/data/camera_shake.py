"""Fresh blur for a sharp patch: the camera moves while the shutter is open.

Records hold each picture's blur as it was made once. Blurred anew for every
step, the same few hundred pictures show ever other motions.
"""

import tensorflow as tf

from ha_deblur.data import motion

FRAMES = 11  # sec. 3: averages of 11 frames


def blurred(sharp, seed, crop_size, max_motion=32.0):
    """The average over a random path, as GoPro's and HIDE's blur is.

    Args:
      sharp: [s, s, 3] uint8: the patch and what surrounds it, which the
        motion brings in; s >= crop_size.
      seed: [2] integer tensor; equal seeds give equal blur.
      crop_size: c.
      max_motion: the longest path, in pixels.

    Returns:
      [c, c, 3] uint8: the blurred patch in the middle of `sharp`.
    """
    path = motion.handheld_motion(
        seed, FRAMES, longest=max_motion)  # [frames, 4]
    frames = tf.raw_ops.ImageProjectiveTransformV3(
        images=tf.repeat(tf.cast(sharp, tf.float32)[None], FRAMES, axis=0),
        transforms=_projections(path, sharp.shape[0], crop_size),
        output_shape=[crop_size, crop_size], fill_value=0.0,
        interpolation="BILINEAR", fill_mode="REFLECT")  # [frames, c, c, 3]
    return tf.cast(tf.round(tf.reduce_mean(frames, axis=0)), tf.uint8)


def margin(max_motion):
    """Pixels around a patch that hardly a path exceeds, on either side."""
    return int(0.6 * max_motion) + 2


def _projections(path, size, crop_size):
    """[frames, 8]: where in `sharp` each frame's pixels come from.

    A frame's pixel p shows the point R (p - m - d) + M, with the path's shift d
    and the turn and scale R; m and M are the middles of patch and `sharp`.
    """
    dy, dx, angle, log_scale = tf.unstack(path, axis=1)
    cos = tf.cos(angle) * tf.exp(-log_scale)
    sin = tf.sin(angle) * tf.exp(-log_scale)
    middle, whole_middle = (crop_size - 1) / 2, (size - 1) / 2
    x, y = -middle - dx, -middle - dy
    zero = tf.zeros_like(dx)
    # x' = a0 x + a1 y + a2, y' = b0 x + b1 y + b2
    return tf.stack([
        cos, -sin, cos * x - sin * y + whole_middle,
        sin, cos, sin * x + cos * y + whole_middle, zero, zero], axis=1)
