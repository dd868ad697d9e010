"""Shows views to a model, and judges which of them fail."""

import dataclasses
import itertools
import typing

from experiments.stress import measure

# A view fails if an area's mean moves by more levels of 255 than this.
MOST = 12
_AT_ONCE = 64  # views whose pixels are held in memory


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a view.

    Attributes:
      kind, name: the view's.
      height, width: the view's, in pixels.
      largest: how far the mean of that area moved that moved most, in levels
        of 255 (see `measure.area_changes`); None if no result can be compared.
      mean: the same, the mean of all areas.
      rms: root mean square change of pixels, in levels.
      guarded: whether some of the view stayed as it was, because there the
        network's answer could not be right (`ha_deblur.inference.guard`).
      problem: why the view failed, in words; None if it did not.
    """

    kind: str
    name: str
    height: int
    width: int
    largest: typing.Optional[float] = None
    mean: typing.Optional[float] = None
    rms: typing.Optional[float] = None
    guarded: bool = False
    problem: typing.Optional[str] = None


def outcomes(deblur_batch, views):
    """Yields (View, result's pixels or None, Outcome) for each view.

    Args:
      deblur_batch: a Deblurrer's, or what behaves as it does.
      views: an iterable of `View`s.
    """
    views = iter(views)
    while some := list(itertools.islice(views, _AT_ONCE)):
        for view, result in zip(some, _results(deblur_batch, some)):
            if isinstance(result, Exception):
                yield view, None, _outcome(view, problem=(
                    "deblurring raised " + " ".join(repr(result).split())))
            else:
                yield view, result.sharp, _judged(view, result)


def _results(deblur_batch, views):
    """A Deblurred or an Exception for each view."""
    try:
        return deblur_batch([view.pixels for view in views], branches=False)
    except Exception as error:
        # whatever a model raises is what the test is there to find
        if len(views) == 1:
            return [error]
        return [result for view in views
                for result in _results(deblur_batch, [view])]


def _judged(view, result):
    sharp = result.sharp
    if (sharp.shape, sharp.dtype) != (view.pixels.shape, view.pixels.dtype):
        return _outcome(view, problem=(
            f"the result is {sharp.dtype} {list(sharp.shape)}"))
    areas = measure.area_changes(view.pixels, sharp, view.sharp)
    largest, problem = float(areas.max()), None
    if largest > MOST:
        problem = f"the mean of an area moved by {largest:.1f} levels"
    return _outcome(view, largest=largest, mean=float(areas.mean()),
                    rms=measure.rms_change(view.pixels, sharp),
                    guarded=result.warning is not None, problem=problem)


def _outcome(view, **found):
    height, width = view.pixels.shape[:2]
    return Outcome(view.kind, view.name, height, width, **found)
