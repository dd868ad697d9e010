"""Deblurring from Python: `ha_deblur.load(...).deblur(image)`."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from ha_deblur import model_directory
from ha_deblur.data.masks import rasterize_boxes
from ha_deblur.inference.restore import restore_uint8
from ha_deblur.model.decoder import BRANCHES


@dataclasses.dataclass(frozen=True)
class Deblurred:
    """What the network made of one picture.

    Attributes:
      sharp: [h, w, 3] uint8 RGB: the primary branch, the result.
      foreground: [h, w, 3] uint8: the branch trained on people, or None.
      background: [h, w, 3] uint8: the branch trained on the rest, or None.
      attention: [h, w] uint8: A * 255, where it saw people (or what was given
        in its place); None without attention.
    """

    sharp: np.ndarray
    foreground: typing.Optional[np.ndarray]
    background: typing.Optional[np.ndarray]
    attention: typing.Optional[np.ndarray]


class Deblurrer:
    """Deblurs pictures of any size with a MultiScaleDeblur.

    Args:
      model: the MultiScaleDeblur.

    Example:
      deblurrer = ha_deblur.load("runs/paper")
      result = deblurrer.deblur(np.asarray(Image.open("party.jpg")))
      Image.fromarray(result.sharp).save("party-sharp.png")
    """

    def __init__(self, model):
        self.model = model
        self._functions = {}

    def deblur(self, image, mask=None, boxes=None, branches=True):
        """Deblurs one picture.

        Args:
          image: [h, w, 3] uint8 RGB, of any size.
          mask: [h, w], bool or in [0, 1]: where the people are, if that is
            known; it replaces the network's attention.
          boxes: [n, 4] [x, y, width, height] in pixels; the same as boxes.
          branches: whether to make `foreground` and `background` too, which
            costs about a sixth more.

        Returns:
          A `Deblurred`.

        Raises:
          ValueError: the image is not uint8 RGB, the mask is not of its size,
            mask and boxes were both given, or the model has no attention that
            they could replace.
        """
        image = np.asarray(image)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(
                "image must be uint8 of shape [height, width, 3], not "
                f"{image.dtype} of {list(image.shape)}")
        mask = _given_mask(image, mask, boxes)
        restore = self._function(mask is not None, branches)
        arguments = [tf.constant(image[None])]
        if mask is not None:
            arguments.append(tf.constant(mask[None]))
        result = {name: value[0].numpy()
                  for name, value in restore(*arguments).items()}
        attention = result.get("attention")
        return Deblurred(
            sharp=result["primary"],
            foreground=result.get("foreground"),
            background=result.get("background"),
            attention=None if attention is None else attention[..., 0])

    def _function(self, with_mask, branches):
        """The traced function for this choice; any picture size."""
        key = with_mask, branches
        if key not in self._functions:
            signature = [tf.TensorSpec([1, None, None, 3], tf.uint8)]
            if with_mask:
                signature.append(tf.TensorSpec([1, None, None, 1], tf.float32))
            heads = BRANCHES if branches else ("primary",)

            @tf.function(input_signature=signature)
            def restore(images, mask=None):
                return restore_uint8(self.model, images, mask, heads)

            self._functions[key] = restore
        return self._functions[key]


def _given_mask(image, mask, boxes):
    """The mask or boxes that a person gave, as [h, w, 1] float32, or None."""
    height, width = image.shape[:2]
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


def load(model):
    """A Deblurrer from a model directory (a run directory is one).

    Raises:
      UserError: there is no model, or it is damaged.
    """
    return Deblurrer(model_directory.load(model))
