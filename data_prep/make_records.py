r"""Packs pairs of pictures and their boxes into TFRecord shards.

    python -m data_prep.make_records --dataset=hide --source=HIDE_dataset \
        --boxes=hide.json --split=train --output=records

Writes OUTPUT/DATASET-SPLIT-00000-of-00004.tfrecord and the manifest
OUTPUT/DATASET-SPLIT.json. Pictures that can't be used are named and left out,
and the exit code is then 1.
"""

import collections
import hashlib
import json
import pathlib
import sys

from absl import flags
from tqdm import tqdm

from ha_deblur import commandline
from ha_deblur.commandline import UserError
from ha_deblur.data import coco, pairs
from ha_deblur.data.image_files import read_image

_DATASET = flags.DEFINE_enum(
    "dataset", "folder", ["hide", "gopro", "folder"],
    "The layout of --source: HIDE_dataset, GOPRO_Large, or a folder with "
    "{blur,sharp} or {input,target}.")
_SOURCE = flags.DEFINE_string("source", None, "The data set's folder.")
_BOXES = flags.DEFINE_string(
    "boxes", None, "COCO JSON with the boxes of the people. Without it no "
    "picture has any.")
_OUTPUT = flags.DEFINE_string("output", None, "Folder for the records.")
_SPLIT = flags.DEFINE_string(
    "split", "train", "Which split to pack: train or test. Layouts without "
    "splits are packed whole, under this name.")
_SEQUENCES = flags.DEFINE_list(
    "sequences", None, "GoPro sequences to pack, if not all.")
_SHARD_MB = flags.DEFINE_integer(
    "shard_mb", 128, "Megabytes of pictures a shard.", lower_bound=1)
flags.mark_flags_as_required(["source", "output"])


def main(_):
    """Runs the command; returns its exit code."""
    dataset, split = _DATASET.value, _SPLIT.value
    found, problems = pairs.find_pairs(
        _SOURCE.value, dataset=dataset,
        split=None if dataset == "folder" else split)
    if _SEQUENCES.value:
        found = [p for p in found if p.subset in _SEQUENCES.value]
    boxes = (coco.boxes_of_pairs(_BOXES.value, found)
             if _BOXES.value and found else {})
    usable = []
    for pair in tqdm(found, unit="pair", desc="checking"):
        problem = _problem(pair)
        if problem:
            problems.append(problem)
        else:
            usable.append(pair)
    if not usable:
        raise UserError(
            f"{_SOURCE.value}: no usable pair of split '{split}'"
            + (f"; {problems[0]}" if problems else ""))
    output = pathlib.Path(_OUTPUT.value)
    output.mkdir(parents=True, exist_ok=True)
    _write(usable, boxes, output, dataset, split)
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _problem(pair):
    """Why a pair can't be used, in a line, or None: decodes both images."""
    try:
        read_image(pair.blurred)
        read_image(pair.sharp)
    except UserError as error:
        return str(error)
    return pairs.size_problem(pair)


def _shards_of(found):
    """Cuts the list of pairs into runs of about --shard_mb."""
    limit = _SHARD_MB.value * 1e6
    shards, size = [[]], 0
    for pair in found:
        bytes_ = pair.blurred.stat().st_size + pair.sharp.stat().st_size
        if shards[-1] and size + bytes_ > limit:
            shards.append([])
            size = 0
        shards[-1].append(pair)
        size += bytes_
    return shards


def _write(found, boxes, output, dataset, split):
    import tensorflow as tf

    from ha_deblur.data import records

    shards = _shards_of(found)
    counts = collections.Counter()
    smallest = [sys.maxsize, sys.maxsize]
    checksum = hashlib.sha256()
    finished = []
    with tqdm(total=len(found), unit="pair", desc=f"{dataset}-{split}") as bar:
        for index, shard in enumerate(shards):
            path = records.shard_path(output, dataset, split, index,
                                      len(shards))
            partial = path.with_suffix(".partial")
            with tf.io.TFRecordWriter(str(partial)) as writer:
                for pair in shard:
                    height, width = pairs.image_size(pair.sharp)
                    people = boxes.get(pair, [])
                    encoded = [pair.blurred.read_bytes(),
                               pair.sharp.read_bytes()]
                    for bytes_ in encoded:
                        checksum.update(bytes_)
                    writer.write(records.serialize(
                        pair.name, pair.dataset, pair.subset, (height, width),
                        *encoded, people))
                    counts["pairs"] += 1
                    counts["with_people"] += bool(people)
                    counts["boxes"] += len(people)
                    smallest = [min(smallest[0], height),
                                min(smallest[1], width)]
                    bar.update()
            finished.append((partial, path))
    for partial, path in finished:
        partial.replace(path)
    manifest = {
        "version": records.VERSION, "dataset": dataset, "split": split,
        "shards": len(shards), **counts, "smallest": smallest,
        "source_sha256": checksum.hexdigest(),
    }
    path = records.manifest_path(output, dataset, split)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(manifest, indent=1) + "\n")
    partial.replace(path)
    print(f"{path}: {counts['pairs']} pairs, {counts['with_people']} with "
          f"people ({counts['boxes']} boxes), {len(shards)} shards")


if __name__ == "__main__":
    commandline.run(main)
