"""Reads boxes of people from YOLO text, Pascal VOC XML and CSV.

Each reader takes the source; the upright images' sizes {name: (height, width)},
names being relative paths with slashes; the classes that are people, as
`PeopleClasses` takes them; and how the images are stored {name: EXIF's
orientation}, upright where that is not said. It returns

  * {name: [[x, y, width, height], ...]} in pixels, x and y from 0 at the left
    and top edge of the upright picture; what lies outside the picture is cut
    off. Boxes of a picture of another size are brought to it, see
    `fitted_boxes`. Images that the source does not mention have no entry.
  * problems: a line for everything that could not be used, which begins with
    the file and the line.
"""

import csv
import math
import pathlib
from xml.etree import ElementTree

from data_prep.people import yolo_names
from data_prep.people.image_folder import ImageNames
from ha_deblur.annotations.boxes import clipped
from ha_deblur.annotations.fitted_boxes import fitted
from ha_deblur.annotations.people_classes import PeopleClasses
from ha_deblur.commandline import UserError

_YOLO_PERSON = "0"  # where there are none: COCO's first class
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_CORNER_AND_SIZE = ("x", "y", "width", "height")
_CLASS_COLUMNS = ("class", "label", "category", "class_name", "label_name",
                  "category_name")


def read_yolo(source, sizes, people=None, _=None):
    """Lines `class cx cy w h`, in fractions of the picture, one .txt per image.

    (cx, cy) is the box's centre. A sixth number, a detector's confidence, is
    ignored. An empty file says that nobody is in the picture. What the classes
    are called is in classes.txt, obj.names or data.yaml (`yolo_names`);
    without such a file 0 is people.

    Raises:
      UserError: there is no such folder, or a class is neither a number nor
        one of those names.
    """
    called = yolo_names.read(source)
    classes = PeopleClasses.of(people)
    if not called and not classes.wanted:
        classes.wanted = [_YOLO_PERSON]
    for name in classes.wanted:
        if not (name.isdecimal() or PeopleClasses([name]).has(*called)):
            raise UserError(f"--person_class={name}: YOLO numbers its classes"
                            + (f", and calls them {', '.join(called)}; give "
                               "one of these" if called else
                               "; give the number of persons, such as 0"))

    def items(path, _):
        lines = enumerate(_text(path).splitlines(), start=1)
        return [(f"line {number}", line) for number, line in lines
                if line.strip()]

    def parse(line, size):
        numbers = [float(field) for field in line.split()]
        known = 0 <= numbers[0] < len(called)
        if not classes.has(f"{numbers[0]:g}",
                           *([called[int(numbers[0])]] if known else [])):
            return None
        if len(numbers) not in (5, 6):
            raise ValueError(f"has {len(numbers)} numbers; a box has 5: class, "
                             "centre x and y, width, height")
        cx, cy, width, height = numbers[1:5]
        # Whole pictures come out of float32 a little larger than 1.
        if max(numbers[1:5]) > 1.001:
            raise ValueError("has a number above 1; YOLO's are fractions of "
                             "the picture")
        return _checked([
            (cx - width / 2) * size[1], (cy - height / 2) * size[0],
            width * size[1], height * size[0]], size)

    return _read_partners(source, sizes, ".txt", items, parse)


def read_voc(source, sizes, people=None, turns=None):
    """Pascal VOC XML, one file an image and named after it.

    VOC counts pixels from 1 and xmax and ymax are the last ones inside, so
    xmin 1 and xmax 10 are x 0 and width 10 (the VOC development kit's
    annotation guidelines). Boxes of parts, such as heads, are not read.

    Raises:
      UserError: there is no such folder.
    """
    classes = PeopleClasses.of(people)

    def items(path, name):
        root = ElementTree.fromstring(path.read_bytes())
        stated = _stated(root.findtext("size/height"),
                         root.findtext("size/width"), sizes[name])
        turn = turns.get(name, 1) if turns else 1
        fitted([], stated, sizes[name], turn)  # or that is all to say of it
        return [(f"object {number}", (item, stated, turn)) for number, item
                in enumerate(root.iter("object"), start=1)]

    def parse(found, size):
        item, stated, turn = found
        if not classes.has((item.findtext("name") or "").strip()):
            return None
        edges = {edge: item.findtext(f"bndbox/{edge}") for edge in _CORNERS}
        absent = [edge for edge in _CORNERS if edges[edge] is None]
        if absent:
            raise ValueError(f"has no bndbox/{absent[0]}")
        left, top, right, bottom = (float(edges[edge]) for edge in _CORNERS)
        return _checked([left - 1, top - 1, right - left + 1, bottom - top + 1],
                        size, stated, turn)

    return _read_partners(source, sizes, ".xml", items, parse)


def read_csv(source, sizes, people=None, turns=None):
    """A row per box: file_name (or filename) and x,y,width,height in pixels.

    Instead of the latter xmin,ymin,xmax,ymax, where width is xmax - xmin; then
    columns width and height are the picture's. With a column `class`, `label`
    or the like only its persons are read. A row with an empty box says that
    nobody is in the picture.

    Raises:
      UserError: the file can't be read, or its header names no boxes.
    """
    names, boxes, problems = ImageNames(sizes), {}, []
    classes = PeopleClasses.of(people)
    lines = _text(pathlib.Path(source)).splitlines()
    header = [column.strip().lower() for column in next(csv.reader(lines), [])]
    name_column = next(
        (c for c in ("file_name", "filename") if c in header), None)
    class_column = next((c for c in _CLASS_COLUMNS if c in header), None)
    # Where both are there, width and height are those of the picture.
    columns = next((columns for columns in (_CORNERS, _CORNER_AND_SIZE)
                    if set(columns) <= set(header)), None)
    if not name_column or not columns:
        raise UserError(
            f"{source}: its first line must name the columns file_name and "
            "x,y,width,height or xmin,ymin,xmax,ymax, with commas; it is "
            f"'{','.join(header)}'")
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        try:
            # Each line by itself: one stray quote would swallow the rest.
            row = dict(zip(header, next(csv.reader([line]))))
            called = row.get(name_column, "").strip()
            name = names.find(called)
            if name is None:
                raise ValueError(f"no image is called {called!r}")
            found = boxes.setdefault(name, [])
            fields = [row.get(column, "").strip() for column in columns]
            if not any(fields) or (class_column and not classes.has(
                    row.get(class_column, "").strip())):
                continue
            box, stated = [float(field) for field in fields], sizes[name]
            if columns == _CORNERS:
                left, top, right, bottom = box
                box = [left, top, right - left, bottom - top]
                stated = _stated(row.get("height"), row.get("width"), stated)
            found.append(_checked(box, sizes[name], stated,
                                  turns.get(name, 1) if turns else 1))
        except (ValueError, csv.Error) as error:
            problems.append(f"{source}: line {number}: {error}")
    return boxes, problems


def _read_partners(source, sizes, suffix, items, parse):
    """Reads the annotation file of every image that has one.

    Args:
      source: the folder of the annotation files.
      sizes: {name: (height, width)} of the images.
      suffix: the annotation files'.
      items: a function (path, image's name) -> [(place, item), ...] of a file.
      parse: a function (item, size) -> box, or None if it is no person's.
    """
    source = pathlib.Path(source)
    if not source.is_dir():
        raise UserError(f"{source}: no such folder; --source needs the folder "
                        f"of the {suffix} files")
    boxes, problems = {}, []
    strange = {path for path in source.rglob(f"*{suffix}")
               if path.name not in yolo_names.LISTS}
    for name, size in sizes.items():
        path = (source / name).with_suffix(suffix)
        if not path.is_file():
            continue
        strange.discard(path)
        try:
            found = items(path, name)
        except UserError as error:
            problems.append(str(error))
            continue
        # The second is what an XML file with an unknown encoding raises.
        except (ElementTree.ParseError, LookupError, ValueError, OSError
                ) as error:
            problems.append(f"{path}: {error}")
            continue
        boxes[name] = []
        for place, item in found:
            try:
                box = parse(item, size)
            except ValueError as error:
                problems.append(f"{path}: {place}: {error}")
                continue
            if box:
                boxes[name].append(box)
    problems += [f"{path}: no image is called {path.stem}"
                 for path in sorted(strange)]
    return boxes, problems


def _stated(height, width, size):
    """(height, width) as a file states them; `size` if it does not.

    Raises:
      ValueError: they are no numbers.
    """
    stated = tuple(float(side or 0) for side in (height, width))
    if not all(map(math.isfinite, stated)):
        raise ValueError(f"is of a picture of {stated[1]}x{stated[0]}")
    return tuple(map(int, stated)) if min(stated) >= 1 else tuple(size)


def _checked(box, size, stated=None, turn=1):
    """The box inside its picture of (height, width) `size`, upright.

    Args:
      stated, turn: the size it is of, and how the picture is stored: `fitted`.
    """
    if not all(map(math.isfinite, box)) or min(box[2:]) <= 0:
        raise ValueError(
            "is no box; x {:g}, y {:g}, width {:g}, height {:g}".format(*box))
    [box] = fitted([box], stated or size, size, turn)
    inside = clipped(box, size[1], size[0])
    if inside is None:
        raise ValueError(f"lies outside of its picture of {size[1]}x{size[0]}")
    return inside


def _text(path):
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read as text ({error})") from error
