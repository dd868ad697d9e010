"""What a person hands to Deblurrer: pictures in several forms, masks, boxes."""

import os

import numpy as np
import tensorflow as tf
from PIL import Image

from ha_deblur.data.masks import rasterize_boxes
from ha_deblur.inference import photo


def pixels_of(image):
    """A picture as [h, w, 3] uint8 or uint16 RGB.

    Args:
      image: such an array; a path; or a PIL image, of which grey ones of 16
        bits give uint16 and all others uint8. EXIF turns only what is read
        from a path.

    Raises:
      ValueError: it is an array of another shape or type.
      UserError: the file can't be read.
    """
    if isinstance(image, (str, os.PathLike)):
        return photo.read(image).pixels
    if isinstance(image, Image.Image):
        if image.mode.startswith("I"):
            gray = np.clip(np.asarray(image), 0, 65535).astype(np.uint16)
            return np.repeat(gray[..., None], 3, axis=-1)
        return np.asarray(image.convert("RGB"))
    image = np.asarray(image)
    if image.dtype not in (np.uint8, np.uint16) or image.ndim != 3 or (
            image.shape[2] != 3 or 0 in image.shape):
        raise ValueError(
            "image must be uint8 or uint16 of shape [height, width, 3], not "
            f"{image.dtype} of {list(image.shape)}")
    return image


def mask_of(height, width, mask=None, boxes=None):
    """The mask or boxes that a person gave, or None.

    Args:
      height: of the picture.
      width: of the picture.
      mask: [h, w], bool or in [0, 1]; or None.
      boxes: [n, 4] [x, y, width, height] in pixels; or None.

    Returns:
      [h, w, 1] float32 in [0, 1], or None.

    Raises:
      ValueError: the mask is not of the picture's size, or both were given.
    """
    if mask is not None and boxes is not None:
        raise ValueError("give a mask or boxes, not both")
    if boxes is not None:
        x, y, w, h = np.asarray(boxes, np.float32).reshape(-1, 4).T
        corners = np.stack([y / height, x / width, (y + h) / height,
                            (x + w) / width], axis=1)  # [n, 4]
        return rasterize_boxes(tf.constant(corners), height, width).numpy()
    if mask is not None:
        mask = np.asarray(mask, np.float32)
        if mask.shape != (height, width):
            raise ValueError(
                f"mask must be of shape [{height}, {width}], not "
                f"{list(mask.shape)}")
        return np.clip(mask, 0, 1)[..., None]
    return None
