"""What YOLO's numbers of classes are called, as the usual files say it."""

import pathlib
import re

from ha_deblur.commandline import UserError

# labelImg's and darknet's have a line each; Ultralytics' and Roboflow's are
# YAML that holds `names`.
LISTS = ("classes.txt", "obj.names")
_YAML = ("data.yaml", "data.yml", "dataset.yaml")


def read(source):
    """The names of the classes, in the order of their numbers; [] if unknown.

    Args:
      source: the folder of the annotation files. The files may be in it or in
        one of the two around it, as in dataset/train/labels.

    Raises:
      UserError: such a file can't be read.
    """
    source = pathlib.Path(source).absolute()
    for folder in (source, *list(source.parents)[:2]):
        for path in (folder / name for name in (*LISTS, *_YAML)):
            if path.is_file():
                lines = _text(path)
                return lines if path.name in LISTS else _of_yaml(lines)
    return []


def _of_yaml(lines):
    """`names` as a list or {number: name}, in one line or one a line."""
    text = "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in lines)
    found = re.search(r"^names\s*:[ \t]*(?:[\[{]([^\]}]*)[\]}]|\n((?:[ \t]*"
                      r"(?:-|\d+\s*:)[^\n]*(?:\n|$)|[ \t]*\n)*))", text, re.M)
    if not found:
        return []
    entries = (found[1].split(",") if found[1] is not None
               else found[2].splitlines())
    names = {}
    for entry in filter(str.strip, entries):
        number, name = re.fullmatch(
            r"\s*(?:-\s|(\d+)\s*:)?\s*(.*?)\s*", entry, re.S).groups()
        names[int(number) if number else len(names)] = name.strip("'\"")
    return [names.get(number, "") for number in range(max(names) + 1)
            ] if names else []


def _text(path):
    try:
        return [line.strip() if path.name in LISTS else line for line in
                path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read as text ({error})") from error
