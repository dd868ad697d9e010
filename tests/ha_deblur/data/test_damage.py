"""Damaged records are found, named and passed over."""

import shutil

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.commandline import UserError
from ha_deblur.data import damage, pipeline, records
from ha_deblur.data.sampling import Sampling


@pytest.fixture
def folder(records_of, tmp_path):
    """A copy of some records, in one shard of six pairs."""
    shutil.copytree(records_of(), tmp_path / "records")
    return tmp_path / "records"


def offsets(shard):
    lengths = [len(row.numpy()) + 16
               for row in tf.data.TFRecordDataset(str(shard))]
    return np.cumsum([0, *lengths])


def test_whole_records_are_left_where_they_are(folder, tmp_path):
    sound, lines = damage.pass_over([folder], tmp_path / "copies")
    assert lines == damage.explain([folder]) == []
    assert [path.parent for path in sound] == [folder]
    assert not (tmp_path / "copies").exists()


def test_flipped_bytes_are_named_and_the_others_stay(folder, tmp_path):
    names = [row["name"] for row in records.read(folder)]
    (shard,) = folder.glob("*.tfrecord")
    starts = offsets(shard)
    content = bytearray(shard.read_bytes())
    for index in (1, 4):
        content[starts[index] + 40] ^= 255
    shard.write_bytes(content)
    assert damage.find_damage(shard) == (1, starts[1])
    assert damage.explain([folder]) == [
        f"{shard}: record 2, at byte {starts[1]:,}, is damaged"]

    sound, lines = damage.pass_over([folder], tmp_path / "copies")
    assert lines == [
        f"{shard}: record {i + 1}, at byte {starts[i]:,}, is damaged and "
        "passed over" for i in (1, 4)]
    assert shard.read_bytes() == content
    left = [row["name"] for row in records.read(sound)]
    assert left == [n for i, n in enumerate(names) if i not in (1, 4)]
    ((manifest, _),) = records.find(sound)
    assert manifest["pairs"] == pipeline.pairs_in(sound) == 4
    assert manifest["with_people"] == sum(
        len(row["boxes"]) > 0 for row in records.read(sound))
    batches = pipeline.training_batches(
        Sampling(sound, crop_size=32, batch_size=2))
    assert len(list(batches.take(6))) == 6


def test_whole_records_that_cannot_be_decoded_are_passed_over(
        folder, tmp_path):
    (shard,) = folder.glob("*.tfrecord")
    rows = [row.numpy() for row in tf.data.TFRecordDataset(str(shard))]
    names = [row["name"] for row in records.read(folder)]
    with tf.io.TFRecordWriter(str(shard)) as writer:
        for index, row in enumerate(rows):
            example = tf.train.Example.FromString(row)
            feature = example.features.feature
            if index == 1:
                feature["blurred"].bytes_list.value[0] = b"RIFF    WEBP"
            if index == 3:
                feature["height"].int64_list.value[0] = 90
            writer.write(example.SerializeToString())
    first, second = damage.explain([folder])
    assert first.startswith(
        f"{shard}: record 2, '{names[1]}': its blurred picture can't be")
    assert second == (f"{shard}: record 4, '{names[3]}': its blurred picture "
                      "is 128x96, and the record says 128x90")
    content = bytearray(shard.read_bytes())
    start = offsets(shard)[4]
    content[start + 40] ^= 255
    shard.write_bytes(content)
    sound, lines = damage.pass_over([folder], tmp_path / "copies")
    assert [line.endswith("passed over") for line in lines] == 3 * [True]
    assert lines[0].startswith(f"{shard}: record 5, at byte {start:,}")
    assert [row["name"] for row in records.read(sound)] == [
        names[0], names[2], names[5]]


@pytest.mark.parametrize("kept", [0.5, 5, 20])
def test_a_shard_cut_short_keeps_what_is_before(folder, tmp_path, kept):
    (shard,) = folder.glob("*.tfrecord")
    starts = offsets(shard)
    end = starts[3] + (kept if kept >= 1 else (starts[4] - starts[3]) // 2)
    shard.write_bytes(shard.read_bytes()[:end])
    sound, lines = damage.pass_over([folder], tmp_path / "copies")
    assert lines == [f"{shard}: record 4, at byte {starts[3]:,}, is damaged "
                     "and passed over"]
    assert len(list(records.read(sound))) == 3


def test_nothing_whole_is_an_error(folder, tmp_path):
    (shard,) = folder.glob("*.tfrecord")
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(UserError, match="no whole record is left"):
        damage.pass_over([folder], tmp_path / "copies")
