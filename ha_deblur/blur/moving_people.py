"""Blur of a photo in which each person moves separately.

The blur that `data_prep.move_people` writes to disk, here generated afresh at
every step: each person and the background move along smooth paths of their own,
and camera shake moves all of them.
"""

import math

import tensorflow as tf

from ha_deblur.blur import motion, moving_layers
from ha_deblur.blur.exposure import gamma_of

FRAMES = 17
# The largest people move by themselves, others with what is behind them: a
# fixed number, so that shapes are static.
MOVING = 4
_BEND = 0.02  # radians and log scale
_TREMOR = 4.0  # pixels


def exposed_anew(image, people, seed, draws, crop_size, settings):
    """A patch in two exposures: a long one, and the photo itself.

    Args:
      image: [s, s, 3] uint8: the patch and what surrounds it; s is
        `surrounding(crop_size, settings.max_motion)`.
      people: [n, s, s] float32, 1 = person, the farthest first.
      seed: [2] int64; equal seeds give equal motion.
      draws: [2] float32, uniform in [0, 1): of sharpness and gamma.
      crop_size: c.
      settings: an `Exposure`.

    Returns:
      The average and the photo, both [c, c, 3] float32 in [0, 1], and the
      people who move, [MOVING, c, c, 1] float32; some may be empty.
    """
    size = image.shape[0]
    people = _largest(people, size)[..., tf.newaxis]  # [MOVING, s, s, 1]
    centres = moving_layers.box_centre(moving_layers.layer_boxes(people))
    own = tf.stack([
        motion.smooth_motion(seed + tf.constant([1 + k, 0], tf.int64), FRAMES,
                             settings.max_motion, _BEND, _BEND)
        for k in range(1 + MOVING)])  # [1 + MOVING, FRAMES, 4]
    camera = motion.shake(
        seed + tf.constant([-1, 0], tf.int64), FRAMES, _TREMOR)
    moves = tf.where(settings.is_sharp(draws[0]), 0.0, 1.0)
    motions = moves * motion.carried(own, centres, camera, centres[0])
    gamma = gamma_of(draws[1])
    light = tf.image.convert_image_dtype(image, tf.float32)**gamma
    blurred, sharp, people = moving_layers.blur_layers(
        light, people, motions[0], motions[1:],
        margin=(size - crop_size) // 2)
    return blurred**(1 / gamma), sharp**(1 / gamma), people


def surrounding(crop_size, max_motion):
    """The side of the square that `exposed_anew` needs, in pixels."""
    return crop_size + 2 * math.ceil(max_motion * (1 + _BEND) + _TREMOR)


def _largest(people, size):
    """The MOVING largest of [n, s, s], in their order."""
    people = tf.pad(people, [[0, MOVING], [0, 0], [0, 0]])
    areas = tf.reduce_sum(people, axis=[1, 2])
    chosen = tf.sort(tf.math.top_k(areas, MOVING).indices)
    return tf.ensure_shape(tf.gather(people, chosen), [MOVING, size, size])
