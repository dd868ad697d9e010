"""The boxes of people that a detector is sure of."""


def chosen(boxes, sure, doubtful):
    """Leaves out unsure boxes, and pictures in which doubt remains.

    A picture that a detector is unsure of must not count as background there:
    training would learn a person as background. A doubtful box whose middle is
    inside of a sure one is a part or a double of that person.

    Args:
      boxes: `coco.Boxes`; a box without a score was drawn by a person and is
        sure.
      sure: the least score of a box that is a person.
      doubtful: the least score of a box that may be one.

    Returns:
      {file_name: [[x, y, width, height], ...]}.
    """
    found = {}
    for name, drawn in boxes.items():
        scores = boxes.scores.get(name) or [None] * len(drawn)
        people = [box for box, score in zip(drawn, scores)
                  if score is None or score >= sure]
        unsure = [box for box, score in zip(drawn, scores)
                  if score is not None and doubtful <= score < sure]
        if all(any(_has_middle_of(person, box) for person in people)
               for box in unsure):
            found[name] = people
    return found


def _has_middle_of(person, box):
    """Whether the middle of `box` lies inside of `person`."""
    return all(person[axis] <= box[axis] + box[axis + 2] / 2
               <= person[axis] + person[axis + 2] for axis in (0, 1))
