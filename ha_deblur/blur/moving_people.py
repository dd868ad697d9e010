"""Patches blurred on the fly, photos in which everybody moves; not the paper's.

What `data_prep.move_people` writes to disk, made anew for every step: no patch
is ever seen twice.
"""

import concurrent.futures
import math
import os
import pathlib
import sys

import numpy as np
import tensorflow as tf

from ha_deblur.annotations import mask_files, masks, people_masks
from ha_deblur.blur import motion, moving_layers
from ha_deblur.blur.exposure import gamma_of
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS, read_image

FRAMES = 17
PEOPLE = 4  # the largest in a patch move by themselves, others with what is
# behind them: a fixed number, so that shapes are static
_BEND = 0.02  # radians and log scale
_SHAKE = 4.0  # pixels


def photos_in(folder):
    """The photos of FOLDER/images, each with its mask of FOLDER/masks or "".

    A black mask says that nobody is there; without a mask nobody has looked.
    All are read once: those that can't be are named on stderr and left out.

    Raises:
      UserError: there are none, or none that can be read.
    """
    folder = pathlib.Path(folder)
    masks = mask_files.in_folder(folder / "masks", IMAGE_EXTENSIONS)
    photos = [(str(path), str(masks.get(path.stem, "")))
              for path in sorted(folder.glob("images/*"))
              if path.suffix.lower() in IMAGE_EXTENSIONS]
    if not photos:
        raise UserError(f"{folder}: holds no images/; --photos takes a folder "
                        "of images/ and masks/, white where people are")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        problems = list(pool.map(_problem, photos))
    for problem in filter(None, problems):
        print(f"left out: {problem}", file=sys.stderr)
    whole = [photo for photo, problem in zip(photos, problems) if not problem]
    if not whole:
        raise UserError(f"{folder}: none of {len(photos)} photos can be used; "
                        f"{problems[0]}")
    return whole


def _problem(photo):
    """Why a photo and its mask can't be used, or None."""
    try:
        _read(*photo)
    except UserError as error:
        return str(error)


def samples(photos, crop_size, exposure, seed, first):
    """Endless patches, from number `first` on.

    Args:
      photos: as `photos_in` gives them.
      crop_size: c.
      exposure: an `Exposure`: its longest path, and the share of sharp patches.
      seed: equal seeds give equal patches.
      first: where to begin in the endless row.

    Returns:
      A tf.data.Dataset of ([c, c, 7] uint8: blurred, sharp and mask (the boxes
      of the people, 0 or 1); 1.0 if nobody has looked for people, else 0.0).
    """
    images, people = (tf.constant(paths) for paths in zip(*photos))

    def patch(index):
        seeds = tf.stack([tf.cast(seed, tf.int64), index])
        chosen = tf.random.stateless_uniform(
            [], seeds, 0, len(photos), tf.int32)
        image, there = tf.numpy_function(
            _read_bytes, [images[chosen], people[chosen]], [tf.uint8, tf.bool])
        image.set_shape([None, None, 3])
        there.set_shape([None, None, None])
        layers = blurred_patch(image, there, crop_size, exposure, seeds)
        return layers, tf.cast(people[chosen] == "", tf.float32)

    return tf.data.Dataset.range(first, 2**62).map(
        patch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def blurred_patch(image, people, crop_size, exposure, seeds):
    """One patch about a random point of a random person, or anywhere.

    Args:
      image: [h, w, 3] uint8.
      people: [n, h, w] bool.
      crop_size: c.
      exposure: an `Exposure`.
      seeds: [2] int64.

    Returns:
      [c, c, 7] uint8: blurred, sharp and mask.
    """
    max_motion = exposure.max_motion
    margin = math.ceil(max_motion * (1 + _BEND) + _SHAKE)
    window = crop_size + 2 * margin
    people = tf.cast(people, tf.float32)
    image, people = _large_enough(image, people, window)
    size = tf.shape(image)[:2]

    boxes = moving_layers.layer_boxes(people[..., tf.newaxis])  # [n, 4]
    chances = tf.random.stateless_uniform([5], seeds)
    index = tf.cast(chances[0] * tf.cast(tf.shape(boxes)[0], tf.float32),
                    tf.int32)
    low, high = boxes[index, :2], boxes[index, 2:]
    corner = tf.cast(low + chances[1:3] * (high - low), tf.int32) - window // 2
    top, left = tf.unstack(tf.clip_by_value(corner, 0, size - window))
    image = image[top:top + window, left:left + window]
    people = people[:, top:top + window, left:left + window]
    people = _largest(people, window)[..., tf.newaxis]  # [PEOPLE, W, W, 1]

    def path(k):
        return motion.smooth_motion(
            seeds + tf.constant([k, 0], tf.int64), FRAMES, max_motion,
            _BEND, _BEND)

    middle = tf.fill([2], (window - 1) / 2)
    camera = motion.shake(
        seeds + tf.constant([-1, 0], tf.int64), FRAMES, _SHAKE)
    centres = moving_layers.box_centre(moving_layers.layer_boxes(people))
    background = motion.carried(path(1), middle, camera, middle)
    people_motions = tf.stack([
        motion.carried(path(2 + k), centres[k], camera, middle)
        for k in range(PEOPLE)])
    moves = tf.where(exposure.is_sharp(chances[3]), 0.0, 1.0)
    gamma = gamma_of(chances[4])
    light = tf.image.convert_image_dtype(image, tf.float32)**gamma
    blurred, sharp, people = moving_layers.blur_layers(
        light, people, moves * background, moves * people_motions,
        margin=margin)
    blurred, sharp = blurred**(1 / gamma), sharp**(1 / gamma)
    layers = tf.concat([blurred, sharp, _mask(people, crop_size)], axis=-1)
    layers = tf.ensure_shape(layers, [crop_size, crop_size, 7])
    scales = tf.constant([255.0] * 6 + [1.0])
    return tf.cast(tf.round(layers * scales), tf.uint8)


def _read_bytes(*paths):
    return _read(*(os.fsdecode(path) for path in paths))


def _read(image_path, mask_path):
    """A photo [h, w, 3] uint8 and its people [n, h, w] bool, n > 0."""
    image = read_image(image_path)
    people = np.zeros((0, *image.shape[:2]), bool)
    if mask_path:
        people = people_masks.people_of(
            mask_files.read(mask_path, image.shape[:2], image_path))
    if not len(people):
        people = np.zeros((1, *image.shape[:2]), bool)
    return image, people


def _large_enough(image, people, window):
    """Enlarges a photo that is smaller than the window."""
    size = tf.cast(tf.shape(image)[:2], tf.float32)
    larger = tf.maximum(1.0, window / tf.reduce_min(size))
    size = tf.maximum(tf.cast(tf.round(size * larger), tf.int32), window)

    def resized():
        return (tf.cast(tf.image.resize(image, size), tf.uint8),
                tf.image.resize(people[..., tf.newaxis], size, "nearest")[
                    ..., 0])

    return tf.cond(larger > 1, resized, lambda: (image, people))


def _largest(people, window):
    """The PEOPLE largest of [n, W, W], in their order."""
    people = tf.pad(people, [[0, PEOPLE], [0, 0], [0, 0]])
    areas = tf.reduce_sum(people, axis=[1, 2])
    chosen = tf.sort(tf.math.top_k(areas, PEOPLE).indices)
    return tf.ensure_shape(
        tf.gather(people, chosen), [PEOPLE, window, window])


def _mask(people, crop_size):
    """G [c, c, 1] of the boxes of those people who are in the patch."""
    there = tf.reduce_any(people > 0.5, axis=[1, 2, 3])
    boxes = tf.boolean_mask(moving_layers.layer_boxes(people), there)
    boxes = (boxes + [0.0, 0.0, 1.0, 1.0]) / crop_size  # from centres to edges
    return masks.rasterize_boxes(boxes, crop_size, crop_size)
