"""Fresh blur for a sharp patch: the camera moves while the shutter is open.

Records hold each picture's blur as it was made once. Blurred anew for every
step, the same few hundred pictures show ever other motions.
"""

import math

import tensorflow as tf

from ha_deblur.data import motion, patches

FRAMES = 11  # sec. 3: averages of 11 frames
# GoPro's averages of 8 and 10 frames: which of 11, about the same central one.
_AVERAGED = ((1, 9), (0, 10))
_GAMMAS = (1.0, 2.2)  # of pixels as they are, and of linear light; it has both
# A photo's own softness and its JPEG's blocks go when it is made smaller.
_SMALLEST = 0.6
_STILL = 0.05  # of the patches are sharp, so that sharp ones are left alone


def patches_blurred_anew(cut, layers, windows, seed, max_motion, share):
    """A picture's patches, some of them blurred anew from the sharp picture.

    Args:
      cut: the patches, a list of k [c, c, 7] uint8: blurred, sharp and mask.
      layers: the picture's three layers that they were cut from, [h, w, _].
      windows: [k, 2] int32, where.
      seed: [2] integer tensor.
      max_motion: the longest path, in pixels.
      share: the chance of each to be blurred anew, 0 to 1; a scalar tensor.

    Returns:
      A list like `cut`.
    """
    crop_size = cut[0].shape[0]
    size = surrounding(crop_size, max_motion)
    sharp_and_mask = tf.concat(layers[1:], axis=-1)
    seeds = tf.random.experimental.stateless_split(seed, len(cut) + 1)
    chances = tf.random.stateless_uniform([len(cut)], seeds[-1])

    def fresh(k):
        around = patches.cut_mirrored(
            sharp_and_mask, windows[k] - (size - crop_size) // 2, size)
        # The mask becomes 0 and 255: the same in light of any gamma.
        average, central = exposed_anew(
            around * tf.constant([1, 1, 1, 255], tf.uint8), seeds[k],
            crop_size, max_motion)
        return tf.concat([average[..., :3], central[..., :3],
                          central[..., 3:] // 128], axis=-1)

    return [tf.cond(chances[k] < share, lambda k=k: fresh(k),
                    lambda k=k: cut[k]) for k in range(len(cut))]


def exposed_anew(layers, seed, crop_size, max_motion=32.0):
    """A patch in two exposures, a long one by a random hand and a short one.

    The patch is made smaller by a random factor, and averaged as GoPro's
    frames are (8 or 10 of them, in linear light or not). Both exposures are
    resampled alike: against the untouched patch, a network would learn to
    undo the resampling, and oversharpen.

    Args:
      layers: [s, s, k] uint8: the patch and what surrounds it; s is at least
        `surrounding(crop_size, max_motion)`.
      seed: [2] integer tensor; equal seeds give equal blur.
      crop_size: c.
      max_motion: the longest path, in pixels.

    Returns:
      The average and the central frame, both [c, c, k] uint8.
    """
    seed, another = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
    chances = tf.random.stateless_uniform([4], another)
    path = motion.handheld_motion(seed, FRAMES, longest=max_motion)
    path *= tf.cast(chances[0] >= _STILL, tf.float32)
    first, end = tf.unstack(tf.gather(
        _AVERAGED, tf.cast(chances[1] * len(_AVERAGED), tf.int32)))
    gamma = tf.gather(_GAMMAS, tf.cast(chances[2] * len(_GAMMAS), tf.int32))
    return exposed(layers, path[first:end], crop_size,
                   _SMALLEST + (1 - _SMALLEST) * chances[3], gamma)


def exposed(layers, path, crop_size, shrink=1.0, gamma=1.0):
    """A patch averaged over a path, and its central frame.

    Args:
      layers: [s, s, k] uint8: the patch and what surrounds it, which the
        motion brings in; s >= crop_size.
      path: [frames, 4] motion of the camera, of which the central one (the
        first after the middle of an even number) is zero.
      crop_size: c.
      shrink: by how much the patch is made smaller first, 1: not at all.
      gamma: of the light that is averaged, pixels are the gamma-th root.

    Returns:
      The average and the central frame, both [c, c, k] uint8.
    """
    light = (tf.range(256, dtype=tf.float32) / 255) ** gamma
    frames = tf.raw_ops.ImageProjectiveTransformV3(
        images=tf.repeat(tf.gather(light, tf.cast(layers, tf.int32))[None],
                         tf.shape(path)[0], axis=0),
        transforms=_projections(path, layers.shape[0], crop_size, shrink),
        output_shape=[crop_size, crop_size], fill_value=0.0,
        interpolation="BILINEAR", fill_mode="REFLECT")  # [frames, c, c, k]
    both = tf.stack([tf.reduce_mean(frames, axis=0),
                     frames[tf.shape(frames)[0] // 2]])
    return tf.unstack(tf.cast(
        tf.round(255 * both ** (1 / gamma)), tf.uint8))


def surrounding(crop_size, max_motion):
    """The side of what `exposed_anew` needs of a picture, in its pixels."""
    return math.ceil((crop_size + 2 * margin(max_motion)) / _SMALLEST)


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
