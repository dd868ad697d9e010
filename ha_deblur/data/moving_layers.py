"""Motion blur of a person and a background that move along their own paths.

HIDE averages 11 frames of a 240-fps video and keeps the central one as the
sharp image (paper, sec. 3). Here the frames are rendered from one sharp photo
and its person mask: the person is cut out, the hole behind is filled, and both
layers are warped along paths through where the photo has them, so that the
central frame is the photo itself.

Lengths are pixels, y points down, images are float32 in [0, 1]. A *motion* is
[frames, 4]: (dy, dx, angle, log scale) of a layer in every frame relative to
the central one, whose row is zero; `frames` is odd. A positive angle (radians)
turns anticlockwise as seen on the screen; turning and scaling leave the
layer's centre in place. Everything runs eagerly, in tf.data and in XLA
programs, and is random only by the seeds given.

This is the one module that needs TensorFlow Addons.
"""

import math

import tensorflow as tf
import tensorflow_addons as tfa

_BLEED = 2  # pixels beyond the mask that may still show the person
_PYRAMID_LEVELS = 12  # for holes of up to 4,096 pixels


def straight_motion(dy, dx, frames=11):
    """A uniform shift by (dy, dx) from the first frame to the last.

    Returns:
      [frames, 4] float32 motion.
    """
    return _time(frames)[:, tf.newaxis] * [[dy / 2, dx / 2, 0.0, 0.0]]


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
      height, width: of the image.
      centre: (y, x) around which the layer turns and grows.

    Returns:
      [frames, height, width, 2] float32 (dy, dx).
    """
    y = tf.cast(tf.range(height)[:, tf.newaxis], tf.float32)  # [h, 1]
    x = tf.cast(tf.range(width)[tf.newaxis], tf.float32)  # [1, w]
    return _displacement(motion, y, x, centre)


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
      background_motion, person_motion: [frames, 4].

    Returns:
      int32 scalar: the `margin` that `blur_layers` must cut off.
    """
    def farthest(motion, box):  # linear, so it is at a corner
        top, left, bottom, right = tf.unstack(box)
        return tf.reduce_max(tf.abs(_displacement(
            motion, tf.stack([top, top, bottom, bottom]),
            tf.stack([left, right, left, right]), _centre(box))))

    person_motion = tf.where(tf.reduce_any(mask > 0.5), person_motion, 0.0)
    margin = tf.maximum(
        farthest(background_motion, person_box(tf.ones_like(mask))),
        farthest(person_motion, person_box(mask)))
    return tf.cast(tf.math.ceil(margin), tf.int32)


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
        last = tf.size(along) - 1
        sides.append((tf.argmax(along, output_type=tf.int32),
                      last - tf.argmax(along[::-1], output_type=tf.int32)))
    (top, bottom), (left, right) = sides
    return tf.cast(tf.stack([top, left, bottom, right]), tf.float32)


def blur_layers(image, mask, background_motion, person_motion, feather=1.0,
                gamma=1.0, margin=0):
    """The average of all frames, rendered one by one, and the central one.

    Args:
      image: [h, w, 3] float32, the sharp photo.
      mask: [h, w, 1] float32, 1 = person; all zero for a background alone.
      background_motion: [frames, 4], around the middle of the image.
      person_motion: [frames, 4], around the middle of `person_box(mask)`.
      feather: sigma of the softened edge of the person, above 0.
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
    background = fill_behind(light, _dilated(mask, _BLEED))
    alpha = tfa.image.gaussian_filter2d(
        _dilated(mask, 1), 2 * math.ceil(3 * feather) + 1, feather,
        "SYMMETRIC")  # [h, w, 1]
    # Whatever the background does not explain belongs to the person: pixels
    # that show both are unmixed, and without motion the frame is the photo.
    person = tf.concat([light - (1 - alpha) * background, alpha], axis=-1)

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
    blurred = tf.clip_by_value(blurred, 0, 1)
    if gamma != 1:
        blurred **= 1 / gamma

    def crop(picture):
        return picture[margin:height - margin, margin:width - margin]

    return crop(blurred), crop(image), crop(mask)


def _time(frames):
    """[frames] float32 from -1 to 1, exactly 0 in the middle."""
    if frames < 3 or frames % 2 == 0:
        raise ValueError("There must be a central frame among at least three, "
                         f"so an odd number of frames, not {frames}.")
    middle = frames // 2
    return tf.range(-middle, middle + 1, dtype=tf.float32) / middle


def _displacement(motion, y, x, centre):
    """[frames, ..., 2]: positions minus where their content was."""
    dy, dx, angle, log_scale = (
        tf.reshape(column, [-1] + [1] * len(y.shape))
        for column in tf.unstack(motion, axis=1))
    y_moved, x_moved = y - centre[0] - dy, x - centre[1] - dx
    cos = tf.cos(angle) * tf.exp(-log_scale)
    sin = tf.sin(angle) * tf.exp(-log_scale)
    y_before = centre[0] + cos * y_moved + sin * x_moved
    x_before = centre[1] - sin * y_moved + cos * x_moved
    return tf.stack([y - y_before, x - x_before], axis=-1)


def _centre(box):
    return (box[:2] + box[2:]) / 2


def _dilated(mask, pixels):
    return tf.nn.max_pool2d(mask[tf.newaxis], 2 * pixels + 1, 1, "SAME")[0]


def _pull(colour, known, levels):
    """Completes `colour` [1, h, w, c], which is weighted by `known`."""
    if levels == 0:
        return colour
    pooled_colour = tf.nn.avg_pool2d(colour, 2, 2, "SAME")
    pooled_known = tf.nn.avg_pool2d(known, 2, 2, "SAME")
    # One known pixel of four is enough, so that the nearest ones count most.
    gain = 1 / tf.maximum(pooled_known, 0.25)
    coarse = _pull(pooled_colour * gain, pooled_known * gain, levels - 1)
    return colour + (1 - known) * tf.image.resize(
        coarse, tf.shape(colour)[1:3])
