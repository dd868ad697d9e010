"""Motion blur of people and a background that move along their own paths.

HIDE averages 11 frames of a 240-fps video and keeps the central one as the
sharp image (paper, sec. 3). Here the frames are rendered from one sharp photo
and masks of its people: each person is cut out, the holes behind are filled,
and all layers are warped along paths through where the photo has them, so that
the central frame is the photo itself.

Images are float32 in [0, 1]; `motion` says what a motion is. Everything runs
eagerly, in tf.data and in XLA programs.
"""

import math

import tensorflow as tf

from ha_deblur.blur import addons, warp

_BLEED = 2  # pixels beyond the mask that may still show the person
_PYRAMID_LEVELS = 12  # for holes of up to 4,096 pixels
_LEAST_ALPHA = 1e-6


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


def crop_margin(people, background_motion, people_motions):
    """How wide a border shows what lies beyond the photo in some frame.

    Args:
      people: [n, h, w, 1], person > 0.5; n > 0, but masks may be empty.
      background_motion: [frames, 4].
      people_motions: [n, frames, 4].

    Returns:
      int32 scalar: the `margin` that `blur_layers` must cut off.
    """
    def farthest(motion, box):  # linear, so it is at a corner
        top, left, bottom, right = tf.unstack(box)
        return tf.reduce_max(tf.abs(warp.displacement(
            motion, tf.stack([top, top, bottom, bottom]),
            tf.stack([left, right, left, right]), box_centre(box))))

    there = tf.reduce_any(people > 0.5, axis=[1, 2, 3])  # [n]
    people_motions = tf.where(
        there[:, tf.newaxis, tf.newaxis], people_motions, 0.0)
    distances = tf.map_fn(
        lambda layer: farthest(*layer),
        (tf.concat([background_motion[tf.newaxis], people_motions], axis=0),
         layer_boxes(people)), fn_output_signature=tf.float32)  # [1 + n]
    return tf.cast(tf.math.ceil(tf.reduce_max(distances)), tf.int32)


def layer_boxes(people):
    """What each layer turns around the middle of: the background, then people.

    The background's box is the whole image, and so is that of a person whose
    mask is empty: every layer has one. The boxes of the people who are really
    there are `annotations.people_masks.person_boxes`.

    Args:
      people: [n, h, w, 1], person > 0.5.

    Returns:
      [1 + n, 4] float32: top, left, bottom, right, in centres of pixels.
    """
    inside = tf.pad(people[..., 0] > 0.5, [[1, 0], [0, 0], [0, 0]])
    inside |= ~tf.reduce_any(inside, axis=[1, 2], keepdims=True)
    sides = []
    for other_axis in (2, 1):
        along = tf.reduce_any(inside, axis=other_axis)  # [1 + n, h or w]
        last = tf.shape(along)[1] - 1
        sides.append((
            tf.argmax(along, axis=1, output_type=tf.int32),
            last - tf.argmax(along[:, ::-1], axis=1, output_type=tf.int32)))
    (top, bottom), (left, right) = sides
    return tf.cast(tf.stack([top, left, bottom, right], axis=1), tf.float32)


def box_centre(box):
    """The middle (y, x) of [..., 4] top, left, bottom, right: [..., 2]."""
    return (box[..., :2] + box[..., 2:]) / 2


def blur_layers(image, people, background_motion, people_motions, feather=1.0,
                gamma=1.0, margin=0):
    """The average of all frames, rendered one by one, and the central one.

    Args:
      image: [h, w, 3] float32, the sharp photo.
      people: [n, h, w, 1] float32, 1 = person, the farthest person first, for
        the later ones hide the earlier. At least one; masks may be empty.
      background_motion: [frames, 4], around the middle of the image.
      people_motions: [n, frames, 4], each around the middle of its
        `layer_boxes`.
      feather: sigma of the softened edge of a person, above 0.
      gamma: frames are averaged as image ** gamma: 1 averages them as they
        are, as HIDE and GoPro's `blur` do; 2.2 in linear light.
      margin: what to cut off on all four sides, see `crop_margin`; a Python
        integer keeps shapes static.

    Returns:
      blurred, sharp: [h - 2 margin, w - 2 margin, 3] and the sharp image's
      people: [n, h - 2 margin, w - 2 margin, 1].
    """
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    light = image**gamma if gamma != 1 else image
    layers = _layers(light, people, feather)  # [1 + n, h, w, 4]
    centres = box_centre(layer_boxes(people))  # [1 + n, 2]
    motions = tf.concat(
        [background_motion[tf.newaxis], people_motions], axis=0)

    def over(below, layer):  # colours are multiplied by their alpha already
        return layer + (1 - layer[..., 3:]) * below

    def add_frame(total, motions_here):  # [1 + n, 4]
        moved = warp.moved_layers(layers, motions_here, centres)
        frame = tf.foldl(over, moved)[..., :3]
        return tf.ensure_shape(total + frame, image.shape)

    frames = tf.transpose(motions, [1, 0, 2])  # [frames, 1 + n, 4]
    blurred = tf.foldl(add_frame, frames, initializer=tf.zeros_like(image),
                       parallel_iterations=1)
    blurred /= tf.cast(tf.shape(frames)[0], tf.float32)
    blurred = tf.clip_by_value(blurred, 0, 1)
    if gamma != 1:
        blurred **= 1 / gamma

    def crop(picture):
        return picture[..., margin:height - margin, margin:width - margin, :]

    return crop(blurred), crop(image), crop(people)


def _layers(light, people, feather):
    """[1 + n, h, w, 4]: the background, then the people; alpha is last.

    Without motion they show the photo: pixels where a person's soft edge shows
    the background too, or two people's edges meet, are unmixed.
    """
    alphas = addons.gaussian_filter2d(
        _dilated(people, 1), 2 * math.ceil(3 * feather) + 1,
        feather)  # [n, h, w, 1]
    holes = tf.reduce_max(_dilated(people, _BLEED), axis=0)
    background = fill_behind(light, holes)
    seen_behind = tf.reduce_prod(1 - alphas, axis=0)  # [h, w, 1]
    # What the background does not explain belongs to the people there.
    of_people = light - seen_behind * background
    share = alphas / tf.maximum(1 - seen_behind, _LEAST_ALPHA)
    return tf.concat([
        tf.concat([background, tf.ones_like(light[..., :1])], -1)[tf.newaxis],
        tf.concat([share * of_people, alphas], -1)], axis=0)


def _dilated(masks, pixels):
    """[n, h, w, 1] masks, dilated by a number of pixels."""
    return tf.nn.max_pool2d(masks, 2 * pixels + 1, 1, "SAME")


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
