"""What COCO JSON holds, as tools really write it.

Ids and numbers may be text; the categories of people have many names.
"""

import re

from ha_deblur.annotations.boxes import checked
from ha_deblur.annotations.people_classes import PeopleClasses
from ha_deblur.commandline import UserError


def parsed(content, path, skip, wanted):
    """The boxes of people in what a file holds.

    Args:
      content: the dict.
      path: the file's, for messages.
      skip: called with a line for each annotation that can't be used.
      wanted: the names of the categories that are people, or None.

    Returns:
      ({file_name: boxes}, {file_name: (height, width)}, {file_name: scores}).

    Raises:
      UserError: no category is people.
      KeyError, ValueError, TypeError, AttributeError, OverflowError: it is no
        COCO JSON.
    """
    names, boxes, scores, sizes = {}, {}, {}, {}
    for image in content["images"]:
        name, image_id = _file_name(image), id_of(image["id"])
        if name in boxes:
            raise ValueError(f"the image '{name}' is listed twice")
        other = names.setdefault(image_id, name)
        if other != name:
            raise ValueError(f"the images '{other}' and '{name}' have the same "
                             f"id {image_id}")
        boxes[name], scores[name], sizes[name] = [], [], size_of(image)
    is_person = _persons(content.get("categories") or [], path, wanted)
    for number, annotation in enumerate(content["annotations"], start=1):
        where = f"{path}: annotation {annotation.get('id', number)}"
        try:
            if not is_person(annotation):
                continue
        except ValueError as error:
            skip(f"{where}: {error}")
            continue
        image_id = id_of(annotation["image_id"])
        name = names.get(image_id)
        if name is None:
            skip(f"{where}: is of image {image_id}, which is not listed")
            continue
        try:
            box = checked(_box(annotation), *reversed(sizes[name]))
            score = _score(annotation.get("score"))
        except ValueError as error:
            skip(f"{where}, of '{name}': {error}")
            continue
        boxes[name].append(box)
        scores[name].append(score)
    return boxes, sizes, scores


def _persons(categories, path, wanted):
    """A function that returns whether an annotation is of a person.

    That raises ValueError if it is of a category that is not listed.

    Raises:
      UserError: no category is people.
    """
    classes, names, people = PeopleClasses(wanted), {}, set()
    for category in categories:
        category_id, name = id_of(category["id"]), str(category["name"])
        if names.setdefault(category_id, name) != name:
            raise ValueError(f"the categories '{names[category_id]}' and "
                             f"'{name}' have the same id {category_id}")
        if classes.has(name):
            people.add(category_id)
    if categories and not people:
        raise UserError(
            f"{path}: none of its categories is {classes.described()}; "
            f"{classes.listed_others()}")

    def is_person(annotation):
        if len(names) <= 1:  # the id says nothing, and some tools leave it out
            return True
        category_id = id_of(annotation["category_id"])
        if category_id not in names:
            raise ValueError(f"is of category {category_id}, which is not "
                             "listed")
        return category_id in people

    return is_person


def _file_name(image):
    """What an entry of "images" calls its file, if only by its address."""
    found = image.get("file_name") or image.get("coco_url") or image[
        "file_name"]
    if not found:
        raise ValueError(f"the image {image.get('id')} has no file_name")
    return str(found)


def _box(annotation):
    """Its bbox; without one that around its polygons."""
    box = _numbers(annotation.get("bbox"))
    polygons = annotation.get("segmentation")
    if (box and any(box)) or not polygons or not isinstance(polygons, list):
        if box is None:
            raise ValueError("has neither bbox nor polygons")
        return box
    try:
        points = [float(value) for polygon in polygons for value in polygon]
        (left, right), (top, bottom) = (
            (min(edges), max(edges)) for edges in (points[::2], points[1::2]))
    except (TypeError, ValueError):
        raise ValueError("has polygons that are no lists of numbers") from None
    return [left, top, right - left, bottom - top]


def _numbers(box):
    """A box whose numbers may be text."""
    try:
        return [float(value) if isinstance(value, str) else value
                for value in box] if isinstance(box, list) else box
    except ValueError:
        return box  # which `checked` refuses


def _score(score):
    try:
        return None if score is None else float(score)
    except (TypeError, ValueError):
        raise ValueError(f"the score {score!r} is no number") from None


def id_of(value):
    """An id as text: 1, 1.0, "1" and "1.0" are the same, for tools mix them."""
    return re.sub(r"^(-?\d+)\.0+$", r"\1", str(value).strip())


def size_of(image):
    """(height, width) that an entry of "images" states.

    Raises:
      KeyError, ValueError, TypeError, OverflowError: it states none.
    """
    size = tuple(int(float(image[side] or 0)) for side in ("height", "width"))
    if min(size) < 1:
        raise ValueError(f"the image '{image['file_name']}' has no size")
    return size
