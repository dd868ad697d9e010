r"""Scores a model's attention maps against annotated people.

    python -m experiments.score_attention --model=fast,runs/attention \
        --images=photos --boxes=boxes.json --without_people=landscapes

A model is a name, a model's folder, or a run of experiments.pretrain_attention.
Its map A (Eq. 3) is computed for the whole picture, as in deblurring. Columns:
  images    number of images that --boxes lists or that have a mask
  IoU       of A > 0.5 with the people's filled boxes (G of Eq. 4), mean over
            images
  inside    mean of A inside the boxes; outside: outside of them
  covered   share of the people with A > 0.5 on more than half of their box,
            among those at least a tenth of the picture tall
  recall, precision, AP   of the boxes that data_prep.detect_people makes with
            --detector=attention, at an IoU of 0.5
  nobody    mean of A on the pictures of --without_people, and the highest mean
            of any of them; it should be below 0.1

Exit code 1: some images can't be used, each is named; 2: none was scored.
"""

import pathlib
import sys

from absl import flags
from tqdm import tqdm

from experiments.reports import attention_scores
from ha_deblur import commandline, whole_file
from ha_deblur.annotations import box_matching, coco, fitted_boxes, person_class
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS, read_image

flags.adopt_module_key_flags(person_class)

_MODEL = flags.DEFINE_list(
    "model", None, "A model's name or folder; several, separated by commas.")
_IMAGES = flags.DEFINE_string(
    "images", None, "Folder of pictures with people, searched recursively.")
_BOXES = flags.DEFINE_string(
    "boxes", None, "COCO JSON with the boxes of all people in --images.")
_MASKS = flags.DEFINE_string(
    "masks", None, "Folder of masks in place of --boxes: NAME.png for the "
    "picture NAME, with people in white or each in a colour of their own.")
_WITHOUT_PEOPLE = flags.DEFINE_list(
    "without_people", [], "Folders of pictures without people.")
_JSON = flags.DEFINE_string(
    "json", None, "File for all the numbers; none is written if not given.")
flags.mark_flags_as_required(["model"])

# The table's columns: heading, and key in a model's report.
_COLUMNS = {
    "images": lambda report: report["mean"]["images"],
    "IoU": lambda report: report["mean"]["iou"],
    "inside": lambda report: report["mean"]["inside"],
    "outside": lambda report: report["mean"]["outside"],
    "covered": lambda report: report["mean"]["box_recall"],
    "recall": lambda report: report["mean"]["boxes"]["recall"],
    "precision": lambda report: report["mean"]["boxes"]["precision"],
    "AP": lambda report: report["mean"]["boxes"]["average_precision"],
    "nobody": lambda report: report["without_people"]["mean"],
    "highest": lambda report: report["without_people"]["highest"],
}


def main(_):
    """Runs the command; returns its exit code."""
    _check_flags()
    skipped = []
    pictures = _pictures(skipped.append)
    empty = [path for folder in _WITHOUT_PEOPLE.value
             for path in _files(folder)]
    from ha_deblur.inference import attention_map

    maps = [attention_map.load(model) for model in _MODEL.value]
    reports = [_report(model, attention, pictures, empty, skipped)
               for model, attention in zip(_MODEL.value, maps)]
    skipped = list(dict.fromkeys(skipped))  # once, not for each model
    for problem in skipped:
        print(f"skipped: {problem}", file=sys.stderr)
    if not any(report["images"] or report["without_people"]["images"]
               for report in reports):
        raise UserError(f"no image could be scored, {len(skipped)} skipped")
    _print(reports)
    if _JSON.value:
        whole_file.write_json(_JSON.value, {
            "images": _IMAGES.value, "boxes": _BOXES.value,
            "masks": _MASKS.value, "without_people": _WITHOUT_PEOPLE.value,
            "models": reports, "skipped": skipped})
    return 1 if skipped else 0


def _check_flags():
    if not _IMAGES.value and not _WITHOUT_PEOPLE.value:
        raise UserError("give --images, --without_people, or both")
    truths = bool(_BOXES.value) + bool(_MASKS.value)
    if truths != bool(_IMAGES.value):
        raise UserError("--images needs one of --boxes and --masks, and "
                        "without it neither is of use")


def _files(folder):
    """The pictures in a folder and its subfolders, sorted."""
    root = pathlib.Path(folder)
    if not root.is_dir():
        raise UserError(f"{folder}: no such folder; pictures are needed")
    found = sorted(path for path in root.rglob("*")
                   if path.suffix.lower() in IMAGE_EXTENSIONS
                   and not path.name.startswith("."))
    if not found:
        raise UserError(f"{folder}: holds no pictures, which end with "
                        f"{', '.join(IMAGE_EXTENSIONS)}")
    return found


def _pictures(skip):
    """A list of (path of a picture, path of its mask, or its boxes and the
    size of the picture that they were drawn on)."""
    if not _IMAGES.value:
        return []
    paths = _files(_IMAGES.value)
    if _BOXES.value:
        boxes = coco.read_boxes(_BOXES.value, skip, person_class.FLAG.value)
        known = [(path, (boxes[name], boxes.sizes[name])) for path in paths
                 if (name := boxes.find(path)) is not None]
    else:
        masks = {path.stem: path for path in _files(_MASKS.value)}
        known = [(path, masks[path.stem]) for path in paths
                 if path.stem in masks]
    source = _BOXES.value or _MASKS.value
    if not known:
        raise UserError(f"{source}: is of none of the pictures, such as "
                        f"{paths[0]}")
    if len(known) < len(paths):
        print(f"note: {source}: knows {len(known):,} of {len(paths):,} "
              "pictures; the others don't count", file=sys.stderr)
    return known


def _report(model, attention, pictures, empty, skipped):
    """One model's report in the JSON."""
    from ha_deblur.inference.people_finder import PeopleFinder

    find = PeopleFinder(attention)
    rows, of_empty = [], {}
    with tqdm(total=len(pictures) + len(empty), unit="image",
              desc=model) as progress:
        for path, people in pictures:
            progress.update()
            try:
                image = read_image(path)
                boxes = (
                    fitted_boxes.on_picture(*people, path, image.shape[:2])
                    if _BOXES.value else _masked(people, image))
            except UserError as problem:
                skipped.append(str(problem))
                continue
            rows.append({"name": str(path), **attention_scores.of_picture(
                attention(image), boxes, find(image))})
        for path in empty:
            progress.update()
            try:
                of_empty[str(path)] = float(attention(read_image(path)).mean())
            except UserError as problem:
                skipped.append(str(problem))
    means = list(of_empty.values())
    return {
        "model": model, "mean": attention_scores.means(rows),
        "without_people": {
            "mean": sum(means) / len(means) if means else None,
            "highest": max(means, default=None), "images": of_empty},
        "images": [
            {**row, "matched": box_matching.totals([row["matched"]])}
            for row in rows]}


def _masked(path, image):
    """The boxes of a mask's people."""
    from ha_deblur.annotations import mask_files
    from ha_deblur.annotations.people_masks import people_of, person_boxes

    return person_boxes(people_of(
        mask_files.read(path, image.shape[:2], path.name)))


def _print(reports):
    width = max(len("model"), *(len(report["model"]) for report in reports))
    print(f"{'model':{width}}" + "".join(f"{name:>10}" for name in _COLUMNS))
    for report in reports:
        numbers = [number(report) for number in _COLUMNS.values()]
        print(f"{report['model']:{width}}" + "".join(
            f"{_cell(number):>10}" for number in numbers))


def _cell(number):
    if number is None:
        return "-"
    return str(number) if isinstance(number, int) else f"{number:.3f}"


if __name__ == "__main__":
    commandline.run(main)
