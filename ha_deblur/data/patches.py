"""Where patches are cut from a picture, and how they are turned (sec. 4.3).

Draws are random numbers, uniform in [0, 1), that the caller makes.
"""

import tensorflow as tf

from ha_deblur.annotations import masks

# A background patch is one of CANDIDATES random ones that show at most LITTLE
# of people, or the one that shows least.
CANDIDATES = 8
LITTLE = 0.05
DRAWS = 2 * CANDIDATES + 1  # what choosing a patch needs


def window_about(point, size, crop_size):
    """[2] int32, top and left of the patch about a normalized (y, x)."""
    corner = tf.cast(point * tf.cast(size, tf.float32), tf.int32)
    return tf.clip_by_value(corner - crop_size // 2, 0, size - crop_size)


def around_people(boxes, sharp, crop_size, draws, detail_share=0.0):
    """Patches whose middle is a random point of a random box.

    Args:
      boxes: [n, 4] normalized, n > 0.
      sharp: [h, w, 3] uint8, the picture.
      crop_size: height and width of a patch.
      draws: [k, DRAWS], a row for each patch.
      detail_share: not used.

    Returns:
      [k, 2] int32, their tops and lefts.
    """
    del detail_share  # people are detail enough
    size = tf.shape(sharp)[:2]
    index = tf.cast(draws[:, 0] * tf.cast(tf.shape(boxes)[0], tf.float32),
                    tf.int32)
    chosen = tf.gather(boxes, index)  # [k, 4]
    low, high = chosen[:, :2], chosen[:, 2:]
    return window_about(low + draws[:, 1:3] * (high - low), size, crop_size)


def background(boxes, sharp, crop_size, draws, detail_share=0.0):
    """Patches with at most a little of people in them.

    Args and returned value are those of `around_people`; boxes may be none.
    A share of the patches, `detail_share` of 0 to 1, are the candidate with the
    strongest gradients: a sky teaches nothing about blur. The others are the
    first candidate.
    """
    size = tf.shape(sharp)[:2]
    room = tf.cast(size - crop_size + 1, tf.float32)
    corners = tf.cast(  # [k, CANDIDATES, 2]
        tf.reshape(draws[:, :-1], [-1, CANDIDATES, 2]) * room, tf.int32)
    mask = masks.rasterize_boxes(boxes, size[0], size[1])[..., 0]  # [h, w]
    share = _mean_in(mask, corners, crop_size)  # [k, CANDIDATES]
    excess = tf.where(share <= LITTLE, 0.0, share)
    if detail_share:
        detail = _mean_in(_slope(sharp), corners, crop_size)
        wanted = tf.cast(draws[:, -1:] < detail_share, tf.float32)
        excess -= wanted * tf.where(share <= LITTLE, detail, 0.0)
    return tf.gather(corners, tf.argmin(excess, axis=1), batch_dims=1)


def _slope(image):
    """[h, w] float32: how steep an image [h, w, 3] uint8 is, in levels."""
    grey = tf.reduce_mean(tf.cast(image, tf.float32), axis=-1)
    down, right = (
        tf.abs(grey[1:, :-1] - grey[:-1, :-1]),
        tf.abs(grey[:-1, 1:] - grey[:-1, :-1]))
    return tf.pad(down + right, [[0, 1], [0, 1]])


def _mean_in(picture, corners, crop_size):
    """The mean of [h, w] in windows at [..., 2] int32, tops and lefts."""
    # Entry (y, x) is the sum of all above and to the left of it. float64: of a
    # million pixels, float32 would lose the last ones.
    before = tf.pad(tf.cumsum(tf.cumsum(tf.cast(
        picture, tf.float64), 0), 1), [[1, 0], [1, 0]])

    def at(below, right):
        return tf.gather_nd(before, corners + [below, right])

    total = (at(crop_size, crop_size) - at(0, crop_size)
             - at(crop_size, 0) + at(0, 0))
    return tf.cast(total / crop_size**2, tf.float32)


def cut(image, window, crop_size):
    """The patch [c, c, channels] of an image at `window`, its top and left."""
    top, left = window[0], window[1]
    patch = image[top:top + crop_size, left:left + crop_size]
    return tf.ensure_shape(patch, [crop_size, crop_size, image.shape[-1]])


def cut_mirrored(image, window, size):
    """The square [size, size, channels] of an image, mirrored at its edges.

    Args:
      image: [h, w, channels].
      window: [2] int32, top and left; anywhere, also outside of the image.
      size: of the square, in pixels.
    """
    for axis in (0, 1):
        length = tf.shape(image)[axis]
        index = (window[axis] + tf.range(size)) % (2 * length)
        image = tf.gather(image, tf.minimum(index, 2 * length - 1 - index),
                          axis=axis)
    return tf.ensure_shape(image, [size, size, image.shape[-1]])


def joined(average, central):
    """[c, c, 7] uint8, blurred, sharp and mask, of two exposures.

    Args:
      average, central: [c, c, 4] uint8, a picture and a mask of 0 to 255.
    """
    return tf.concat([average[..., :3], central[..., :3],
                      central[..., 3:] // 128], axis=-1)


def turned(patch, draws):
    """Flipped or not, and turned by quarters.

    Args:
      patch: [c, c, channels].
      draws: [2].
    """
    shape = patch.shape
    patch = tf.cond(draws[0] < 0.5, lambda: patch,
                    lambda: tf.image.flip_left_right(patch))
    patch = tf.image.rot90(patch, tf.cast(draws[1] * 4, tf.int32))
    return tf.ensure_shape(patch, shape)
