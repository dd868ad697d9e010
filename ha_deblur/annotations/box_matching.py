"""Which of the boxes that were found are people: precision and recall."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Matched:
    """What was found on one picture, or on several.

    Attributes:
      people: how many there are that should be found.
      found: a list of (score, iou) of the boxes that count: a detector's
        score or None, and the IoU with their person, None if false.
    """

    people: int
    found: list[tuple]


def match(found, true, scores=None, min_iou=0.5, min_height=0):
    """Gives each person the surest box that fits; each has one at most.

    From the surest box on, each takes the person, of those still without a
    box, whom it overlaps most, and at least by `min_iou`. People in the
    distance are neither missed, nor are boxes on them false, nor boxes as low
    as they, as in COCO's evaluation (https://cocodataset.org/#detection-eval).

    Args:
      found: a list of boxes [x, y, width, height].
      true: the same of all people.
      scores: of the boxes found, a list of numbers or None; without them they
        come in their own order.
      min_iou: the least intersection over union.
      min_height: of people who count, in pixels.

    Returns:
      A `Matched`.
    """
    scores = scores or [None] * len(found)
    known = -np.array([0 if s is None else s for s in scores], float)
    overlaps = intersection_over_union(found, true)  # [found, true]
    distant = np.array([box[3] < min_height for box in true], bool)
    free, counted = ~distant, []
    for i in np.argsort(known, kind="stable"):
        best = _best(overlaps[i], free, min_iou)
        if best is not None:
            free[best] = False
            counted.append((scores[i], float(overlaps[i, best])))
        elif (found[i][3] >= min_height
              and _best(overlaps[i], distant, min_iou) is None):
            counted.append((scores[i], None))
    return Matched(int((~distant).sum()), counted)


def _best(overlaps, allowed, least):
    """The number of the person overlapped most, None if by less than so."""
    fitting = np.where(allowed, overlaps, 0)
    if fitting.max(initial=0) < least:
        return None
    return int(fitting.argmax())


def totals(pictures):
    """The numbers of several pictures together.

    Args:
      pictures: a list of `Matched`.

    Returns:
      A dict: "people", "found" and "matched", numbers of boxes; "precision",
      the share of the boxes found that are people's; "recall", of the people
      who were found; "mean_iou" of the matched ones; "average_precision", see
      there, None unless every box has a score. A share of nothing is None.
    """
    found = [box for picture in pictures for box in picture.found]
    people = sum(picture.people for picture in pictures)
    ious = [iou for _, iou in found if iou is not None]
    return {
        "people": people, "found": len(found), "matched": len(ious),
        "precision": len(ious) / len(found) if found else None,
        "recall": len(ious) / people if people else None,
        "mean_iou": sum(ious) / len(ious) if ious else None,
        "average_precision": average_precision(found, people),
    }


def average_precision(found, people):
    """The area under the curve of precision over recall.

    Its steps are all the found boxes, the surest first, and at each recall
    stands the highest precision at this recall or beyond, as in PASCAL VOC
    since 2010 (Everingham et al., IJCV 2015, sec. 4.2 on average precision).

    Args:
      found: as `Matched.found`, of all pictures.
      people: how many there are.

    Returns:
      A number in [0, 1]; None if a box has no score, or there is nobody.
    """
    if not people or any(score is None for score, _ in found):
        return None
    found = sorted(found, key=lambda box: -box[0])
    hits = np.array([iou is not None for _, iou in found], bool)
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    best_beyond = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_beyond[hits].sum() / people)


def intersection_over_union(one, other):
    """Of each box [x, y, width, height] with each of the others.

    Args:
      one: n boxes.
      other: m boxes.

    Returns:
      [n, m] in [0, 1].
    """
    one = np.array(one, float).reshape(-1, 1, 4)
    other = np.array(other, float).reshape(1, -1, 4)
    start = np.maximum(one[..., :2], other[..., :2])  # [n, m, 2]
    end = np.minimum(one[..., :2] + one[..., 2:],
                     other[..., :2] + other[..., 2:])
    common = np.maximum(end - start, 0).prod(axis=-1)  # [n, m]
    return common / (one[..., 2:].prod(axis=-1)
                     + other[..., 2:].prod(axis=-1) - common)
