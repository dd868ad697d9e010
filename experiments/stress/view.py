"""One picture of the stress test."""

import typing

import numpy as np


class View(typing.NamedTuple):
    """A picture and what it is.

    Attributes:
      kind: the row of the table in which it counts, such as "negatives".
      name: which one of its kind, in words.
      pixels: [h, w, 3] uint8 RGB.
      sharp: what a perfect model makes of a blurred one, of the same shape;
        None where it is the picture itself.
    """

    kind: str
    name: str
    pixels: np.ndarray
    sharp: typing.Optional[np.ndarray] = None
