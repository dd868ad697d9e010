"""How well attention maps show people: one picture's numbers, and means."""

import numpy as np

from ha_deblur.annotations import box_matching
from ha_deblur.annotations.boxes import normalized

THRESHOLD = 0.5  # above it is a person, as in validation
FOREGROUND = 0.1  # of the picture's height; less tall is in the distance
_COVERED = 0.5  # of a box's pixels


def of_picture(attention, boxes, people):
    """The numbers of one picture.

    Args:
      attention: A, [h, w] in [0, 1].
      boxes: [x, y, width, height] of the people in it.
      people: a list of (box, score) that were found in it.

    Returns:
      A dict: "iou" of A > 0.5 with G, the filled boxes (Eq. 4); "inside" and
      "outside", the mean of A in G and beside it, None where there is no such
      pixel, as is "iou" where nobody is and nobody was seen; "mean" of all;
      "people" in the foreground, and "covered", those with A > 0.5 on more
      than half of their box; "matched", a `Matched` at an IoU of 0.5.
    """
    height, width = attention.shape
    mask = filled(boxes, height, width)
    seen = attention > THRESHOLD
    near = [box for box in boxes if box[3] >= FOREGROUND * height]
    either = (mask | seen).sum()
    return {
        "iou": float((mask & seen).sum() / either) if either else None,
        "inside": _mean(attention[mask]), "outside": _mean(attention[~mask]),
        "mean": _mean(attention), "people": len(near),
        "covered": sum(_mean(seen[filled([box], height, width)]) > _COVERED
                       for box in near),
        "matched": box_matching.match(
            [box for box, _ in people], boxes, [score for _, score in people],
            min_height=FOREGROUND * height),
    }


def filled(boxes, height, width):
    """G as [h, w] bool."""
    import tensorflow as tf

    from ha_deblur.annotations import masks

    edges = [normalized(box, width, height) for box in boxes]
    return masks.rasterize_boxes(
        tf.reshape(tf.constant(edges, tf.float32), [-1, 4]), height, width
    ).numpy()[..., 0] > 0


def means(rows):
    """One dict of all pictures, from `of_picture`'s of each.

    "images"; "iou", "inside" and "outside": means over the pictures that have
    the number; "people", "covered" and "box_recall", their share; "boxes": the
    found boxes' `box_matching.totals`.
    """
    people, covered = (sum(row[key] for row in rows)
                       for key in ("people", "covered"))
    return {
        "images": len(rows),
        **{key: _mean([row[key] for row in rows if row[key] is not None])
           for key in ("iou", "inside", "outside")},
        "people": people, "covered": covered,
        "box_recall": covered / people if people else None,
        "boxes": box_matching.totals([row["matched"] for row in rows]),
    }


def _mean(values):
    return float(np.mean(values)) if np.size(values) else None
