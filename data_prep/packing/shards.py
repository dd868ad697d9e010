"""Writes one shard of records, or compares one with its sources.

Worker functions: each runs in a process of its own, or on a machine of a
cluster, and holds one pair.
"""

import dataclasses
import hashlib
import uuid
from pathlib import Path
from typing import Optional

import tensorflow as tf

from data_prep.packing import cut_tiles, encoded
from ha_deblur.commandline import UserError
from ha_deblur.data import records
from ha_deblur.files.image_files import image_size

_BLOCK = 2**20  # bytes of a file read at a time


@dataclasses.dataclass(frozen=True)
class Shard:
    """What a shard holds.

    Attributes:
      path: where it lies or is to be.
      items: a tuple of (`Pair`, normalized boxes, or None where nobody has
        looked for people), in order.
      tile: height and width of the tiles, None for whole pictures.
    """

    path: Path
    items: tuple
    tile: Optional[int] = None


def cut(found, limit):
    """Cuts a list of pairs into lists whose files have about `limit` bytes.
    """
    cuts, size = [[]], 0
    for pair in found:
        bytes_ = pair.blurred.stat().st_size + pair.sharp.stat().st_size
        if cuts[-1] and size + bytes_ > limit:
            cuts.append([])
            size = 0
        cuts[-1].append(pair)
        size += bytes_
    return cuts


def write(shard):
    """Writes a shard, whole or not at all; returns its summary.

    The summary is a dict: "pairs" (records), "pictures" (before tiling),
    "with_people", "unlabelled", "boxes", "smallest" [height, width], "anew"
    (files that are stored as PNG in place of their own bytes), "sources"
    (SHA-256 of each picture's two files together), and of the shard itself
    "bytes" and "sha256".

    Raises:
      UserError: a file can't be read or written.
    """
    tf.config.set_visible_devices([], "GPU")  # leave it to trainings
    # A cluster may write a shard twice at once.
    partial = shard.path.with_name(
        f"{shard.path.name}.{uuid.uuid4().hex}.partial")
    summary = _empty_summary()
    try:
        with tf.io.TFRecordWriter(str(partial)) as writer:
            for record in _expected(shard, summary):
                writer.write(record)
        summary.update(bytes=partial.stat().st_size, sha256=_sha256(partial))
        partial.replace(shard.path)
    except (OSError, tf.errors.OpError) as error:
        reason = getattr(error, "strerror", None) or getattr(
            error, "message", error)
        raise UserError(
            f"{getattr(error, 'filename', None) or shard.path}: can't be "
            f"read or written ({reason}); finished shards stay, and the same "
            "command goes on from them") from error
    finally:
        partial.unlink(missing_ok=True)
    return summary


def compare(shard):
    """Compares a shard with its sources: all that training reads from it.

    A picture is equal if training reads the pixels that its file shows now, be
    it from other bytes: another Pillow may write another PNG.

    Returns:
      (problems, summary): one line for each difference, and the summary that
      writing the sources would give. What follows a damaged record is not
      read.
    """
    tf.config.set_visible_devices([], "GPU")  # leave it to trainings
    problems, summary = [], _empty_summary()
    if not shard.path.is_file():
        return [f"{shard.path}: is missing"], summary
    there = tf.data.TFRecordDataset(str(shard.path)).as_numpy_iterator()
    count = 0
    try:
        for expected in _expected(shard, summary):
            found = next(there, None)
            if found is None:
                problems.append(f"{shard.path}: ends after {count} records")
                break
            count += 1
            difference = _difference(found, expected)
            if difference:
                problems.append(f"{shard.path}: record {count}, {difference}")
        else:
            if next(there, None) is not None:
                problems.append(
                    f"{shard.path}: holds more than {count} records")
    except tf.errors.DataLossError:
        problems.append(f"{shard.path}: record {count + 1} is damaged")
    except (OSError, UserError) as error:
        problems.append(f"{shard.path}: record {count + 1} has no source "
                        f"({error})")
    summary.update(
        bytes=shard.path.stat().st_size, sha256=_sha256(shard.path))
    return problems, summary


def _empty_summary():
    return {"pairs": 0, "pictures": 0, "with_people": 0, "unlabelled": 0,
            "boxes": 0, "smallest": None, "anew": 0, "sources": []}


def _expected(shard, summary):
    """Yields a shard's records as bytes, and counts them in `summary`."""
    for pair, boxes in shard.items:
        summary["pictures"] += 1
        summary["sources"].append(hashlib.sha256(
            pair.blurred.read_bytes() + pair.sharp.read_bytes()).hexdigest())
        parts = (cut_tiles.cut(pair, boxes, shard.tile) if shard.tile
                 else [_whole(pair, boxes, summary)])
        for name, size, blurred, sharp, people in parts:
            summary["pairs"] += 1
            summary["with_people"] += bool(people)
            summary["unlabelled"] += people is None
            summary["boxes"] += len(people or [])
            summary["smallest"] = [
                min(sides) for sides in
                zip(size, summary["smallest"] or size)]
            yield records.serialize(name, pair.dataset, pair.subset, size,
                                    blurred, sharp, people)


def _whole(pair, boxes, summary):
    """(name, size, blurred, sharp, boxes) of a pair that is not cut."""
    files = {}
    for path in {pair.blurred, pair.sharp}:
        files[path], is_anew = encoded.of(path)
        summary["anew"] += is_anew
    return (pair.name, image_size(pair.sharp), files[pair.blurred],
            files[pair.sharp], boxes)


def _difference(found, expected):
    """Which features of two records differ, in words, or None."""
    if found == expected:
        return None
    found, expected = (tf.train.Example.FromString(r).features.feature
                       for r in (found, expected))
    name = expected["name"].bytes_list.value[0].decode()
    differ = sorted(
        key for key in {*found, *expected} if found[key] != expected[key]
        and not (key in ("blurred", "sharp")
                 and _same_picture(found[key], expected[key])))
    if not differ:
        return None
    return f"{name}: differs from its source in {', '.join(differ)}"


def _same_picture(found, expected):
    """Whether training reads the same pixels from two features."""
    found, expected = (feature.bytes_list.value for feature in
                       (found, expected))
    return len(found) == 1 and encoded.shows(
        found[0], records.decode(expected[0]).numpy())


def _sha256(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
