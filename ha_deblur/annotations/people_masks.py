"""The people in a mask, one by one, and their boxes."""

import numpy as np
from skimage import measure, morphology

_SMALLEST_PERSON = 0.0005  # of the picture's area; below, a speck in the mask
_NEAR = 0.01  # of the shorter side: parts so near are of one person


def people_of(shape):
    """Separates the people of a mask.

    Where the mask has no labels every connected part is a person; parts that
    nearly touch, as limbs that the mask has lost from their body, are one.

    Args:
      shape: a `MaskShape`.

    Returns:
      [n, h, w] bool, the person whose feet are highest, so the farthest,
      first. Parts of less than 0.05 % of the picture are left out.
    """
    labels = shape.labels
    if labels is None:
        inside = shape.share > 0.5
        near = max(1, round(_NEAR / 2 * min(inside.shape)))
        grown = morphology.dilation(inside, morphology.disk(near))
        labels = inside * measure.label(grown, connectivity=2)
    people = [labels == label for label in np.unique(labels) if label]
    people = [person for person in people
              if person.mean() >= _SMALLEST_PERSON]
    people.sort(key=lambda person: np.flatnonzero(person.any(axis=1))[-1])
    return np.array(people, bool).reshape(-1, *labels.shape)


def person_boxes(people):
    """Where people are: their boxes, none for those whose mask is empty.

    Args:
      people: [n, h, w] bool.

    Returns:
      At most n lists [x, y, width, height], in pixels.
    """
    boxes = []
    for person in people:
        rows, columns = (np.flatnonzero(person.any(axis=axis))
                         for axis in (1, 0))
        if len(rows):
            boxes.append([int(columns[0]), int(rows[0]),
                          int(columns[-1] - columns[0] + 1),
                          int(rows[-1] - rows[0] + 1)])
    return boxes
