"""Records: what is written is what is read, and errors name the file."""

import io
import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ha_deblur.commandline import UserError
from ha_deblur.data import records


def test_round_trip_keeps_pixels_boxes_and_names(hide_like, records_of):
    root, _ = hide_like
    found = list(records.read(records_of("train")))
    assert [r["name"] for r in found] == [
        f"{i}fromGOPR1096.MP4.png" for i in range(6)]
    for i, record in enumerate(found):
        np.testing.assert_array_equal(
            record["blurred"], np.asarray(Image.open(
                root / "train" / record["name"])))
        np.testing.assert_array_equal(
            record["sharp"], np.asarray(Image.open(
                root / "GT" / record["name"])))
        assert (record["dataset"], record["subset"]) == ("hide", "train")
        assert (record["height"], record["width"]) == (96, 128)
        expected = [[16 / 96, 20 / 128, 76 / 96, 50 / 128]] if i % 3 else []
        np.testing.assert_allclose(
            record["boxes"], np.reshape(expected, [-1, 4]), rtol=1e-6)


def test_bytes_are_stored_as_they_are_in_the_file():
    serialized = records.serialize(
        "a", "folder", "", (1, 2), b"blurred bytes", b"sharp bytes",
        [[0, 0.25, 0.5, 1], [0, 0, 1, 1]])
    example = records.parse(serialized)
    assert example["blurred"].numpy() == b"blurred bytes"
    assert example["sharp"].numpy() == b"sharp bytes"
    np.testing.assert_array_equal(
        example["boxes"], [[0, 0.25, 0.5, 1], [0, 0, 1, 1]])
    assert example["labelled"] == 1


def _encoded(file_format, **options):
    file = io.BytesIO()
    Image.fromarray(np.arange(96, dtype=np.uint8).reshape(4, 8, 3)).save(
        file, file_format, **options)
    return file.getvalue()


@pytest.mark.parametrize("options", [
    {}, {"subsampling": 0}, {"subsampling": 1}, {"progressive": True}])
def test_jpeg_is_decoded_as_pillow_does(options):
    encoded = _encoded("JPEG", quality=80, **options)
    np.testing.assert_array_equal(
        records.decode(encoded),
        np.asarray(Image.open(io.BytesIO(encoded))))


def test_a_picture_that_cannot_be_decoded_is_named(tmp_path):
    png = _encoded("PNG")
    shard = tmp_path / "folder-train-00000-of-00001.tfrecord"
    with tf.io.TFRecordWriter(str(shard)) as writer:
        for name, sharp in (("a.jpg", png), ("b.jpg", _encoded("TIFF"))):
            writer.write(records.serialize(
                name, "folder", "", (4, 8), png, sharp, []))
    (tmp_path / "folder-train.json").write_text(json.dumps({
        "version": records.VERSION, "dataset": "folder", "split": "train",
        "shards": 1, "pairs": 2, "pictures": 2, "with_people": 0,
        "smallest": [4, 8]}))
    found = records.read(tmp_path)
    assert next(found)["name"] == "a.jpg"
    with pytest.raises(UserError) as raised:
        next(found)
    assert str(raised.value).startswith(
        f"{shard}: record 2, 'b.jpg': its sharp picture can't be decoded (")
    assert "make the records again" in str(raised.value)
    assert "\n" not in str(raised.value)
    content = bytearray(shard.read_bytes())
    content[100] ^= 1
    shard.write_bytes(content)
    with pytest.raises(UserError, match="record 1 is damaged; make the"):
        next(records.read(tmp_path))


def test_nobody_there_is_not_nobody_has_looked():
    for boxes, labelled in (([], 1), (None, 0)):
        example = records.parse(records.serialize(
            "a", "photos", "", (1, 2), b"", b"", boxes))
        assert example["boxes"].shape == [0, 4]
        assert example["labelled"] == labelled


def test_a_missing_shard_is_named(records_of):
    directory = records_of("train")
    (shard,) = directory.glob("*.tfrecord")
    shard.unlink()
    with pytest.raises(UserError, match=r"1 of 1 shards.*00000-of-00001"):
        records.find([directory])


def test_other_files_and_versions_are_refused(records_of, tmp_path):
    with pytest.raises(UserError, match="no such file"):
        records.find([tmp_path / "nothing.json"])
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(UserError, match="no manifest"):
        records.find([tmp_path / "broken.json"])
    path = records_of("train") / "hide-train.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "version": 99}))
    with pytest.raises(UserError, match="version 99"):
        records.find([path])
    for key, harm in (("smallest", None), ("smallest", [96]),
                      ("shards", "1"), ("shards", 0), ("pairs", 1.5),
                      ("dataset", None), ("files", [{"name": "a"}])):
        path.write_text(json.dumps({**manifest, key: harm}))
        with pytest.raises(UserError, match=f"^{path}: its {key} are absent "
                           "or damaged; make the records again"):
            records.find([path])
    path.write_text(json.dumps({"version": records.VERSION}))
    with pytest.raises(UserError, match="its dataset, split, shards, pairs"):
        records.find([path])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no records"):
        records.find([tmp_path / "empty"])


def test_a_manifest_whose_files_are_null_is_read(tmp_path):
    (tmp_path / "HIDE-train.json").write_text(json.dumps({
        "version": records.VERSION, "dataset": "HIDE", "split": "train",
        "shards": 1, "pairs": 1, "pictures": 1, "with_people": 0,
        "smallest": [8, 8], "files": None}))
    shard = records.shard_path(tmp_path, "HIDE", "train", 0, 1)
    shard.touch()
    (_, shards), = records.find([tmp_path])
    assert shards == [str(shard)]
