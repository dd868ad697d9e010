"""Which detected people are kept: sure ones, in the foreground (sec. 3)."""

from ha_deblur.annotations.boxes import clipped


def certain(people, min_score, width, height):
    """Those that are sure enough, with boxes cut to the picture.

    Args:
      people: a list of ([x, y, width, height], score).
      min_score: the least score of a box that is kept.
      width: the picture's.
      height: the picture's.

    Returns:
      (people, outside): `outside` are those of which nothing is left.
    """
    found = [(box, clipped(box, width, height), score)
             for box, score in people if score >= min_score]
    return ([(inside, score) for _, inside, score in found if inside],
            [(box, score) for box, inside, score in found if not inside])


def split_by_height(people, min_height):
    """(those at least `min_height` pixels tall, the others)."""
    near = [person for person in people if person[0][3] >= min_height]
    far = [person for person in people if person[0][3] < min_height]
    return near, far
