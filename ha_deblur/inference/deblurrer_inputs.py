"""What Deblurrer accepts: pictures in several forms, masks, boxes."""

import os

import numpy as np
import tensorflow as tf
from PIL import Image

from ha_deblur.annotations import boxes as box_checks
from ha_deblur.annotations import mask_files
from ha_deblur.annotations.mask_shape import shape_of
from ha_deblur.annotations.masks import rasterize_boxes
from ha_deblur.files import photo


def pixels_of(image):
    """A picture as [h, w, 3] uint8 or uint16 RGB.

    Args:
      image: such an array; a path; or a PIL image: grey of 16 bits or floats
        in [0, 1] become uint16, all others uint8. Only what is read from a path
        is turned upright by its EXIF.

    Raises:
      ValueError: it is an array of another shape or dtype, or a PIL image with
        values out of range.
      UserError: the file can't be read.
    """
    if isinstance(image, (str, os.PathLike)):
        return photo.read(image).pixels
    if isinstance(image, Image.Image):
        if image.mode.startswith(("I", "F")):
            gray = _sixteen_bits(np.asarray(image))
            return np.repeat(gray[..., None], 3, axis=-1)
        return np.asarray(image.convert("RGB"))
    image = np.asarray(image)
    if image.dtype not in (np.uint8, np.uint16) or image.ndim != 3 or (
            image.shape[2] != 3 or 0 in image.shape):
        raise ValueError(
            "image must be uint8 or uint16 of shape [height, width, 3], not "
            f"{image.dtype} of {list(image.shape)}")
    return image


def inputs_of(images, masks=None, boxes=None):
    """Several pictures, each with the mask or boxes given for it.

    Args:
      images: a list of what `pixels_of` takes.
      masks: None, or a list of what `mask_of` takes for each picture.
      boxes: the same.

    Returns:
      ([pixels_of(image), ...], [mask_of(...), ...]).

    Raises:
      ValueError: these are not lists of one length, or as `pixels_of` and
        `mask_of`; the message names the picture by its index.
      UserError: a file can't be read.
    """
    if isinstance(images, (str, os.PathLike, Image.Image)) or (
            isinstance(images, np.ndarray) and images.ndim == 3) or (
                isinstance(images, dict) or not hasattr(images, "__iter__")):
        raise ValueError("images must be a list; give one image to deblur")
    images = list(images)
    masks, boxes = (_one_each(given, len(images), name) for given, name in
                    ((masks, "masks"), (boxes, "boxes")))
    pictures, found = [], []
    for number, (image, *given) in enumerate(zip(images, masks, boxes)):
        try:
            pictures.append(pixels_of(image))
            found.append(mask_of(*pictures[-1].shape[:2], *given))
        except ValueError as error:
            raise ValueError(f"images[{number}]: {error}") from error
    return pictures, found


def _one_each(given, count, name):
    """A list with what was given, or None, for each of the pictures."""
    if given is None:
        return [None] * count
    if not isinstance(given, (list, tuple)):
        raise ValueError(
            f"{name} must be a list with one for each image, or None in its "
            f"place, not {type(given).__name__}")
    if len(given) != count:
        raise ValueError(
            f"{name} must be as many as the images, {count}, not {len(given)}")
    return given


def mask_of(height, width, mask=None, boxes=None):
    """The mask or boxes that were given, as a mask; or None.

    Args:
      height: of the picture.
      width: of the picture.
      mask: [h, w], bool or in [0, 1], or another form that `mask_shape` knows;
        a path; a PIL image; or None.
      boxes: [n, 4] [x, y, width, height] in pixels; or None.

    Returns:
      [h, w, 1] float32 in [0, 1], or None.

    Raises:
      ValueError: the mask has another size than the picture or values without a
        meaning, a box is malformed or outside the picture, or both were given.
      UserError: the mask's file can't be read.
    """
    if mask is not None and boxes is not None:
        raise ValueError("give a mask or boxes, not both")
    if boxes is not None:
        corners = _corners(boxes, height, width)
        return rasterize_boxes(tf.constant(corners), height, width).numpy()
    if isinstance(mask, (str, os.PathLike)):
        return mask_files.read(mask, (height, width), "image").share[..., None]
    if mask is not None:
        if isinstance(mask, Image.Image):
            mask = mask_files.pixels(mask)
        try:
            shape = np.shape(mask)
        except ValueError:
            raise ValueError("mask has rows of different lengths") from None
        if shape[:2] != (height, width):
            raise ValueError(f"mask must be of shape [{height}, {width}], not "
                             f"{list(shape)}")
        try:
            return shape_of(mask).share[..., None]
        except ValueError as error:
            raise ValueError(f"mask {error}") from None
    return None


def _corners(boxes, height, width):
    """[n, 4] float32: ymin, xmin, ymax, xmax in [0, 1]."""
    try:
        boxes = np.asarray(boxes, np.float64)
    except (TypeError, ValueError):
        raise ValueError("boxes must be numbers of shape [n, 4]: x, y, width, "
                         "height") from None
    if boxes.size and boxes.shape[1:] != (4,):
        raise ValueError("boxes must be of shape [n, 4]: x, y, width, height; "
                         f"not {list(boxes.shape)}")
    return np.array(
        [box_checks.normalized(box_checks.checked(box, width, height),
                               width, height)
         for box in boxes.reshape(-1, 4).tolist()],
        np.float32).reshape(-1, 4)


def _sixteen_bits(gray):
    """The array of a PIL image of 16 bits or floats as uint16."""
    white = 1 if gray.dtype.kind == "f" else 65535
    if not (gray.min() >= 0 and gray.max() <= white):  # so for NaN
        raise ValueError(
            f"a PIL image of {gray.dtype} must hold 0 to {white}, and this "
            f"holds {gray.min():g} to {gray.max():g}")
    if white == 1:
        gray = np.rint(gray * 65535.0)
    return gray.astype(np.uint16)
