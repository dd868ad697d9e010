r"""Proposes boxes of people on sharp images, for a person to refine.

    python -m data_prep.detect_people --images=HIDE_dataset/GT \
        --output=boxes.json --review=review

As section 3 of the paper does: a detector first, then without the people in
the distance (--min_height), then by hand: load boxes.json, which is COCO JSON,
into CVAT or Label Studio with the images. Detectors:
  hog           OpenCV's; downloads nothing and is weak: of 177 people on 168
                street photos and portraits it found 59 (of 82 upright ones
                50), and 164 of its 226 boxes were false
  attention     --model=NAME: where a model of this project sees people (Eq. 3),
                at several scales; a name, a model's folder, or a run of
                experiments.pretrain_attention; the shipped default if not given
  saved_model   --model=DIR: a TensorFlow 2 detection SavedModel, such as those
                of the Model Zoo (detection_boxes, _scores, _classes)
  coco_results  --model=FILE.json: what another detector found, as a list of
                {image_id, category_id, bbox, score}

Boxes are of upright images, as EXIF turns them; coco_results are brought to
these where --results_images states another size.

Images and results that can't be used are named and left out, and the exit
code is then 1. A box's "score" in boxes.json is the detector's. If the command
is stopped, the same goes on by OUTPUT.unfinished, which is removed at the end.
"""

import pathlib
import sys

from absl import flags
from tqdm import tqdm

from data_prep.people import coco_results, person_detectors
from data_prep.people.contact_sheets import ContactSheets
from data_prep.people.foreground import certain, split_by_height
from data_prep.people.image_folder import find_images
from ha_deblur import commandline, model_directory, shipped
from ha_deblur.annotations import coco
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import read_image
from ha_deblur.journal import Journal, stamp

_IMAGES = flags.DEFINE_string(
    "images", None, "Folder of sharp images; folders below it are searched, "
    "but for blur, blur_gamma and input.")
_OUTPUT = flags.DEFINE_string("output", None, "The COCO JSON file to write.")
_DETECTOR = flags.DEFINE_enum(
    "detector", "hog", ["hog", "attention", "saved_model", "coco_results"],
    "What finds the people.")
_MODEL = flags.DEFINE_string(
    "model", None, "The SavedModel's folder, the results file, or the name or "
    "folder of the model with attention; hog needs none.")
_RESULTS_IMAGES = flags.DEFINE_string(
    "results_images", None, "COCO JSON that says which file an image_id of the "
    "results is. Without it the image_id is the file's name, with or without "
    "extension and leading zeros.")
_PERSON_CLASS = flags.DEFINE_integer(
    "person_class", 1, "The detector's class of people; 1 in COCO.")
_MIN_SCORE = flags.DEFINE_float(
    "min_score", None, "Drop what the detector is less sure of: 0.8 for hog, "
    "whose scores have no upper end, 0.5 for the others if not given.")
_MIN_HEIGHT = flags.DEFINE_float(
    "min_height", 0.1, "Drop people in the distance: those less tall, as a "
    "fraction, 0 to 1, of the image's height.", lower_bound=0, upper_bound=1)
_REVIEW = flags.DEFINE_string(
    "review", None, "Folder for contact sheets with the boxes drawn: yellow "
    "those written, blue those in the distance. None are made if not given.")
flags.mark_flags_as_required(["images", "output"])


def main(_):
    """Runs the command; returns its exit code."""
    if pathlib.Path(_OUTPUT.value).exists():
        raise UserError(f"{_OUTPUT.value}: is there already, perhaps refined "
                        "by hand; choose another --output or remove it")
    names = find_images(_IMAGES.value)
    problems = []
    detect = _detector(names, problems.append)
    journal = Journal(f"{_OUTPUT.value}.unfinished", _settings())
    if journal.done:
        print(f"{journal.path}: goes on after {len(journal.done)} images",
              file=sys.stderr)
    elif _REVIEW.value and any(
            pathlib.Path(_REVIEW.value).glob("sheet-*.jpg")):
        raise UserError(f"{_REVIEW.value}: holds contact sheets already; "
                        "choose another --review or remove them")
    found = _detect_all(names, detect, journal, problems)
    if not found:
        raise UserError(f"{_IMAGES.value}: none of {len(names)} images can be "
                        f"read; {problems[0]}")
    coco.write(
        _OUTPUT.value,
        [(name, *image["size"], [box for box, _ in image["near"]])
         for name, image in found.items()],
        {name: [score for _, score in image["near"]]
         for name, image in found.items()})
    journal.finish()
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    counts = [len(image["near"]) for image in found.values()]
    print(f"{_OUTPUT.value}: {len(counts)} images, {sum(counts)} boxes on "
          f"{sum(map(bool, counts))} of them; "
          f"{sum(len(image['far']) for image in found.values())} people in "
          "the distance dropped")
    return 1 if problems else 0


def _detect_all(names, detect, journal, problems):
    """{name: what `_detect` found}; draws contact sheets, adds to `problems`.
    """
    sheets = ContactSheets(_REVIEW.value) if _REVIEW.value else None
    found = {}
    for name in tqdm(names, unit="image", desc=_DETECTOR.value):
        path = pathlib.Path(_IMAGES.value) / name
        known = journal.done.get(name)
        is_known = known is not None and known["file"] == stamp(path)
        try:
            image = None if is_known and not sheets else read_image(path)
            if not is_known:
                known = {"file": stamp(path), **_detect(name, image, detect)}
        except UserError as problem:
            problems.append(str(problem))
            continue
        if not is_known:
            journal.add(name, known)
        found[name] = known
        problems += [f"{path}: the box {box} lies outside of it"
                     for box, _ in known["outside"]]
        if sheets:
            sheets.add(name, image, known["near"], known["far"])
    if sheets:
        sheets.finish()
    return found


def _detect(name, image, detect):
    """The image's [width, height], and people as lists of (box, score)."""
    height, width = image.shape[:2]
    sure, outside = certain(
        detect(name, image), _min_score(), width, height)
    near, far = split_by_height(sure, _MIN_HEIGHT.value * height)
    return {"size": [width, height], "near": near, "far": far,
            "outside": outside}


def _settings():
    """What the boxes depend on, apart from the images."""
    model = _MODEL.value
    if _DETECTOR.value == "attention":
        model = shipped.directory_of(
            model or shipped.DEFAULT) / model_directory.WEIGHTS
    files = [path and stamp(path) for path in (model, _RESULTS_IMAGES.value)]
    return {"files": files, **{flag.name: flag.value for flag in (
        _DETECTOR, _PERSON_CLASS, _MIN_SCORE, _MIN_HEIGHT, _REVIEW)}}


def _detector(names, skip):
    """The function (name, image) -> [(box, score), ...] that was chosen."""
    if _DETECTOR.value == "hog":
        return person_detectors.hog(_MIN_HEIGHT.value)
    if _DETECTOR.value == "attention":
        return person_detectors.attention(_MODEL.value or shipped.DEFAULT)
    if not _MODEL.value:
        raise UserError(f"--detector={_DETECTOR.value} needs --model, a "
                        "SavedModel's folder or a results file")
    if _DETECTOR.value == "saved_model":
        return person_detectors.saved_model(
            _MODEL.value, _PERSON_CLASS.value)
    return coco_results.detector(
        _MODEL.value, names, _PERSON_CLASS.value, skip,
        lambda line: print(f"note: {line}", file=sys.stderr),
        _RESULTS_IMAGES.value, _IMAGES.value)


def _min_score():
    if _MIN_SCORE.value is not None:
        return _MIN_SCORE.value
    return 0.8 if _DETECTOR.value == "hog" else 0.5


if __name__ == "__main__":
    commandline.run(main)
