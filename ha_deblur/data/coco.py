"""Boxes of people in COCO JSON, the project's own annotation format.

The format: https://cocodataset.org/#format-data. A box is [x, y, width,
height] in pixels, the top left corner first.
"""

import json
import math
from pathlib import Path, PurePosixPath

from ha_deblur.commandline import UserError

# Folders that only say which partner of a pair a file is: boxes drawn on the
# sharp image are those of the blurred one.
_ROLES = frozenset({"blur", "blur_gamma", "sharp", "input", "target", "GT"})


class Boxes(dict):
    """{file_name: [[x, y, width, height], ...]} of one annotation file.

    Every annotated image has an entry, with an empty list if nobody is in it.

    Attributes:
      sizes: {file_name: (height, width)} as the annotation file says.
    """

    def __init__(self, boxes, sizes):
        super().__init__(boxes)
        self.sizes = sizes
        self._by_place = {}
        for file_name in self:
            self._by_place.setdefault(_place(file_name), []).append(file_name)

    def find(self, path):
        """The file_name that means the image at `path`, or None.

        It may be the end of the path, of any length: "000047.png" as well as
        "train/GOPR0372_07_00/000047.png"; the longest wins. Folders such as
        blur, sharp and GT don't count.
        """
        place = _place(path)
        for start in range(len(place)):
            candidates = self._by_place.get(place[start:])
            if candidates:
                # Both partners may be annotated: then the image's own boxes.
                path = PurePosixPath(path).as_posix()
                return max(candidates, key=path.endswith)
        return None


def read_boxes(path):
    """Reads the boxes of people, those marked `iscrowd` included.

    People are the category "person"; in a file with one category or none,
    all boxes.

    Returns:
      `Boxes`, a dict from file_name to a list of [x, y, width, height].

    Raises:
      UserError: the file is missing or is no valid COCO JSON.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise UserError(f"{path}: is no JSON ({error})") from error
    try:
        return _parse(content)
    except KeyError as error:
        raise UserError(
            f"{path}: is no COCO JSON, it lacks the key {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: is no COCO JSON ({error})") from error


def lookup(boxes, path):
    """The boxes of the image at `path`, [] if there are none.

    Args:
      boxes: `Boxes`.
      path: see `Boxes.find`.
    """
    return boxes.get(boxes.find(path), [])


def boxes_of_pairs(path, pairs):
    """{pair: its boxes, normalized}, for the pairs that the file knows.

    Args:
      path: COCO JSON, drawn on the blurred or the sharp images.
      pairs: a list of at least one `Pair`.

    Raises:
      UserError: the file is not valid, knows none of the pairs, or has a
        name that may be either of two.
    """
    boxes = read_boxes(path)
    names = {pair: name for pair in pairs
             if (name := boxes.find(pair.blurred)) is not None}
    if not names:
        raise UserError(
            f"{path}: holds none of the images, such as '{pairs[0].name}'; "
            "its file_names must end as their paths do")
    pair_of = {}
    for pair, name in names.items():
        other = pair_of.setdefault(name, pair)
        if other != pair:
            raise UserError(
                f"{path}: '{name}' may be {other.name} or {pair.name}; its "
                "file_names need their folders")
    return {
        pair: [normalized(box, *reversed(boxes.sizes[name]))
               for box in boxes[name]]
        for pair, name in names.items()}


def normalized(box, width, height):
    """[x, y, w, h] in pixels to [ymin, xmin, ymax, xmax] in [0, 1].

    What of the box lies outside the picture is cut off.
    """
    x, y, box_width, box_height = box
    edges = (y / height, x / width,
             (y + box_height) / height, (x + box_width) / width)
    return [min(max(float(edge), 0.0), 1.0) for edge in edges]


def clipped(box, width, height):
    """The part of a box [x, y, w, h] inside its picture, or None.

    Edges are rounded to 1/100 pixel, as annotation tools do on saving.
    """
    x, y, box_width, box_height = box
    left, right = (round(min(max(float(edge), 0.0), width), 2)
                   for edge in (x, x + box_width))
    top, bottom = (round(min(max(float(edge), 0.0), height), 2)
                   for edge in (y, y + box_height))
    if not (right > left and bottom > top):  # so for NaN, too
        return None
    return [left, top, round(right - left, 2), round(bottom - top, 2)]


def write(path, images):
    """Writes boxes of people as COCO JSON, whole or not at all.

    Args:
      path: the file; its folder is made if it is absent.
      images: a list of (file_name, width, height, boxes), boxes as
        [x, y, width, height].

    Raises:
      UserError: the file can't be written.
    """
    path = Path(path)
    content = {
        "info": {"description": "Bounding boxes of people", "version": "1.0"},
        "images": [
            {"id": image_id, "file_name": str(file_name),
             "width": int(width), "height": int(height)}
            for image_id, (file_name, width, height, _)
            in enumerate(images, start=1)],
        "annotations": [],
        "categories": [{"id": 1, "name": "person"}],
    }
    for image_id, (*_, boxes) in enumerate(images, start=1):
        for box in boxes:
            box = [float(value) for value in box]
            content["annotations"].append({
                "id": len(content["annotations"]) + 1, "image_id": image_id,
                "category_id": 1, "bbox": box, "area": box[2] * box[3],
                "iscrowd": 0})
    partial = path.with_name(f"{path.name}.partial")
    text = json.dumps(content, allow_nan=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error})") from error


def _parse(content):
    names, boxes, sizes = {}, {}, {}
    for image in content["images"]:
        name = image["file_name"]
        if name in boxes:
            raise ValueError(f"the image '{name}' is listed twice")
        names[image["id"]], boxes[name] = name, []
        sizes[name] = (int(image["height"]), int(image["width"]))
        if min(sizes[name]) < 1:
            raise ValueError(f"the image '{name}' has no size")
    people = _person_ids(content.get("categories") or [])
    for annotation in content["annotations"]:
        if people is None or annotation["category_id"] in people:
            image_id = annotation["image_id"]
            if image_id not in names:
                raise ValueError(f"a box is of image {image_id}, not listed")
            boxes[names[image_id]].append(_checked(annotation["bbox"]))
    return Boxes(boxes, sizes)


def _person_ids(categories):
    """The ids of the category "person"; None if every box is a person's."""
    if len(categories) <= 1:
        return None
    ids = {
        category["id"] for category in categories
        if category["name"].strip().lower() == "person"}
    if not ids:
        raise ValueError("none of its categories is 'person'")
    return ids


def _checked(box):
    numbers = [
        value for value in box if isinstance(value, (int, float))
        and math.isfinite(value)]
    if len(box) != 4 or len(numbers) != 4 or min(box[2:]) < 0:
        raise ValueError(f"{box} is no box [x, y, width, height]")
    return box


def _place(path):
    """A path's parts without folders that name a role, as a tuple."""
    *folders, name = PurePosixPath(str(path).replace("\\", "/")).parts
    return (*(part for part in folders if part not in _ROLES), name)
