"""What a stress test found, kind by kind: for programs, terminals and cards."""

from experiments.stress import measure, trial
from experiments.tables import markdown

_HEADINGS = ("views", "failed", "guarded", "worst area", "mean area",
             "worst RMS", "mean RMS")


def rows(outcomes):
    """A dict for each kind of view, in their order, and one for all of them.

    "kind"; "views", "failures" and "guarded", their numbers; "worst_area" and
    "mean_area", how far the means of areas moved, and "worst_rms" and
    "mean_rms", how far pixels did, in levels of 255, None where no view has a
    result; "worst_view": the name of the one whose area moved most.

    Args:
      outcomes: a list of `trial.Outcome`s, at least one.
    """
    kinds = {}
    for outcome in outcomes:
        kinds.setdefault(outcome.kind, []).append(outcome)
    return [*(_row(kind, some) for kind, some in kinds.items()),
            _row("all", outcomes)]


def text(all_rows):
    """`rows` as lines for a terminal."""
    lines = [_aligned("kind", _HEADINGS) + "  worst view"]
    for row in all_rows:
        where = row["worst_view"] or ""
        lines.append(f"{_aligned(row['kind'], _cells(row))}  {where}".rstrip())
    return "\n".join(lines)


def section(all_rows, photos):
    """`rows` as a section of a model's card, Markdown.

    Args:
      all_rows: what `rows` gave.
      photos: how many photos views were made of.
    """
    total = all_rows[-1]
    lines = [["", *_HEADINGS]] + [
        [row["kind"], *_cells(row)] for row in all_rows]
    return "\n\n".join([
        "## Stress test",
        f"{total['views']} pictures, {photos} photos in many views and "
        f"patterns; {total['failures']} failed. One fails if the mean of some "
        f"area of {measure.AREA}x{measure.AREA} pixels moves by\nmore than "
        f"{trial.MOST} of 255 levels (of a blurred one: beyond what the sharp "
        "photo's is\nanywhere on the exposure's path), or if the result is no "
        "picture of its size. Changes\nare in levels; of the guarded ones a "
        "part stayed as it was, because the network's\nanswer could not be "
        "right (`experiments.evaluate --stress`).",
        markdown.grid(lines)]) + "\n"


def _row(kind, outcomes):
    compared = [one for one in outcomes if one.largest is not None]
    worst = max(compared, key=lambda one: one.largest, default=None)
    return {
        "kind": kind, "views": len(outcomes),
        "failures": sum(one.problem is not None for one in outcomes),
        "guarded": sum(one.guarded for one in outcomes),
        "worst_area": worst and worst.largest,
        "mean_area": _mean([one.mean for one in compared]),
        "worst_rms": max((one.rms for one in compared), default=None),
        "mean_rms": _mean([one.rms for one in compared]),
        "worst_view": worst and worst.name}


def _mean(values):
    return sum(values) / len(values) if values else None


def _cells(row):
    return [*(str(row[key]) for key in ("views", "failures", "guarded")), *(
        "-" if row[key] is None else f"{row[key]:.2f}"
        for key in ("worst_area", "mean_area", "worst_rms", "mean_rms"))]


def _aligned(kind, cells):
    return f"{kind:18}" + "".join(
        f"{cell:>{max(7, len(heading) + 2)}}"
        for cell, heading in zip(cells, _HEADINGS))
