"""Blur of a sharp picture: the camera moves while the shutter is open.

The average over the camera's path is the blurred picture, and its central
frame the sharp one (sec. 3).
"""

import math

import tensorflow as tf

from ha_deblur.blur import exposure, warp


def exposed_anew(layers, seed, crop_size, settings):
    """A patch in two exposures: a long one by a random hand, and a short one.

    The patch is downsampled by a random factor, and averaged as GoPro's
    frames are (8 or 10 of them, in linear light or not). Both exposures are
    resampled alike: against the untouched patch, a network would learn to
    undo the resampling, and oversharpen. Some patches are sharp, half of these
    as small as the surroundings allow, without a filter.

    Args:
      layers: [s, s, k] uint8: the patch and what surrounds it, pictures and
        masks of 0 and 255 alike; s is at least
        `surrounding(crop_size, settings.max_motion)`.
      seed: [2] integer tensor; equal seeds give equal blur.
      crop_size: c.
      settings: an `Exposure`.

    Returns:
      The average and the central frame, both [c, c, k] uint8.
    """
    seed, another = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
    draws = tf.random.stateless_uniform([4], another)
    path = settings.hand(seed, draws[0])
    is_sharp = settings.is_sharp(draws[0])
    first, end = tf.unstack(tf.where(  # one frame is enough where none moves
        is_sharp, [0, 1], exposure.averaged_frames(draws[1])))
    shrink = tf.where(settings.is_finest(draws[0]),
                      crop_size / layers.shape[0],
                      exposure.shrink_of(draws[3]))
    return exposed(layers, path[first:end], crop_size, shrink,
                   exposure.gamma_of(draws[2]))


def exposed(layers, path, crop_size, shrink=1.0, gamma=1.0):
    """A patch averaged over a path, and its central frame.

    Args:
      layers: [s, s, k] uint8: the patch and what surrounds it, which the
        motion brings in; s >= crop_size. Or [frames, s, s, k]: what is there
        at the time of each frame.
      path: [frames, 4] motion of the camera, of which the central one (the
        first after the middle of an even number) is zero.
      crop_size: c.
      shrink: factor by which the patch is first downsampled; 1: not at all.
      gamma: of the light that is averaged, pixels are the gamma-th root.

    Returns:
      The average and the central frame, both [c, c, k] uint8.
    """
    light = tf.gather((tf.range(256, dtype=tf.float32) / 255) ** gamma,
                      tf.cast(layers, tf.int32))
    if light.shape.rank == 3:
        light = tf.repeat(light[tf.newaxis], tf.shape(path)[0], axis=0)
    frames = warp.camera_view(light, path, crop_size, shrink)
    both = tf.stack([tf.reduce_mean(frames, axis=0),
                     frames[tf.shape(frames)[0] // 2]])
    return tf.unstack(tf.cast(
        tf.round(255 * both ** (1 / gamma)), tf.uint8))


def surrounding(crop_size, max_motion):
    """The side of the square that `exposed_anew` needs, in pixels."""
    return math.ceil((crop_size + 2 * margin(max_motion)) / exposure.SMALLEST)


def margin(max_motion):
    """Pixels beyond a patch, on each side, that hardly any path exceeds."""
    return int(0.6 * max_motion) + 2
