"""Keeps views that failed, and what the model made of them, as PNG."""

import collections
import pathlib
import re

import numpy as np
from PIL import Image

from ha_deblur import whole_file

MOST = 4  # of a kind: enough to see what goes wrong
_GAP = 4  # pixels of grey between view and result


class FailingPictures:
    """Writes the first failing views of each kind to a folder.

    Args:
      folder: made if it is absent.
    """

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._kinds = collections.Counter()

    @property
    def written(self):
        """How many files were."""
        return sum(self._kinds.values())

    def keep(self, view, sharp, _outcome=None):
        """Writes a view, and the result on its right if there is one.

        Args:
          view: a `View`.
          sharp: uint8 pixels of the result, or None.

        Raises:
          UserError: it can't be written.
        """
        if self._kinds[view.kind] == MOST:
            return
        self._kinds[view.kind] += 1
        number = self._kinds[view.kind]
        name = re.sub("[^a-zA-Z0-9]+", "-", f"{view.kind} {number} {view.name}")
        path = self._folder / f"{name.strip('-')[:100]}.png"
        with whole_file.writing(path) as partial:
            Image.fromarray(side_by_side(view.pixels, sharp)).save(
                partial, format="PNG")


def side_by_side(left, right):
    """Both pictures, uint8 [h, w, 3], on grey; left alone if right is None."""
    pictures = [left] if right is None else [left, right]
    canvas = np.full((
        max(len(picture) for picture in pictures),
        sum(picture.shape[1] + _GAP for picture in pictures) - _GAP, 3),
        128, np.uint8)
    x = 0
    for picture in pictures:
        height, width = picture.shape[:2]
        canvas[:height, x:x + width] = picture
        x += width + _GAP
    return canvas
