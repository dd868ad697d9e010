"""The result for a picture, and how it is put together row by row."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf
from scipy import ndimage

from ha_deblur.inference import guard
from ha_deblur.inference.people_only import keep_background, soft_edge
from ha_deblur.quantize import quantized

_ROWS = 256  # at a time: a whole picture as floats takes much memory


@dataclasses.dataclass(frozen=True)
class Deblurred:
    """The network's results for one picture.

    Attributes:
      sharp: [h, w, 3] RGB of the picture's own dtype, uint8 or uint16: the
        primary branch, the result.
      foreground: the same of the branch trained on people, or None.
      background: the same of the branch trained on the rest, or None.
      attention: [h, w] uint8: 255 * A, where the network saw people (or the
        mask given in its place); None if the model has no attention.
      warning: a sentence on which part of the picture was left as it was,
        because the network's answer can't be right (see `guard`); None if
        there is no such part.
    """

    sharp: np.ndarray
    foreground: typing.Optional[np.ndarray]
    background: typing.Optional[np.ndarray]
    attention: typing.Optional[np.ndarray]
    warning: typing.Optional[str] = None


class Results:
    """Collects rows of the network's results for a batch, as integers.

    Args:
      images: [b, h, w, 3] uint8 or uint16, the blurred pictures.
    """

    def __init__(self, images):
        self.images = images
        self._pictures = {}
        # {name: list of [b, n, w/8, 3]}: cell means of what the network adds
        self._changes = {}

    def write(self, name, top, rows):
        """Quantizes rows of a result.

        Args:
          name: of the branch, or "attention".
          top: the first row; rows come from top to bottom.
          rows: [b, n, w, c] float32, about [0, 1]; all but the last ones of a
            picture are a multiple of guard.CELL in number.
        """
        if name not in self._pictures:
            dtype = np.uint8 if name == "attention" else self.images.dtype
            self._pictures[name] = np.empty(
                [*self.images.shape[:3], rows.shape[-1]], dtype)
        picture = self._pictures[name]
        if name != "attention":
            self._changes.setdefault(name, []).append(guard.cell_means(
                tf.constant(rows) - self._photo(top, rows.shape[1])).numpy())
        picture[:, top:top + rows.shape[1]] = quantized(rows, picture.dtype)

    def deblurred(self, number, mask=None, people_only=False):
        """The Deblurred of one picture, once all rows are written.

        Args:
          number: the picture's index in the batch.
          mask: [h, w, 1] in [0, 1], if the user gave one.
          people_only: whether to leave everything else as it was.
        """
        blurred = self.images[number]
        trust = self._guard(number)
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
            _warning(trust, *blurred.shape[:2]))

    def _photo(self, top, rows):
        """Rows of the pictures as floats in [0, 1]: [b, rows, w, 3]."""
        white = np.iinfo(self.images.dtype).max
        return tf.cast(self.images[:, top:top + rows], tf.float32) / white

    def _guard(self, number):
        """`guard.guarded` of all branches, in bands of rows and in place.

        Returns:
          [h/8, w/8] in [0, 1], the trust in the primary result.
        """
        height, width = self.images.shape[1:3]
        photo = tf.concat([
            guard.cell_means(self._photo(top, _ROWS)[number:number + 1])
            for top in range(0, height, _ROWS)], axis=1)
        for name, parts in self._changes.items():
            change = np.concatenate(parts, axis=1)[number:number + 1]
            trust = guard.trust(photo, tf.constant(change))
            if name == "primary":
                found = trust[0, ..., 0].numpy()
            if tf.reduce_min(trust) > 0.999:
                continue
            result = self._pictures[name][number]
            for top in range(0, height, _ROWS):
                rows = slice(top, top + _ROWS)
                before = np.float32(self.images[number, rows])
                weight = guard.at_pixels(
                    trust, tf.range(top, top + len(before)), width)[0].numpy()
                result[rows] = np.rint(
                    before + weight * (result[rows] - before))
        return found


def _warning(trust, height, width):
    """Which part of the picture was left as it was, in words; or None."""
    kept = trust < 0.5
    if not kept.any():
        return None
    if kept.all():
        where = "all of it"
    else:
        numbered, many = ndimage.label(kept)
        largest = 1 + np.argmax(np.bincount(numbered.ravel())[1:])
        rows, columns = ndimage.find_objects(numbered)[largest - 1]
        x, y = (f"{guard.CELL * part.start} to "
                f"{min(guard.CELL * part.stop, side)}"
                for part, side in ((columns, width), (rows, height)))
        where = f"{max(0.01, kept.mean()):.0%} of it, " + (
            f"at x {x}, y {y}" if many == 1 else
            f"in {many} places, the largest at x {x}, y {y}")
    return ("part of the picture stayed as it was, because there the network's "
            f"answer can't be right ({where})")
