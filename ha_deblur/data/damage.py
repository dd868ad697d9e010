"""Records that training can't read: where they are, shards without them.

A TFRecord is its length (8 bytes), a checksum of that (4), the bytes and their
checksum (4). TensorFlow stops reading a shard at the first damaged record. A
record may also be whole, but hold a picture that TensorFlow can't decode, as
what `make_records` packed before it looked.
"""

import contextlib
import pathlib
import shutil
import struct

import tensorflow as tf
from tqdm import tqdm

from ha_deblur import whole_file
from ha_deblur.commandline import UserError
from ha_deblur.data import records

_HEAD, _FOOT = 12, 4  # bytes around a record
_NAMED = 5  # records that can't be read


def find_damage(shard):
    """The first damaged record of a shard.

    Returns:
      (its index, its offset in bytes), or None if the shard is whole.
    """
    index = 0
    try:
        for _ in tf.data.TFRecordDataset(str(shard)):
            index += 1
    except tf.errors.DataLossError:
        return index, _offset(shard, index)
    # A shard that ends within a record's length just ends for TensorFlow.
    end = _offset(shard, index)
    return (index, end) if end < pathlib.Path(shard).stat().st_size else None


def find_undecodable(shard):
    """{index: why it can't be decoded, in words} of records that are whole.

    Decodes all, up to the first damaged record.
    """
    def shapes(index, record):
        example = records.parse(record)
        return index, tf.stack([
            tf.cast([example["height"], example["width"], 3], tf.int32),
            *(tf.shape(records.decode(example[key]))
              for key in ("blurred", "sharp"))])

    damage = find_damage(shard)
    whole = tf.data.TFRecordDataset(str(shard)).take(
        damage[0] if damage else -1)
    sound = {
        int(index) for index, sizes in whole.enumerate().map(
            shapes, num_parallel_calls=tf.data.AUTOTUNE).ignore_errors()
        if tf.reduce_all(sizes == sizes[0])}
    return {index: records.undecodable(record)
            for index, record in enumerate(whole) if index not in sound}


def explain(sources):
    """A line about each shard's first damage, and each undecodable record."""
    lines = []
    for _, shards in records.find(sources, cut_short=True):
        for shard in shards:
            lines += [f"{shard}: record {index + 1}, {problem}"
                      for index, problem in find_undecodable(shard).items()]
            damage = find_damage(shard)
            if damage:
                index, offset = damage
                lines.append(f"{shard}: record {index + 1}, at byte {offset:,},"
                             " is damaged")
    return lines


@contextlib.contextmanager
def explained(sources):
    """Says in one line which records could not be read or decoded.

    Args:
      sources: what is read inside it, as for `records.find`.

    Raises:
      UserError: in place of TensorFlow's error, if it came from them.
    """
    try:
        yield
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        lines = explain(sources)
        if isinstance(error, tf.errors.InvalidArgumentError) and not lines:
            raise  # no picture's fault
        lines = lines or [str(error).splitlines()[0]]
        more = f"; and {len(lines) - _NAMED:,} more" * (len(lines) > _NAMED)
        raise UserError(
            f"{'; '.join(lines[:_NAMED])}{more}; make the records again, or "
            "train with --skip_corrupt") from None


def pass_over(sources, folder):
    """Records without those that training can't read.

    Reads and decodes everything once. Shards that are whole stay where they
    are; the others are copied without what is damaged or can't be decoded.

    Args:
      sources: as for `records.find`.
      folder: for the copies; what is there from before is replaced.

    Returns:
      (sources to read instead, a line for each record passed over).

    Raises:
      UserError: nothing whole is left of a data set.
    """
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    sound, lines = [], []
    for number, (manifest, shards) in enumerate(
            records.find(sources, cut_short=True)):
        damaged = [shard for shard in tqdm(
            shards, unit="shard", desc="checking")
            if find_damage(shard) or find_undecodable(shard)]
        home = pathlib.Path(shards[0]).parent
        name = records.manifest_path(
            home, manifest["dataset"], manifest["split"]).name
        if not damaged:
            sound.append(home / name)
            continue
        copies = folder / str(number)
        copies.mkdir(parents=True)
        for shard in map(pathlib.Path, shards):
            copy = copies / shard.name
            if str(shard) in damaged:
                lines += _copy_whole_records(shard, copy)
            else:
                copy.symlink_to(shard.resolve())
        counts = _counts(copies.glob("*.tfrecord"))
        if not counts["pairs"]:
            raise UserError(f"{home / name}: no whole record is left; make "
                            "the records again")
        # How many pictures the lost tiles are of is not known: so many less.
        lost = manifest["pairs"] - counts["pairs"]
        counts["pictures"] = max(1, manifest["pictures"] - lost)
        manifest.pop("files", None)  # they have other sizes now
        whole_file.write_json(copies / name, {**manifest, **counts})
        sound.append(copies / name)
    return sound, lines


def _copy_whole_records(shard, copy):
    """Copies what can be read of a shard; returns a line for each other record.
    """
    shutil.copyfile(shard, copy)
    lines, gone = [], 0
    while damage := find_damage(copy):
        index, offset = damage
        lines.append(f"{shard}: record {index + 1 + len(lines)}, at byte "
                     f"{offset + gone:,}, is damaged and passed over")
        content = copy.read_bytes()
        rest = content[offset + _length(content, offset):]
        gone += len(content) - offset - len(rest)
        copy.write_bytes(content[:offset] + rest)
    undecodable = find_undecodable(copy)
    whole = [record.numpy() for index, record in enumerate(
        tf.data.TFRecordDataset(str(copy))) if index not in undecodable]
    if undecodable:
        with tf.io.TFRecordWriter(str(copy)) as writer:
            for record in whole:
                writer.write(record)
    return lines + [f"{shard}: {problem}; it is passed over"
                    for problem in undecodable.values()]


def _offset(shard, index):
    """Where record `index` begins; those before it are whole."""
    offset = 0
    with pathlib.Path(shard).open("rb") as file:
        for _ in range(index):
            file.seek(offset)
            offset += _length(file.read(_HEAD))
    return offset


def _length(content, offset=0):
    """The bytes of a record and what is around it, by its own length."""
    head = content[offset:offset + 8]
    if len(head) < 8:  # cut off
        return len(head)
    return struct.unpack("<Q", head)[0] + _HEAD + _FOOT


def _counts(shards):
    """"pairs", "with_people", "unlabelled" and "boxes" of whole shards."""
    examples = [
        records.parse(record)
        for record in tf.data.TFRecordDataset([str(s) for s in shards])]
    people = [int(tf.shape(example["boxes"])[0]) for example in examples]
    return {"pairs": len(people), "boxes": sum(people),
            "with_people": sum(n > 0 for n in people),
            "unlabelled": sum(not example["labelled"] for example in examples)}
