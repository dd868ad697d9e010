"""The result for one picture, or several of one size while they are made."""

import dataclasses
import typing

import numpy as np

from ha_deblur.inference import plausibility
from ha_deblur.inference.people_only import keep_background, soft_edge
from ha_deblur.inference.quantize import quantized


@dataclasses.dataclass(frozen=True)
class Deblurred:
    """What the network made of one picture.

    Attributes:
      sharp: [h, w, 3] RGB of the picture's own type, uint8 or uint16: the
        primary branch, the result.
      foreground: the same of the branch trained on people, or None.
      background: the same of the branch trained on the rest, or None.
      attention: [h, w] uint8: A * 255, where it saw people (or what was given
        in its place); None without attention.
      warning: a sentence where the result can't be right (see
        `plausibility`), or None.
    """

    sharp: np.ndarray
    foreground: typing.Optional[np.ndarray]
    background: typing.Optional[np.ndarray]
    attention: typing.Optional[np.ndarray]
    warning: typing.Optional[str] = None


class Results:
    """Takes rows of the network's results, and makes `Deblurred` of them.

    Args:
      images: [b, h, w, 3] uint8 or uint16, the pictures.
    """

    def __init__(self, images):
        self.images = images
        self.finite = np.ones(len(images), bool)
        self._pictures = {}

    def write(self, name, top, rows):
        """Rounds rows from `top` on, [b, n, w, c] float32."""
        if name not in self._pictures:
            dtype = np.uint8 if name == "attention" else self.images.dtype
            self._pictures[name] = np.empty(
                [*self.images.shape[:3], rows.shape[-1]], dtype)
        finite = np.isfinite(rows)
        if not finite.all():
            self.finite &= finite.all((1, 2, 3))
            rows = np.where(finite, rows, 0)
        picture = self._pictures[name]
        picture[:, top:top + rows.shape[1]] = quantized(rows, picture.dtype)

    def deblurred(self, number, mask=None, people_only=False):
        """The Deblurred of one picture.

        Args:
          number: of the picture.
          mask: [h, w, 1], if a person gave one.
          people_only: whether to keep all else as it was.
        """
        blurred = self.images[number]
        found = {name: picture[number]
                 for name, picture in self._pictures.items()}
        sharp, attention = found["primary"], found.get("attention")
        if attention is None and mask is not None:
            attention = quantized(mask).numpy()
        if attention is not None:
            attention = attention[..., 0]
        if people_only:
            keep_background(blurred, sharp, attention if mask is None
                            else soft_edge(attention))
        return Deblurred(
            sharp, found.get("foreground"), found.get("background"), attention,
            plausibility.warning(blurred, sharp, self.finite[number]))
