"""Shows all views, of patterns and of a folder's photos, to one model."""

import dataclasses
import sys

from tqdm import tqdm

from experiments.stress import patterns, photo_views, photos, trial
from ha_deblur.commandline import UserError


@dataclasses.dataclass(frozen=True)
class Tested:
    """What the test found.

    Attributes:
      outcomes: a list of `trial.Outcome`s, one a view.
      photos: how many were read.
      skipped: a sentence for each photo that could not be.
    """

    outcomes: list
    photos: int
    skipped: list

    @property
    def failures(self):
        """The `trial.Outcome`s of the views that failed."""
        return [outcome for outcome in self.outcomes if outcome.problem]


def run(deblur_batch, folder, paths, on_failure=None):
    """Tests a model.

    Args:
      deblur_batch: a Deblurrer's.
      folder: of sharp photos.
      paths: those of them to take, of `photos.found`.
      on_failure: called for a view that failed as on_failure(view, result's
        pixels or None, outcome).

    Returns:
      A `Tested`.

    Raises:
      UserError: no photo can be read.
    """
    synthetic = patterns.views()
    skipped, outcomes = [], []
    bar = tqdm(total=len(synthetic) + len(paths) * photo_views.COUNT,
               unit="view")

    def views():
        # Photos come first, so that a folder of damaged ones is known soon.
        for number, path in enumerate(paths):
            try:
                pixels = photos.read(path)
            except UserError as problem:
                skipped.append(str(problem))
                tqdm.write(f"skipped: {problem}", file=sys.stderr)
                bar.total -= photo_views.COUNT
                continue
            name = path.relative_to(folder).as_posix()
            yield from photo_views.of(pixels, name, number)
        if len(skipped) == len(paths):
            raise UserError(f"{folder}: none of {len(paths)} photos can be "
                            "read; give --stress a folder of sharp photos")
        yield from synthetic

    with bar:
        for view, sharp, outcome in trial.outcomes(deblur_batch, views()):
            outcomes.append(outcome)
            if outcome.problem and on_failure:
                on_failure(view, sharp, outcome)
            bar.update()
    return Tested(outcomes, len(paths) - len(skipped), skipped)
