"""Motion blur of a person and a background that move along their own paths.

HIDE averages 11 frames of a 240-fps video and keeps the central one as the
sharp image (paper, sec. 3). Here the frames are rendered from one sharp photo
and its person mask: the person is cut out, the hole behind is filled, and both
layers are warped along paths whose central point is where the photo has them,
so that the central frame is the photo itself.

Lengths are pixels, y points down, images are float32 in [0, 1]. A *motion* is
[frames, 4]: (dy, dx, angle, log scale) of a layer in every frame relative to
the central one, whose row is zero; `frames` is odd. A positive angle (radians)
turns anticlockwise as seen on the screen; turning and scaling leave the
layer's centre in place. Everything is pure TensorFlow: it runs eagerly, in
tf.data and in XLA programs, and is random only by the seeds given.

The one module that needs TensorFlow Addons.
"""

import math

import tensorflow as tf
import tensorflow_addons as tfa

_BLEED = 2  # pixels beyond the mask that may still show the person
_PYRAMID_LEVELS = 8


def straight_motion(dy, dx, frames=11):
    """A uniform shift by (dy, dx) from the first frame to the last.

    Returns:
      [frames, 4] float32 motion.
    """
    time = _time(frames)[:, tf.newaxis]  # [frames, 1]
    return time * [[dy / 2, dx / 2, 0.0, 0.0]]


def smooth_motion(seed, frames=11, translation=24.0, rotation=0.0, scale=0.0):
    """A random smooth path, as of a hand-held camera or a walking person.

    The path starts in a random direction, turns by up to a quarter circle and
    changes its speed steadily.

    Args:
      seed: [2] integer tensor; equal seeds give equal paths.
      frames: odd number of frames.
      translation: the path's greatest length, in pixels; the length is
        uniform between 0 and this.
      rotation: greatest angle from the central frame, in radians.
      scale: greatest change of the log scale from the central frame.

    Returns:
      [frames, 4] float32 motion.
    """
    time = _time(frames)  # [frames]
    between = (time[1:] + time[:-1]) / 2  # [frames - 1]
    # Whole numbers, because XLA makes other floats of the same seed.
    draws = tf.random.stateless_uniform(
        [8], seed, None, None, tf.uint32, alg="philox")
    length, start, turn, speed_up, *bends = tf.unstack(
        tf.cast(draws, tf.float32) / 2**31 - 1)  # each in [-1, 1]

    heading = math.pi * (start + turn / 4 * between)
    speed = tf.exp(speed_up * between)
    speed *= translation * (length + 1) / 2 / tf.reduce_sum(speed)
    steps = speed * tf.stack([tf.sin(heading), tf.cos(heading)])
    path = tf.cumsum(tf.pad(steps, [[0, 0], [1, 0]]), axis=1)  # [2, frames]
    path -= path[:, frames // 2, tf.newaxis]

    angle = rotation * (bends[0] * time + bends[1] * time**2) / 2
    log_scale = scale * (bends[2] * time + bends[3] * time**2) / 2
    return tf.stack([path[0], path[1], angle, log_scale], axis=1)


def motion_flow(motion, height, width, centre):
    """How far the content of every pixel has moved, frame by frame.

    `tfa.image.dense_image_warp` fetches output pixel p from p - flow(p): a
    flow of (+1, 0) everywhere shifts the picture down by one pixel.

    Args:
      motion: [frames, 4].
      height: of the image.
      width: of the image.
      centre: (y, x) around which the layer turns and grows.

    Returns:
      [frames, height, width, 2] float32 (dy, dx).
    """
    y, x = tf.meshgrid(
        tf.range(height), tf.range(width), indexing="ij")  # [h, w]
    return _displacement(motion, tf.cast(y, tf.float32),
                         tf.cast(x, tf.float32), centre)


def fill_behind(image, hole):
    """Fills a hole smoothly from its surroundings, by push-pull.

    Every level of an average-pooled pyramid keeps what it knows and takes the
    rest from the level above.

    Args:
      image: [h, w, c] float32.
      hole: [h, w, 1] float32, 1 where the image is to be replaced.

    Returns:
      [h, w, c]: the image outside of the hole, unchanged.
    """
    known = 1.0 - hole
    return _pull((image * known)[tf.newaxis], known[tf.newaxis],
                 _PYRAMID_LEVELS)[0]


def crop_margin(mask, background_motion, person_motion):
    """How wide a border shows what lies beyond the photo in some frame.

    Args:
      mask: [h, w, 1], person > 0.5.
      background_motion: [frames, 4].
      person_motion: [frames, 4].

    Returns:
      int32 scalar: the `margin` that `blur_layers` must cut off.
    """
    frame = person_box(tf.ones_like(mask))
    person = person_box(mask)
    farthest = tf.maximum(_farthest(background_motion, frame),
                          _farthest(person_motion, person))
    return tf.cast(tf.math.ceil(farthest), tf.int32)


def person_box(mask):
    """The box around all people; around the whole image if there are none.

    Args:
      mask: [h, w, 1], person > 0.5.

    Returns:
      [4] float32: top, left, bottom, right, in centres of pixels.
    """
    inside = mask[..., 0] > 0.5
    inside |= ~tf.reduce_any(inside)
    sides = []
    for other_axis in (1, 0):
        along = tf.reduce_any(inside, axis=other_axis)
        index = tf.range(tf.size(along))
        sides.append((tf.reduce_min(tf.where(along, index, tf.size(along))),
                      tf.reduce_max(tf.where(along, index, -1))))
    (top, bottom), (left, right) = sides
    return tf.cast(tf.stack([top, left, bottom, right]), tf.float32)


def blur_layers(image, mask, background_motion, person_motion, feather=1.0,
                gamma=1.0, margin=0):
    """The average of all frames, beside the central one (sec. 3).

    One frame is in memory at a time.

    Args:
      image: [h, w, 3] float32, the sharp photo.
      mask: [h, w, 1] float32, 1 = person; all zero for a background alone.
      background_motion: [frames, 4], around the middle of the image.
      person_motion: [frames, 4], around the middle of `person_box(mask)`.
      feather: sigma of the transparency at the person's edge, in pixels.
      gamma: frames are averaged as image ** gamma: 1 averages them as they
        are, as HIDE and GoPro's `blur` do; 2.2 in linear light.
      margin: what to cut off on all four sides, see `crop_margin`; a Python
        integer keeps shapes static.

    Returns:
      blurred, sharp: [h - 2 margin, w - 2 margin, 3] and the sharp image's
      mask: [h - 2 margin, w - 2 margin, 1].
    """
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    frame_centre = _centre(person_box(tf.ones_like(mask)))
    person_centre = _centre(person_box(mask))

    light = image**gamma if gamma != 1 else image
    alpha = _person_alpha(mask, feather)  # [h, w, 1]
    # The background keeps all that a partly transparent person lets through;
    # that makes the frame of no motion equal to the photo, edges included.
    background = fill_behind(light, tf.cast(alpha >= 1, tf.float32))
    person = tf.concat([light * alpha, alpha], axis=-1)  # [h, w, 4]

    def add_frame(total, motions):
        moved_background = tfa.image.dense_image_warp(
            background[tf.newaxis],
            motion_flow(motions[:1], height, width, frame_centre))[0]
        moved_person = tfa.image.dense_image_warp(
            person[tf.newaxis],
            motion_flow(motions[1:], height, width, person_centre))[0]
        frame = (moved_person[..., :3]
                 + (1 - moved_person[..., 3:]) * moved_background)
        return tf.ensure_shape(total + frame, image.shape)

    motions = tf.stack([background_motion, person_motion], axis=1)
    blurred = tf.foldl(add_frame, motions, initializer=tf.zeros_like(image),
                       parallel_iterations=1)
    blurred /= tf.cast(tf.shape(motions)[0], tf.float32)
    if gamma != 1:
        blurred **= 1 / gamma

    def crop(picture):
        return picture[margin:height - margin, margin:width - margin]

    return crop(tf.clip_by_value(blurred, 0, 1)), crop(image), crop(mask)


def _time(frames):
    """[frames] float32 from -1 to 1, exactly 0 in the middle."""
    if frames < 3 or frames % 2 == 0:
        raise ValueError("There must be a central frame among at least three, "
                         f"so an odd number of frames, not {frames}.")
    middle = frames // 2
    return tf.range(-middle, middle + 1, dtype=tf.float32) / middle


def _displacement(motion, y, x, centre):
    """[frames, ...y's shape, 2]: position minus where its content was."""
    dy, dx, angle, log_scale = (
        tf.reshape(column, [-1] + [1] * len(y.shape))
        for column in tf.unstack(motion, axis=1))
    y_moved, x_moved = y - centre[0] - dy, x - centre[1] - dx
    cos = tf.cos(angle) * tf.exp(-log_scale)
    sin = tf.sin(angle) * tf.exp(-log_scale)
    y_before = centre[0] + cos * y_moved + sin * x_moved
    x_before = centre[1] - sin * y_moved + cos * x_moved
    return tf.stack([y - y_before, x - x_before], axis=-1)


def _farthest(motion, box):
    """Greatest displacement of any frame; linear, so it is at a corner."""
    top, left, bottom, right = tf.unstack(box)
    corners_y = tf.stack([top, top, bottom, bottom])
    corners_x = tf.stack([left, right, left, right])
    return tf.reduce_max(tf.abs(
        _displacement(motion, corners_y, corners_x, _centre(box))))


def _centre(box):
    return (box[:2] + box[2:]) / 2


def _person_alpha(mask, feather):
    """Opacity: 1 on the mask and `_BLEED` pixels around, then falling off."""
    grow = _BLEED + math.ceil(2 * feather)
    alpha = tf.nn.max_pool2d(mask[tf.newaxis], 2 * grow + 1, 1, "SAME")
    if feather:
        size = 2 * math.ceil(3 * feather) + 1
        alpha = tfa.image.gaussian_filter2d(alpha, size, feather, "SYMMETRIC")
    # A Gaussian edge reaches 0.97 within 2 sigma.
    return tf.minimum(alpha[0] / 0.97, 1.0)


def _pull(colour, known, levels):
    """Completes `colour` [1, h, w, c], which is weighted by `known`."""
    if levels == 0:
        return tf.math.divide_no_nan(
            tf.reduce_mean(colour, axis=[1, 2], keepdims=True),
            tf.reduce_mean(known, axis=[1, 2], keepdims=True),
        ) * tf.ones_like(known)
    pooled_colour = tf.nn.avg_pool2d(colour, 2, 2, "SAME")
    pooled_known = tf.nn.avg_pool2d(known, 2, 2, "SAME")
    # One known pixel of four is enough, so that the nearest ones count most.
    gain = 1 / tf.maximum(pooled_known, 0.25)
    coarse = _pull(pooled_colour * gain, pooled_known * gain, levels - 1)
    return colour + (1 - known) * tf.image.resize(
        coarse, tf.shape(colour)[1:3])
