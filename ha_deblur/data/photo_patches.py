"""Endless patches of photos in which each person moves, as tf.data.

Not in the paper. `blur.moving_people` blurs them afresh at every step: no patch
is ever seen twice.
"""

import concurrent.futures
import os
import pathlib
import sys

import numpy as np
import tensorflow as tf

from ha_deblur.annotations import mask_files, masks, people_masks
from ha_deblur.blur import moving_layers, moving_people
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS, read_image


def photos_in(folder):
    """The photos of FOLDER/images, each with its mask of FOLDER/masks or "".

    A black mask says that nobody is there; without a mask nobody has looked.
    All files are read once: those that can't be are named on stderr and left
    out.

    Raises:
      UserError: there are none, or none that can be read.
    """
    folder = pathlib.Path(folder)
    drawn = mask_files.in_folder(folder / "masks", IMAGE_EXTENSIONS)
    photos = [(str(path), str(drawn.get(path.stem, "")))
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
      of the people, 0 or 1); 1.0 if it is not labelled with people, else 0.0).
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


def blurred_patch(image, people, crop_size, exposure, seed):
    """One patch about a random point of a random person, or anywhere.

    Args:
      image: [h, w, 3] uint8.
      people: [n, h, w] bool; nobody is one empty mask.
      crop_size: c.
      exposure: an `Exposure`.
      seed: [2] int64.

    Returns:
      [c, c, 7] uint8: blurred, sharp and mask.
    """
    size = moving_people.surrounding(crop_size, exposure.max_motion)
    draws = tf.random.stateless_uniform([5], seed)
    image, people = _about_a_person(
        *_large_enough(image, tf.cast(people, tf.float32), size),
        size, draws[:3])
    blurred, sharp, people = moving_people.exposed_anew(
        image, people, seed, draws[3:], crop_size, exposure)
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


def _large_enough(image, people, side):
    """Upsamples a photo whose height or width is below a number of pixels."""
    size = tf.cast(tf.shape(image)[:2], tf.float32)
    larger = tf.maximum(1.0, side / tf.reduce_min(size))
    size = tf.maximum(tf.cast(tf.round(size * larger), tf.int32), side)

    def resized():
        return (tf.cast(tf.image.resize(image, size), tf.uint8),
                tf.image.resize(people[..., tf.newaxis], size, "nearest")[
                    ..., 0])

    return tf.cond(larger > 1, resized, lambda: (image, people))


def _about_a_person(image, people, size, draws):
    """Cuts a square: the photo [s, s, 3] and its people [n, s, s].

    Args:
      image, people: [h, w, 3] uint8, [n, h, w] float32.
      size: s, at most h and w.
      draws: [3], uniform in [0, 1): of the person and of the point, y and x.
    """
    boxes = moving_layers.layer_boxes(people[..., tf.newaxis])[1:]  # [n, 4]
    index = tf.cast(draws[0] * tf.cast(tf.shape(boxes)[0], tf.float32),
                    tf.int32)
    low, high = boxes[index, :2], boxes[index, 2:]
    corner = tf.cast(low + draws[1:] * (high - low), tf.int32) - size // 2
    top, left = tf.unstack(
        tf.clip_by_value(corner, 0, tf.shape(image)[:2] - size))
    return (tf.ensure_shape(image[top:top + size, left:left + size],
                            [size, size, 3]),
            people[:, top:top + size, left:left + size])


def _mask(people, crop_size):
    """G [c, c, 1] of the boxes of those people who are in the patch."""
    there = tf.reduce_any(people > 0.5, axis=[1, 2, 3])
    boxes = tf.boolean_mask(moving_layers.layer_boxes(people)[1:], there)
    boxes = (boxes + [0.0, 0.0, 1.0, 1.0]) / crop_size  # from centres to edges
    return masks.rasterize_boxes(boxes, crop_size, crop_size)
