r"""What a data set holds: Table 2 of the paper, with the paper's numbers.

    python -m data_prep.describe --source=HIDE_dataset --boxes=hide.json

Counts images and people, scattered and crowded, long shots and close-ups,
training and test; then people a picture and the sizes of their boxes.

The paper doesn't say where its halves part. Here, images are
  crowded    with more than --crowded people. Its scattered images have 5.6
             on average, its crowded ones 10.0, each a half of all: so they
             part between 6 and 9.
  long-shot  if far.txt or the folder test-long-shot holds them, close-up if
             near.txt or test-close-ups does; others by their tallest person,
             who in a long shot is lower than --long_shot of the image's
             height. A long shot of HIDE has its tallest at a third.
Images without people are neither; images that --boxes doesn't list count
for no people, and in no average.

The exit code is 1 if a source video stands in more than one split, if an
image has no partner, a list names other images, or a box can't be used, such
as one outside its image; each is named.

    --propose_split=0.25 --output=DIR  writes train.txt and test.txt that
                                       split the images by source video
    --blur_plot=blur.png --compare=own=FOLDER,gopro=FOLDER
                                       draws how blurred this and other data
                                       sets are, to fit one to another
                                       (without --blur_plot: numbers alone)

Blur is measured in up to --blur_pairs pairs of each, evenly spread: PSNR of
the blurred picture; detail, the mean gradient of the sharp one; and motion,
the straight line along which squares of 64 pixels of the sharp picture best
average to the blurred ones, up to 60 pixels, 0 where none does. A curved path
counts as the straight line nearest to it.
"""

import sys
from pathlib import Path

import numpy as np
from absl import flags

from data_prep.statistics import (
    blur_comparison,
    blur_statistics,
    depth_lists,
    image_statistics,
    printed_statistics,
    statistics_plots,
    video_splits,
)
from ha_deblur import commandline, whole_file
from ha_deblur.annotations import coco, pairs, person_class
from ha_deblur.commandline import UserError

_SPLITS = ("train", "val", "test")
_FOLDERS = {"test-long-shot": "long-shot", "test-close-ups": "close-up"}

flags.adopt_module_key_flags(person_class)

_SOURCE = flags.DEFINE_string("source", None, "The data set's folder.")
_DATASET = flags.DEFINE_enum(
    "dataset", "auto", ["auto", *pairs.DATASETS], "The layout of --source.")
_BLUR = flags.DEFINE_enum(
    "blur", "blur", ["blur", "blur_gamma"], "GoPro's blurred images.")
_BOXES = flags.DEFINE_string(
    "boxes", None, "COCO JSON with the boxes of the people; without it "
    "images alone are counted.")
_FAR = flags.DEFINE_string(
    "far", None, "List of long shots, a name a line; goes before folders, "
    "which tell if it is not given.")
_NEAR = flags.DEFINE_string(
    "near", None, "List of close-ups, a name a line; goes before folders, "
    "which tell if it is not given.")
_CROWDED = flags.DEFINE_integer(
    "crowded", 7, "Images with more people than this are crowded.",
    lower_bound=0)
_LONG_SHOT = flags.DEFINE_float(
    "long_shot", 0.4, "Images that no list names are long shots if their "
    "tallest person is lower than this fraction of their height.",
    lower_bound=0, upper_bound=1)
_JSON = flags.DEFINE_string(
    "json", None, "Writes the numbers to this file; they are only printed if "
    "not given.")
_PLOTS = flags.DEFINE_string(
    "plots", None, "Folder for plots: people.png, box_heights.png and "
    "box_centres.png. Needs --boxes and matplotlib.")
_PROPOSE_SPLIT = flags.DEFINE_float(
    "propose_split", None, "Share of test images, 0 to 1, such as 0.25, of "
    "a new split by source video: the nearest that there is. None is made if "
    "not given.")
_OUTPUT = flags.DEFINE_string(
    "output", None, "Folder for train.txt and test.txt of --propose_split, "
    "which needs it.")
_BLUR_PLOT = flags.DEFINE_string(
    "blur_plot", None, "PNG file for a plot of the blur of --source and "
    "--compare. Needs matplotlib.")
_COMPARE = flags.DEFINE_list(
    "compare", [], "Other data sets of pairs, whose blur is measured like "
    "that of --source; FOLDER or LABEL=FOLDER, by commas.")
_BLUR_PAIRS = flags.DEFINE_integer(
    "blur_pairs", 40, "Measure at most this many pairs of each data set.",
    lower_bound=1)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Chooses among splits of the same share; any whole number.")
flags.mark_flag_as_required("source")


def main(_):
    """Runs the command; returns its exit code."""
    _check_flags()
    found, problems = pairs.find_pairs(
        _SOURCE.value, _DATASET.value, blur=_BLUR.value)
    if not found:
        raise UserError(f"{_SOURCE.value}: holds no pair of images"
                        + (f"; {problems[0]}" if problems else ""))
    sets = {}
    if _BLUR_PLOT.value or _COMPARE.value:
        sets = blur_comparison.data_sets(
            _SOURCE.value, found, _COMPARE.value, problems)
    if _BLUR_PLOT.value:
        blur_comparison.check_apart(_BLUR_PLOT.value, sets)
    images, more = _describe(found)
    problems += more
    by_split = {split: [i.name for i in images if i.split == split]
                for split in _SPLITS}
    shared = video_splits.shared_videos(by_split)
    proposed = _PROPOSE_SPLIT.value and video_splits.propose(
        [image.name for image in images], _PROPOSE_SPLIT.value, _SEED.value)

    table = image_statistics.table(
        images, _CROWDED.value, _LONG_SHOT.value)
    distributions = image_statistics.distributions(images)
    printed_statistics.print_table(
        _SOURCE.value, images, table, _CROWDED.value, _LONG_SHOT.value)
    printed_statistics.print_distributions(distributions)
    for line in shared:
        print(f"shared video: {line}")
    blurs = blur_comparison.measure(
        sets, _BLUR_PAIRS.value, _BLUR_PLOT.value, problems)
    if _JSON.value:
        _write_json(_JSON.value, table, distributions, shared, blurs)
    if _PLOTS.value:
        statistics_plots.write(
            _PLOTS.value, [i for i in images if i.people is not None],
            _CROWDED.value)
    if proposed:
        video_splits.write_lists(_OUTPUT.value, *proposed)
        _print_proposed(*proposed)
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    return 1 if problems or shared else 0


def _check_flags():
    if _PLOTS.value:
        if not _BOXES.value:
            raise UserError("--plots needs --boxes, there is nothing to plot")
        statistics_plots.require()
    if _BLUR_PLOT.value:
        statistics_plots.require("--blur_plot")
    share = _PROPOSE_SPLIT.value
    if share is not None and not 0 < share < 1:
        raise UserError(f"--propose_split={share} is no share between 0 and "
                        "1, such as 0.25")
    inputs = [Path(flag.value).resolve() for flag in (_BOXES, _FAR, _NEAR)
              if flag.value]
    if _JSON.value and Path(_JSON.value).resolve() in inputs:
        raise UserError(f"--json={_JSON.value} would overwrite what is read; "
                        "name another file")
    if _BLUR_PLOT.value:
        _check_blur_plot(Path(_BLUR_PLOT.value), inputs)
    if share is not None and not _OUTPUT.value:
        raise UserError("--propose_split needs --output, a folder for "
                        "train.txt and test.txt")


def _check_blur_plot(path, inputs):
    if path.suffix.lower() != ".png" or path.is_dir():
        raise UserError(f"--blur_plot={path} is no name of a PNG file, such "
                        "as blur.png")
    if path.resolve() in inputs or (
            _JSON.value and path.resolve() == Path(_JSON.value).resolve()):
        raise UserError(f"--blur_plot={path} would overwrite another file of "
                        "this command; name another")


def _describe(found):
    """A list of `Described`, and a line for each problem."""
    problems = []
    boxes = coco.boxes_of_pairs(
        _BOXES.value, found, problems.append,
        lambda line: print(f"note: {line}", file=sys.stderr),
        people=person_class.FLAG.value) if _BOXES.value else {}
    names = [pair.name for pair in found]
    listed, absent = depth_lists.read(_FAR.value, _NEAR.value, names)
    problems += absent
    splits = _splits()
    images = []
    for pair in found:
        people = boxes.get(pair)
        if people is not None:
            people = np.reshape(np.array(people, float), [-1, 4])  # [n, 4]
        images.append(image_statistics.Described(
            pair.name, splits.get(pair, ""), people,
            listed.get(pair.name) or _FOLDERS.get(pair.subset, "")))
    return images, problems


def _splits():
    """{pair: split}, without pairs whose folders say nothing of it."""
    splits = {}
    for split in _SPLITS:
        try:
            there, _ = pairs.find_pairs(
                _SOURCE.value, _DATASET.value, split, _BLUR.value)
        except UserError:  # it has no such split
            continue
        for pair in there:
            splits[pair] = "" if pair in splits else split
    return splits


def _print_proposed(train, test):
    for split, names in (("train", train), ("test", test)):
        videos = {video_splits.video_of(name) for name in names}
        share = len(names) / (len(train) + len(test))
        print(f"{Path(_OUTPUT.value) / split}.txt: {len(names):,} images "
              f"({share:.1%}) of {len(videos):,} videos")


def _write_json(path, table, distributions, shared, blurs):
    whole_file.write_json(path, {
        "source": _SOURCE.value,
        "rules": {"crowded": _CROWDED.value, "long_shot": _LONG_SHOT.value},
        "table": {group: dict(zip(("images", "people", "annotated"), row))
                  for group, row in table.items()},
        "percentiles": distributions, "shared_videos": shared,
        "blur": {label: blur_statistics.as_json(blur)
                 for label, blur in blurs.items()}})


if __name__ == "__main__":
    commandline.run(main)
