"""The TFRecord schema that writer and reader share.

Shards are named DATASET-SPLIT-00003-of-00032.tfrecord; a manifest
DATASET-SPLIT.json beside them counts what they hold. A record is one pair:
both images as PNG or JPEG, upright (the bytes of their own files, where these
are decoded here as `image_files.read_image` does), the boxes of the people, and
where it comes from. Without boxes, either nobody is there, or nobody has
looked, and then the picture can teach nothing about people.
"""

import glob
import itertools
import json
import pathlib

import tensorflow as tf

from ha_deblur.commandline import UserError

VERSION = 3

SCHEMA = {
    "name": tf.io.FixedLenFeature([], tf.string),
    "dataset": tf.io.FixedLenFeature([], tf.string),  # as of `pairs.Pair`
    "subset": tf.io.FixedLenFeature([], tf.string),
    "height": tf.io.FixedLenFeature([], tf.int64),
    "width": tf.io.FixedLenFeature([], tf.int64),
    "blurred": tf.io.FixedLenFeature([], tf.string),  # encoded image
    "sharp": tf.io.FixedLenFeature([], tf.string),  # encoded image
    # normalized [ymin, xmin, ymax, xmax], one after another
    "boxes": tf.io.VarLenFeature(tf.float32),
    "labelled": tf.io.FixedLenFeature([], tf.int64),  # 0: not labelled
}




def _is_count(value):
    return type(value) is int and value >= 0


def _is_name(value):
    return isinstance(value, str)


def _is_size(value):
    return isinstance(value, list) and len(value) == 2 and all(
        _is_count(side) and side for side in value)


def _are_files(value):
    return value is None or (isinstance(value, list) and all(
        isinstance(file, dict) and _is_name(file.get("name"))
        and _is_count(file.get("bytes")) for file in value))


# What is read of a manifest, and what it has to be.
_MANIFEST = {
    "dataset": _is_name, "split": _is_name,
    "shards": lambda value: _is_count(value) and value > 0,
    "pairs": _is_count, "pictures": _is_count, "with_people": _is_count,
    "smallest": _is_size, "files": _are_files}


def serialize(name, dataset, subset, size, blurred, sharp, boxes):
    """One pair as the bytes of a record.

    Args:
      name: the picture's name.
      dataset: of `pairs.DATASETS`.
      subset: "train", "test-close-ups", a GoPro sequence, ...
      size: (height, width) of both images.
      blurred: encoded image bytes.
      sharp: encoded image bytes.
      boxes: a list of normalized [ymin, xmin, ymax, xmax], empty if nobody is
        there; None if it is not labelled.
    """
    def of_bytes(value):
        value = value.encode() if isinstance(value, str) else value
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    def of_int(value):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))

    flat = [float(edge) for box in boxes or [] for edge in box]
    return tf.train.Example(features=tf.train.Features(feature={
        "name": of_bytes(name),
        "dataset": of_bytes(dataset),
        "subset": of_bytes(subset),
        "height": of_int(size[0]),
        "width": of_int(size[1]),
        "blurred": of_bytes(blurred),
        "sharp": of_bytes(sharp),
        "boxes": tf.train.Feature(
            float_list=tf.train.FloatList(value=flat)),
        "labelled": of_int(boxes is not None),
    })).SerializeToString(deterministic=True)


def parse(record):
    """A record's bytes to a dict of tensors; images still encoded.

    "boxes" becomes [n, 4].
    """
    example = tf.io.parse_single_example(record, SCHEMA)
    boxes = tf.sparse.to_dense(example["boxes"])
    example["boxes"] = tf.reshape(boxes, [-1, 4])
    return example


def decode(encoded):
    """Encoded PNG or JPEG to [h, w, 3] uint8.

    JPEG is decoded by the accurate transform, which gives Pillow's pixels:
    with the fast one, TensorFlow's default, some differ by 16 levels.
    """
    return tf.cond(
        tf.io.is_jpeg(encoded),
        lambda: tf.io.decode_jpeg(
            encoded, channels=3, dct_method="INTEGER_ACCURATE"),
        lambda: tf.io.decode_image(
            encoded, channels=3, expand_animations=False))


def shard_path(directory, dataset, split, index, count):
    """Where shard `index` of `count` lies."""
    return pathlib.Path(directory) / (
        f"{dataset}-{split}-{index:05d}-of-{count:05d}.tfrecord")


def manifest_path(directory, dataset, split):
    """Where the manifest of a data set's split lies."""
    return pathlib.Path(directory) / f"{dataset}-{split}.json"


def find(sources, cut_short=False):
    """The manifests and shards that `sources` name.

    Args:
      sources: manifests (DATASET-SPLIT.json), folders that hold some, or
        globs of either.
      cut_short: whether shards may be of another size than they were.

    Returns:
      A list of (manifest dict, sorted list of shard paths).

    Raises:
      UserError: nothing is there, or a shard is missing or cut short.
    """
    paths = []
    for source in sources:
        matches = sorted(glob.glob(str(source)))  # noqa: PTH207 (absolute too)
        for match in matches or [source]:
            match = pathlib.Path(match)
            paths += sorted(match.glob("*.json")) if match.is_dir() else [match]
    found = []
    for path in dict.fromkeys(paths):
        manifest = _read_manifest(path)
        shards = [
            shard_path(path.parent, manifest["dataset"], manifest["split"], i,
                       manifest["shards"]) for i in range(manifest["shards"])]
        missing = [shard.name for shard in shards if not shard.exists()]
        if missing:
            raise UserError(
                f"{path}: {len(missing)} of {len(shards)} shards are missing, "
                f"{missing[0]} the first; make the records again")
        sizes = {file["name"]: file["bytes"]
                 for file in manifest.get("files") or []}
        for shard in shards:
            size = shard.stat().st_size
            if size != sizes.get(shard.name, size) and not cut_short:
                raise UserError(
                    f"{shard}: has {size:,} bytes, {sizes[shard.name]:,} were "
                    "written; make the records again, or train with "
                    "--skip_corrupt")
        found.append((manifest, [str(shard) for shard in shards]))
    if not found:
        raise UserError(
            f"no records in {', '.join(map(str, sources))}: expected "
            "DATASET-SPLIT.json, as data_prep.make_records writes it")
    return found


def _read_manifest(path):
    try:
        manifest = json.loads(path.read_text())
        version = manifest["version"]
    except FileNotFoundError:
        raise UserError(
            f"{path}: no such file; give the manifest DATASET-SPLIT.json that "
            "data_prep.make_records wrote, or its folder") from None
    except (ValueError, KeyError, TypeError, OSError):
        raise UserError(
            f"{path} is no manifest of records; give the DATASET-SPLIT.json "
            "that data_prep.make_records wrote") from None
    if version != VERSION:
        raise UserError(
            f"{path} is of version {version}, this program reads version "
            f"{VERSION}; make the records again")
    wrong = [key for key, is_sound in _MANIFEST.items()
             if not is_sound(manifest.get(key))]
    if wrong:
        raise UserError(f"{path}: its {', '.join(wrong)} are absent or "
                        "damaged; make the records again")
    return manifest


def read(sources):
    """Yields whole decoded pairs, in order, as dicts of NumPy values.

    Keys as in SCHEMA: "name", "dataset", "subset" are strings, "blurred" and
    "sharp" [h, w, 3] uint8, "boxes" [n, 4] float32, "labelled" a bool.

    Raises:
      UserError: a shard is missing, a record damaged, or a picture in it is
        none that can be decoded.
    """
    if isinstance(sources, (str, pathlib.Path)):
        sources = [sources]
    for _, shards in find(sources):
        for shard in shards:
            yield from _read_shard(shard)


def _read_shard(shard):
    there = iter(tf.data.TFRecordDataset(shard))
    for number in itertools.count(1):
        where = f"{shard}: record {number}"
        try:
            record = next(there, None)
        except tf.errors.DataLossError as error:
            raise UserError(
                f"{where} is damaged; make the records again") from error
        if record is None:
            return
        try:
            example = _decoded(record)
        except tf.errors.OpError as error:
            raise UserError(f"{where}, {undecodable(record)}; make the records "
                            "again") from error
        yield example


def _decoded(record):
    example = parse(record)
    for key in ("name", "dataset", "subset"):
        example[key] = example[key].numpy().decode()
    for key in ("blurred", "sharp"):
        example[key] = decode(example[key]).numpy()
    example["boxes"] = example["boxes"].numpy()
    example["labelled"] = bool(example["labelled"])
    return example


def undecodable(record):
    """Why training can't read a record, with the picture's name, or None."""
    try:
        example = parse(record)
    except tf.errors.OpError:
        return "holds no pair of pictures"
    name = example["name"].numpy().decode(errors="replace")
    size = [int(example["height"]), int(example["width"]), 3]
    for key in ("blurred", "sharp"):
        try:
            found = decode(example[key]).shape
        except tf.errors.OpError as error:
            reason = str(error.message).split(" [Op:")[0].split("} ")[-1]
            return (f"'{name}': its {key} picture can't be decoded "
                    f"({' '.join(reason.split())})")
        if found != size:
            return (f"'{name}': its {key} picture is {found[1]}x{found[0]}, "
                    f"and the record says {size[1]}x{size[0]}")
    return None
