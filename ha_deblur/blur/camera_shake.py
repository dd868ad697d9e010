"""Fresh blur for a sharp patch: the camera moves while the shutter is open.

Records hold each picture's blur as it was made once. Blurred anew for every
step, the same few hundred pictures show ever other motions.
"""

import math

import tensorflow as tf

from ha_deblur.blur import exposure
from ha_deblur.data import patches


def patches_blurred_anew(cut, layers, windows, seed, settings, share):
    """A picture's patches, some of them blurred anew from the sharp picture.

    Args:
      cut: the patches, a list of k [c, c, 7] uint8: blurred, sharp and mask.
      layers: the picture's three layers that they were cut from, [h, w, _].
      windows: [k, 2] int32, where.
      seed: [2] integer tensor.
      settings: an `Exposure`.
      share: the chance of each to be blurred anew, 0 to 1; a scalar tensor.

    Returns:
      A list like `cut`.
    """
    crop_size = cut[0].shape[0]
    size = surrounding(crop_size, settings.max_motion)
    sharp_and_mask = tf.concat(layers[1:], axis=-1)
    seeds = tf.random.experimental.stateless_split(seed, len(cut) + 1)
    chances = tf.random.stateless_uniform([len(cut)], seeds[-1])

    def fresh(k):
        around = patches.cut_mirrored(
            sharp_and_mask, windows[k] - (size - crop_size) // 2, size)
        # The mask becomes 0 and 255: the same in light of any gamma.
        average, central = exposed_anew(
            around * tf.constant([1, 1, 1, 255], tf.uint8), seeds[k],
            crop_size, settings)
        return tf.concat([average[..., :3], central[..., :3],
                          central[..., 3:] // 128], axis=-1)

    return [tf.cond(chances[k] < share, lambda k=k: fresh(k),
                    lambda k=k: cut[k]) for k in range(len(cut))]


def exposed_anew(layers, seed, crop_size, settings):
    """A patch in two exposures, a long one by a random hand and a short one.

    The patch is made smaller by a random factor, and averaged as GoPro's
    frames are (8 or 10 of them, in linear light or not). Both exposures are
    resampled alike: against the untouched patch, a network would learn to
    undo the resampling, and oversharpen. Some patches are sharp, half of these
    as small as the surroundings allow, without a filter.

    Args:
      layers: [s, s, k] uint8: the patch and what surrounds it; s is at least
        `surrounding(crop_size, settings.max_motion)`.
      seed: [2] integer tensor; equal seeds give equal blur.
      crop_size: c.
      settings: an `Exposure`.

    Returns:
      The average and the central frame, both [c, c, k] uint8.
    """
    seed, another = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
    chances = tf.random.stateless_uniform([4], another)
    path = settings.hand(seed, chances[0])
    is_sharp = settings.is_sharp(chances[0])
    first, end = tf.unstack(tf.where(  # one frame tells all where none moves
        is_sharp, [0, 1], exposure.frames_of(chances[1])))
    shrink = tf.where(settings.is_finest(chances[0]),
                      crop_size / layers.shape[0],
                      exposure.shrink_of(chances[3]))
    return exposed(layers, path[first:end], crop_size, shrink,
                   exposure.gamma_of(chances[2]))


def exposed(layers, path, crop_size, shrink=1.0, gamma=1.0):
    """A patch averaged over a path, and its central frame.

    Args:
      layers: [s, s, k] uint8: the patch and what surrounds it, which the
        motion brings in; s >= crop_size. Or [frames, s, s, k]: what is there
        at the time of each frame.
      path: [frames, 4] motion of the camera, of which the central one (the
        first after the middle of an even number) is zero.
      crop_size: c.
      shrink: by how much the patch is made smaller first, 1: not at all.
      gamma: of the light that is averaged, pixels are the gamma-th root.

    Returns:
      The average and the central frame, both [c, c, k] uint8.
    """
    light = tf.gather((tf.range(256, dtype=tf.float32) / 255) ** gamma,
                      tf.cast(layers, tf.int32))
    if light.shape.rank == 3:
        light = tf.repeat(light[tf.newaxis], tf.shape(path)[0], axis=0)
    frames = tf.raw_ops.ImageProjectiveTransformV3(
        images=light,
        transforms=_projections(path, layers.shape[-2], crop_size, shrink),
        output_shape=[crop_size, crop_size], fill_value=0.0,
        interpolation="BILINEAR", fill_mode="REFLECT")  # [frames, c, c, k]
    both = tf.stack([tf.reduce_mean(frames, axis=0),
                     frames[tf.shape(frames)[0] // 2]])
    return tf.unstack(tf.cast(
        tf.round(255 * both ** (1 / gamma)), tf.uint8))


def surrounding(crop_size, max_motion):
    """The side of what `exposed_anew` needs of a picture, in its pixels."""
    return math.ceil((crop_size + 2 * margin(max_motion)) / exposure.SMALLEST)


def margin(max_motion):
    """Pixels around a patch that hardly a path exceeds, on either side."""
    return int(0.6 * max_motion) + 2


def _projections(path, size, crop_size, shrink):
    """[frames, 8]: where in the layers each frame's pixels come from.

    A frame's pixel p shows the point R (p - m - d) + M, with the path's shift d
    and the turn and scale R; m and M are the middles of patch and layers.
    """
    dy, dx, angle, log_scale = tf.unstack(path, axis=1)
    cos = tf.cos(angle) * tf.exp(-log_scale) / shrink
    sin = tf.sin(angle) * tf.exp(-log_scale) / shrink
    middle, whole_middle = (crop_size - 1) / 2, (size - 1) / 2
    x, y = -middle - dx, -middle - dy
    zero = tf.zeros_like(dx)
    # x' = a0 x + a1 y + a2, y' = b0 x + b1 y + b2
    return tf.stack([
        cos, -sin, cos * x - sin * y + whole_middle,
        sin, cos, sin * x + cos * y + whole_middle, zero, zero], axis=1)
