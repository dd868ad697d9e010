"""How blurred the pictures of a data set are: motion, PSNR, detail.

A training recipe should look like the pictures that it is for. How much a
motion harms depends on what moves, so all three belong together: pairs of
equal motion have a lower PSNR where the picture has more detail.
"""

import dataclasses
import math

import numpy as np
from tqdm import tqdm

from data_prep.statistics import blur_estimate
from data_prep.statistics.image_statistics import PERCENTILES
from ha_deblur import metrics
from ha_deblur.annotations import pairs
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import read_image

# {what: its unit}
QUANTITIES = {"motion": "pixels", "PSNR": "dB", "detail": "levels a pixel"}
# Squares of a pair whose motion is estimated; a second for all of them.
_SQUARES = 16
_IDENTICAL = 60  # dB; less than one value of fifteen differs, by a level
_MOVED = 4  # pixels; a shorter path has no direction that could be told


@dataclasses.dataclass(frozen=True)
class Blur:
    """What was measured in the pairs of a data set.

    Attributes:
      pairs: how many the data set has.
      psnr: [p], of a blurred picture against the sharp one, in dB; infinite
        where they are identical but for rounding.
      detail: [p], a sharp picture's mean gradient, in gray levels a pixel.
      lengths: [s], how far squares of the pictures moved, in pixels; 0 where
        no motion was found, `blur_estimate.LONGEST` where it was longer.
      directions: [m], of the squares that moved by 4 pixels and more, in
        degrees from 0 to 180, anticlockwise from the horizontal.
    """

    pairs: int
    psnr: np.ndarray
    detail: np.ndarray
    lengths: np.ndarray
    directions: np.ndarray

    def values(self):
        """{what: its values}, of QUANTITIES."""
        return {"motion": self.lengths, "PSNR": self.psnr,
                "detail": self.detail}


def measure(found, most, label):
    """Measures the pairs of a data set, or some of them.

    Args:
      found: a list of `Pair`.
      most: how many are measured at most; they are spread evenly.
      label: the data set's name, for the progress bar.

    Returns:
      (blur, problems): `Blur`, and a line for each pair that can't be
      measured, because it can't be read, its sizes differ or it is too small.
    """
    psnr, detail, motions, problems = [], [], [], []
    for pair in tqdm(spread(found, most), unit="pair", desc=label):
        try:
            sharp, blurred = _pixels(pair)
        except UserError as error:
            problems.append(str(error))
            continue
        value = metrics.psnr(sharp, blurred)
        psnr.append(value if value < _IDENTICAL else math.inf)
        sharp, blurred = map(blur_estimate.to_gray, (sharp, blurred))
        detail.append(np.mean(np.hypot(*np.gradient(sharp))))
        motions += _motions(sharp, blurred)
    return Blur(
        len(found), np.array(psnr, float), np.array(detail, float),
        np.array([length for length, _ in motions], float),
        np.array([angle for length, angle in motions if length >= _MOVED],
                 float)), problems


def spread(items, most):
    """A limited number of items, evenly spaced from the first to the last."""
    if len(items) <= most:
        return list(items)
    places = np.linspace(0, len(items) - 1, most).round().astype(int)
    return [items[place] for place in places]


def summary(blur):
    """{what: {"n", "mean", 5, 25, 50, 75, 95}} of a `Blur`'s values.

    The percentiles are values that were measured, not between two of them;
    the mean is of the finite values. Without any, they are None.
    """
    return {what: _summary(values) for what, values in blur.values().items()}


def as_json(blur):
    """What JSON can hold of a `Blur`: an infinite PSNR is None there."""
    numbers = {
        what: {key: None if value == math.inf else value
               for key, value in row.items()}
        for what, row in summary(blur).items()}
    return {"pairs": blur.pairs, "measured": len(blur.psnr), **numbers}


def table(blurs):
    """The lines of a table for people.

    Args:
      blurs: {label: `Blur`}.
    """
    width = max(22, 2 + max(map(len, blurs)))
    lines = [_row("blur", width, ["n", "mean", *(
        f"{p}%" for p in PERCENTILES)])]
    for what, unit in QUANTITIES.items():
        lines.append(f"{what}, {unit}")
        for label, blur in blurs.items():
            row = summary(blur)[what]
            lines.append(_row(f"  {label}", width, [f"{row['n']:,}", *(
                "-" if row[key] is None else f"{row[key]:.1f}"
                for key in ("mean", *PERCENTILES))]))
    return lines


def _pixels(pair):
    """(sharp, blurred), uint8 RGB [h, w, 3] both, or UserError."""
    problem = pairs.size_problem(pair)
    if problem:
        raise UserError(problem)
    sharp, blurred = read_image(pair.sharp), read_image(pair.blurred)
    height, width = sharp.shape[:2]
    if min(height, width) < blur_estimate.NEEDED:
        raise UserError(
            f"{pair.blurred}: is {width}x{height}, too small to measure "
            f"motion, which takes {blur_estimate.NEEDED} pixels a side")
    return sharp, blurred


def _motions(sharp, blurred):
    """(length, angle) of some squares of a picture."""
    side, reach = blur_estimate.SIDE, blur_estimate.REACH
    return [
        blur_estimate.straight_motion(
            sharp[y - reach:y + side + reach, x - reach:x + side + reach],
            blurred[y:y + side, x:x + side])
        for y, x in spread(blur_estimate.squares(sharp), _SQUARES)]


def _summary(values):
    finite = values[np.isfinite(values)]
    numbers = {"n": len(values),
               "mean": float(finite.mean()) if len(finite) else None}
    for percentile in PERCENTILES:
        # Between a number and infinity there is no middle.
        numbers[percentile] = float(np.percentile(
            values, percentile, method="nearest")) if len(values) else None
    return numbers


def _row(title, width, cells):
    return f"{title:{width}}" + "".join(f"{cell:>8}" for cell in cells)
