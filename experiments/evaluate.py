r"""Scores a model on pairs of images, with the blurry input beside it.

    python -m experiments.evaluate --model=runs/full --pairs=HIDE_dataset \
        --split=test --boxes=hide.json --json=scores.json
    python -m experiments.evaluate --pairs=GOPRO_Large/test
    python -m experiments.evaluate --model=runs/full --stress=photos

The second scores the blurry images only. --pairs takes HIDE, GoPro, and any
folder with {blur,sharp} or {input,target}. Images are scored as they would be
saved: uint8 RGB, full frames, no border crop. The metrics are PSNR, SSIM as
scikit-image and as MATLAB compute it (published tables use either), and PSNR
inside and outside the person mask if there are boxes. The model does not get
the boxes.

The third is a stress test on the sharp photos in a folder and its subfolders,
at several sizes, rotated and mirrored, as negatives, with noise, and blurred;
and on patterns: gratings and checkerboards of every period, white noise, flat
colours, saturated edges, text, and 1x1 to 8x8 pixels. A view fails if the mean
of some area of 32x32 pixels changes by more than 12 of 255 levels (for a
blurred view: beyond the sharp photo's mean), if the result is not a picture of
its size, or if the model's output has NaN or infinite values. --limit sets the
number of photos, spread over the folder (24); --save keeps up to four failed
views of each kind, beside their results.

Exit code 1: some images were skipped, named on stderr, or a view of the stress
test failed; 2: nothing was scored.

The JSON holds "mean" (for each subset and "overall": "images", "counted",
"blurred", "restored", "gain") and "images", one entry per image. An undefined
number is null: PSNR inside a mask if there is no mask, scikit-image's SSIM
below 11 pixels. So is an infinite PSNR, of identical pixels, which the image's
"infinite" then lists. Means are over the images whose number is finite for both
the blurred and the restored image; "counted" is how many these are.

The JSON of a stress test holds "total" and "kinds", the lines of its table,
"failures", and "views", one entry per view: "largest" and "mean" are the
changes of its areas' means and "rms" that of its pixels, in levels, and
"problem" is why it failed; "sha256" identifies the weights.
"""

import itertools
import pathlib
import sys
from importlib import metadata

from absl import flags
from PIL import Image
from tqdm import tqdm

from experiments.reports import score_table
from ha_deblur import commandline, metrics, whole_file
from ha_deblur.annotations import coco, pairs, person_class
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import read_image

flags.adopt_module_key_flags(person_class)

_MODEL = flags.DEFINE_string(
    "model", "none", "A model's name or folder; none: the blurry images only.")
_PAIRS = flags.DEFINE_string(
    "pairs", None, "Folder of a data set, a split or a sequence.")
_RECORDS = flags.DEFINE_string(
    "records", None, "Records instead of --pairs: their folder, a manifest "
    "or a pattern.")
_SPLIT = flags.DEFINE_string(
    "split", None, "Only this split of --pairs, such as test; all if not "
    "given.")
_BLUR = flags.DEFINE_string(
    "blur", "blur", "GoPro's folder of blurred images: blur or blur_gamma.")
_BOXES = flags.DEFINE_string(
    "boxes", None, "COCO JSON with the boxes of people in --pairs, for PSNR "
    "inside and outside them. Records hold theirs.")
_STRESS = flags.DEFINE_string(
    "stress", None, "A folder of sharp photos, for a stress test instead of "
    "scores.")
_BRANCH = flags.DEFINE_enum(
    "branch", "primary", ["primary", "foreground", "background"],
    "Which output of the model to score.")
_LIMIT = flags.DEFINE_integer(
    "limit", None, "Number of images to score, the first ones; all if not "
    "given. With --stress: number of photos, spread over the folder; 24 if not "
    "given.",
    lower_bound=1)
_JSON = flags.DEFINE_string(
    "json", None, "File for all the numbers; none is written if not given.")
_SAVE = flags.DEFINE_string(
    "save", None, "Folder for the restored images, as PNG, or for views that "
    "failed; none are written if not given.")


def main(_):
    """Runs the command; returns its exit code."""
    has_model = _MODEL.value not in ("", "none")
    if _STRESS.value is not None:
        _check_stress_flags(has_model)
        from experiments.stress import command

        return command.run(_MODEL.value, _STRESS.value, _LIMIT.value,
                           _JSON.value, _SAVE.value)
    _check_flags(has_model)
    skipped = []

    def skip(problem):
        skipped.append(problem)
        tqdm.write(f"skipped: {problem}", file=sys.stderr)

    samples, total = _samples(skip)
    restore = _restorer() if has_model else None
    rows = []
    for sample in tqdm(samples, total=total, unit="image"):
        row = _score(sample, restore)
        if not rows:
            tqdm.write(score_table.header(row))
        tqdm.write(score_table.line(row))
        rows.append(row)
    if not rows:
        raise UserError(
            f"{_PAIRS.value or _RECORDS.value}: no image could be scored, "
            f"{len(skipped)} skipped")
    means = score_table.means(rows)
    print(score_table.summary(means))
    if _JSON.value:
        _write_json(rows, means, skipped, has_model)
    return 1 if skipped else 0


def _check_flags(has_model):
    if (_PAIRS.value is None) == (_RECORDS.value is None):
        raise UserError("give either --pairs=DIR or --records=DIR (or "
                        "--stress=DIR)")
    if _BOXES.value and _RECORDS.value:
        raise UserError("--boxes is for --pairs; records hold their own boxes")
    if _SAVE.value and not has_model:
        raise UserError("--save needs a --model, whose images it saves")
    _check_json()
    if _JSON.value and _BOXES.value and (
            pathlib.Path(_JSON.value).resolve()
            == pathlib.Path(_BOXES.value).resolve()):
        raise UserError(f"--json={_JSON.value} would overwrite --boxes")


def _check_stress_flags(has_model):
    if not has_model:
        raise UserError("--stress needs a --model, which it tests")
    for flag in (_PAIRS, _RECORDS, _SPLIT, _BLUR, _BOXES, _BRANCH):
        if flag.value != flag.default:
            raise UserError(f"--{flag.name} is for scores, and --stress makes "
                            "none; leave one of them out")
    _check_json()


def _check_json():
    if _JSON.value and pathlib.Path(_JSON.value).is_dir():
        raise UserError(f"--json={_JSON.value} is a folder; name a file")


def _samples(skip):
    """The images to score: an iterable of dicts, and their number if known."""
    if _RECORDS.value:
        from ha_deblur.data import records

        for manifest, _ in records.find([_RECORDS.value]):
            if manifest["tile"]:
                raise UserError(
                    f"{_RECORDS.value}: holds tiles, and scores are of whole "
                    "pictures; make records without --tile, or give --pairs")
        return itertools.islice(
            records.read(_RECORDS.value), _LIMIT.value), _LIMIT.value
    found, problems = pairs.find_pairs(
        _PAIRS.value, split=_SPLIT.value, blur=_BLUR.value)
    for problem in problems:
        skip(problem)
    found = found[:_LIMIT.value]
    if _SAVE.value:
        _refuse_to_overwrite(found)
    boxes = (coco.boxes_of_pairs(_BOXES.value, found, skip,
                                 people=person_class.FLAG.value)
             if _BOXES.value and found else {})
    return _read(found, boxes, skip), len(found)


def _read(found, boxes, skip):
    """Yields the pairs as `records.read` does; skips damaged ones."""
    for pair in found:
        problem = pairs.size_problem(pair)
        if problem:
            skip(problem)
            continue
        try:
            blurred, sharp = read_image(pair.blurred), read_image(pair.sharp)
        except UserError as error:
            skip(str(error))
            continue
        yield {"name": pair.name, "dataset": pair.dataset,
               "subset": pair.subset, "blurred": blurred, "sharp": sharp,
               "boxes": boxes.get(pair, [])}


def _restorer():
    """A function from a blurred image to the restored one of --branch."""
    import ha_deblur

    deblurrer = ha_deblur.load(_MODEL.value)
    deblur = deblurrer.deblur
    if _BRANCH.value not in deblurrer.model.branches:
        raise UserError(f"{_MODEL.value} has no {_BRANCH.value} branch; leave "
                        "out --branch")
    if _BRANCH.value == "primary":
        return lambda blurred: deblur(blurred, branches=False).sharp
    return lambda blurred: getattr(deblur(blurred), _BRANCH.value)


def _score(sample, restore):
    """One image's entry of the report."""
    blurred, sharp = sample["blurred"], sample["sharp"]
    mask = _mask(sample["boxes"], *sharp.shape[:2])
    row = {
        **{key: sample[key] for key in ("name", "dataset", "subset")},
        "height": sharp.shape[0], "width": sharp.shape[1],
        "blurred": metrics.score(sharp, blurred, mask),
    }
    if restore:
        restored = restore(blurred)  # [h, w, 3]
        row["restored"] = metrics.score(sharp, restored, mask)
        if _SAVE.value:
            _save(restored, _saved_path(sample["name"]))
    return row


def _mask(boxes, height, width):
    """G as [h, w, 1], or None if the image is not labelled."""
    if not len(boxes):
        return None
    import tensorflow as tf

    from ha_deblur.annotations import masks

    return masks.rasterize_boxes(
        tf.constant(boxes, tf.float32), height, width).numpy()


def _saved_path(name):
    name = pathlib.PurePosixPath(name)
    if name.is_absolute() or ".." in name.parts:
        raise UserError(f"an image is named '{name}', outside of --save")
    suffix = "" if name.suffix.lower() == ".png" else ".png"
    return pathlib.Path(_SAVE.value, f"{name}{suffix}")


def _refuse_to_overwrite(found):
    inputs = {
        path.resolve() for pair in found for path in (pair.blurred, pair.sharp)}
    for path in (_saved_path(pair.name) for pair in found):
        if path.resolve() in inputs:
            raise UserError(
                f"--save would overwrite {path}; give another folder")


def _save(image, path):
    with whole_file.writing(path) as partial:
        Image.fromarray(image).save(partial, format="PNG")


def _write_json(rows, means, skipped, has_model):
    packages = ["numpy", "scipy", "scikit-image", "pillow"]
    versions = {name: metadata.version(name) for name in packages}
    if "tensorflow" in sys.modules:
        versions["tensorflow"] = sys.modules["tensorflow"].__version__
    whole_file.write_json(_JSON.value, {
        "model": _MODEL.value if has_model else None,
        "branch": _BRANCH.value if has_model else None,
        "source": _PAIRS.value or _RECORDS.value,
        "boxes": _BOXES.value, "split": _SPLIT.value, "limit": _LIMIT.value,
        "protocols": metrics.PROTOCOLS,
        "versions": versions,
        "mean": means,
        "images": [score_table.without_infinity(row) for row in rows],
        "skipped": skipped,
    })


if __name__ == "__main__":
    commandline.run(main)
