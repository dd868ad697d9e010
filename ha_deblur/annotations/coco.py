"""Boxes of people in COCO JSON, the project's own annotation format.

The format: https://cocodataset.org/#format-data. A box is [x, y, width,
height] in pixels, the top left corner first.
"""

import json
import re
import urllib.parse
from pathlib import Path, PurePosixPath

from ha_deblur import whole_file
from ha_deblur.annotations import coco_content, fitted_boxes
from ha_deblur.annotations.boxes import normalized
from ha_deblur.commandline import UserError
from ha_deblur.files import image_files

# Folders that only say which partner of a pair a file is: boxes drawn on the
# sharp image are those of the blurred one.
_ROLES = frozenset({"blur", "blur_gamma", "sharp", "input", "target", "GT"})
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_ABSOLUTE = re.compile(rf"[/\\]|[A-Za-z]:[/\\]|{_URL.pattern}")


class Boxes(dict):
    """{file_name: [[x, y, width, height], ...]} of one annotation file.

    Every annotated image has an entry, with an empty list if nobody is in it.

    Attributes:
      sizes: {file_name: (height, width)} as the annotation file says; boxes
        are in pixels of such a picture. `fitted_boxes` brings them to the one
        that is there.
      scores: {file_name: a detector's score of each box, None without one}.
    """

    def __init__(self, boxes, sizes, scores=None):
        super().__init__(boxes)
        self.sizes = sizes
        self.scores = scores or {}
        self._by_place = {}
        for file_name in self:
            self._by_place.setdefault(_place(file_name), []).append(file_name)
        self._add_ends()

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

    def _add_ends(self):
        """Names with the folders of another machine mean files by their end.
        """
        ends = {}
        for file_name in self:
            if _ABSOLUTE.match(file_name):
                place = _place(file_name)
                for start in range(1, len(place)):
                    ends.setdefault(place[start:], []).append(file_name)
        for end, names in ends.items():
            if len(names) == 1:
                self._by_place.setdefault(end, names)


def read_boxes(path, skip=None, people=None):
    """Reads the boxes of people, those marked `iscrowd` included.

    People are the categories whose names say so (`people_classes`); in a file
    without categories, all boxes. What has no bbox has that of its polygons.

    Args:
      path: the file.
      skip: called with a line for each box that can't be used, which is then
        left out: it is no box of finite numbers and some area, lies outside
        of its picture, or belongs to none, or to no category. Such a file is
        refused if None.
      people: the names of the categories that are people, if others are.

    Returns:
      `Boxes`, a dict from file_name to a list of [x, y, width, height].

    Raises:
      UserError: the file is missing, is no valid COCO JSON, or none of its
        categories is people.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise UserError(f"{path}: is no COCO JSON, an object that holds images "
                        "and annotations")
    try:
        return Boxes(*coco_content.parsed(
            content, path, skip or _refuse, people))
    except KeyError as error:
        raise UserError(
            f"{path}: is no COCO JSON, it lacks the key {error}") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UserError(f"{path}: is no COCO JSON ({error})") from error


def read_json(path):
    """What a JSON file holds.

    Raises:
      UserError: it can't be read or is no JSON.
    """
    try:
        # Of bytes, json finds out the encoding, and takes the mark before it.
        return json.loads(Path(path).read_bytes())
    except OSError as error:
        raise UserError(
            f"{path}: can't be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        reason = error if Path(path).stat().st_size else "it is empty"
        raise UserError(f"{path}: is no JSON ({reason})") from error


def boxes_of_pairs(path, pairs, skip=None, note=None, choose=None,
                   people=None):
    """{pair: its boxes, normalized}, for the pairs that the file knows.

    Args:
      path: COCO JSON, drawn on the blurred or the sharp images.
      pairs: a list of at least one `Pair`.
      skip: see `read_boxes`; also called with a line for each pair whose size
        is not that of its boxes, which has no entry then.
      note: called with a line, if the file has people on images that are in
        none of the pairs, as one for several splits has.
      choose: a function of the file's `Boxes` that gives those to use.
      people: see `read_boxes`.

    Raises:
      UserError: the file is not valid, knows none of the pairs, or has a
        name that may be either of two.
    """
    boxes = read_boxes(path, skip, people)
    if not boxes:  # then no picture is labelled
        return {}
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
    absent = [name for name in boxes if boxes[name] and name not in pair_of]
    sizes = boxes.sizes
    if choose is not None:
        boxes = choose(boxes)
    if absent and note:
        note(f"{path}: has people on {len(absent):,} images that are not "
             f"here, such as '{absent[0]}'")
    found = {}
    for pair, name in names.items():
        if name not in boxes:
            continue
        try:
            found[pair] = _normalized(boxes[name], sizes[name], pair)
        except UserError as error:
            (skip or _refuse)(f"{path}: {error}")
    return found


def write(path, images, scores=None):
    """Writes boxes of people as COCO JSON, whole or not at all.

    Args:
      path: the file; its folder is made if it is absent.
      images: a list of (file_name, width, height, boxes), boxes as
        [x, y, width, height].
      scores: {file_name: a detector's score of each box, or None}; kept as
        the annotations' "score", which COCO has in results.

    Raises:
      UserError: the file can't be written.
    """
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
    for image_id, (file_name, *_, boxes) in enumerate(images, start=1):
        known = (scores or {}).get(file_name) or [None] * len(boxes)
        for box, score in zip(boxes, known):
            box = [float(value) for value in box]
            content["annotations"].append({
                "id": len(content["annotations"]) + 1, "image_id": image_id,
                "category_id": 1, "bbox": box, "area": box[2] * box[3],
                "iscrowd": 0,
                **({} if score is None else {"score": float(score)})})
    whole_file.write_json(path, content)


def _normalized(boxes, stated, pair):
    """Boxes drawn on either partner, as [ymin, xmin, ymax, xmax] in [0, 1]."""
    problem = None
    for path in (pair.sharp, pair.blurred):
        try:
            size = image_files.image_size(path)
        except UserError:  # which is said where pictures are read
            continue
        try:
            there = fitted_boxes.on_picture(boxes, stated, path, size)
            return [normalized(box, *reversed(size)) for box in there]
        except UserError as error:
            problem = problem or error
    if problem:
        raise problem
    return [normalized(box, *reversed(stated)) for box in boxes]


def _refuse(problem):
    raise UserError(f"{problem}; mend it or take it out")


def _place(path):
    """A path's parts without folders that name a role, as a tuple."""
    path = str(path).replace("\\", "/")
    if _URL.match(path):
        path = urllib.parse.unquote(urllib.parse.urlsplit(path).path)
    *folders, name = PurePosixPath(path).parts
    return (*(part for part in folders if part not in _ROLES), name)
