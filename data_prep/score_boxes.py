r"""Scores found boxes of people against drawn ones, detectors side by side.

    python -m data_prep.score_boxes --truth=boxes.json \
        --found=hog=hog.json,attention=attention.json

Both are COCO JSON. From the surest on, each found box takes the person whom it
overlaps most, by --iou at least, of those that have none yet. Columns:
  images     of --truth; what a file of --found doesn't list counts as images
             in which it found nobody
  people     in them, found: boxes, matched: those that have a person
  precision  matched of found; recall: matched of people
  IoU        mean intersection over union of the matched
  AP         average precision: the area under precision over recall, if all
             boxes have a score
People in the distance (--min_height) are neither missed nor found, and boxes on
them, or as low as they, are not false. Images that --truth doesn't list are
counted in a note and left out. The exit code is 1 if boxes can't be used; each
is named.
"""

import pathlib
import sys

from absl import flags

from ha_deblur import commandline, whole_file
from ha_deblur.annotations import box_matching, coco, person_class
from ha_deblur.commandline import UserError

flags.adopt_module_key_flags(person_class)

_FOUND = flags.DEFINE_list(
    "found", None, "COCO JSON of what was found, several with commas: FILE or "
    "LABEL=FILE.")
_TRUTH = flags.DEFINE_string(
    "truth", None, "COCO JSON of all people, drawn by hand.")
_MIN_HEIGHT = flags.DEFINE_float(
    "min_height", 0.1, "People less tall, as a fraction, 0 to 1, of the "
    "image's height, are in the distance.", lower_bound=0, upper_bound=1)
_IOU = flags.DEFINE_float(
    "iou", 0.5, "The least intersection over union of a found box with its "
    "person.", lower_bound=0.01, upper_bound=1)
_JSON = flags.DEFINE_string(
    "json", None, "File for all the numbers; none is written if not given.")
flags.mark_flags_as_required(["found", "truth"])

# Of the table: heading, key in the JSON, decimals.
_COLUMNS = (
    ("images", "images", 0), ("people", "people", 0), ("found", "found", 0),
    ("matched", "matched", 0), ("precision", "precision", 3),
    ("recall", "recall", 3), ("IoU", "mean_iou", 3),
    ("AP", "average_precision", 3))


def main(_):
    """Runs the command; returns its exit code."""
    problems = []
    truth = coco.read_boxes(_TRUTH.value, problems.append,
                            person_class.FLAG.value)
    if not truth:
        raise UserError(f"{_TRUTH.value}: lists no images")
    scores = {label: _score(path, truth, problems)
              for label, path in _labelled(_FOUND.value).items()}
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    width = max(map(len, (*scores, "boxes")))
    print(f"{'boxes':{width}}" + "".join(
        f"{heading:>11}" for heading, _, _ in _COLUMNS))
    for label, numbers in scores.items():
        print(f"{label:{width}}" + "".join(
            f"{_cell(numbers[key], decimals):>11}"
            for _, key, decimals in _COLUMNS))
    if _JSON.value:
        whole_file.write_json(_JSON.value, {
            "truth": _TRUTH.value, "min_height": _MIN_HEIGHT.value,
            "iou": _IOU.value, "scores": scores, "left_out": problems})
    return 1 if problems else 0


def _labelled(files):
    """{label: path} of --found."""
    paths = {}
    for given in files:
        label, _, path = given.rpartition("=")
        label = label or pathlib.Path(path).stem
        if label in paths:
            raise UserError(f"--found: two files are called '{label}'; give "
                            "LABEL=FILE,LABEL=FILE with labels that differ")
        paths[label] = path
    return paths


def _score(path, truth, problems):
    """The row of one file of --found."""
    found = coco.read_boxes(path, problems.append, person_class.FLAG.value)
    name_of = _names_in_truth(path, found, truth)
    pictures = []
    for name, people in truth.items():
        height, _ = truth.sizes[name]
        other = name_of.get(name)
        if other and found.sizes[other] != truth.sizes[name]:
            raise UserError(
                f"{path}: '{other}' has other height and width than in "
                f"{_TRUTH.value}: {found.sizes[other]} and "
                f"{truth.sizes[name]}; find people in the same images")
        pictures.append(box_matching.match(
            found.get(other, []), people, found.scores.get(other),
            _IOU.value, _MIN_HEIGHT.value * height))
    return {"file": path, "images": len(truth),
            **box_matching.totals(pictures)}


def _names_in_truth(path, found, truth):
    """{name in --truth: name in a file of --found} of the same images."""
    name_of, unknown = {}, []
    for name in found:
        same = truth.find(name)
        if same is None:
            unknown.append(name)
        elif name_of.setdefault(same, name) != name:
            raise UserError(f"{path}: '{name}' and '{name_of[same]}' may both "
                            f"be '{same}' of {_TRUTH.value}")
    if not name_of:
        raise UserError(f"{path}: lists none of the images of {_TRUTH.value}, "
                        f"such as '{next(iter(truth))}'")
    if unknown:
        print(f"note: {path}: {len(unknown):,} of its images are not in "
              f"{_TRUTH.value} and not counted, such as '{unknown[0]}'",
              file=sys.stderr)
    return name_of


def _cell(value, decimals):
    return "-" if value is None else f"{value:.{decimals}f}"


if __name__ == "__main__":
    commandline.run(main)
