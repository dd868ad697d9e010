"""make_records: layouts to records, run as a command."""

import hashlib
import json
import re
import signal
import time

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ha_deblur.annotations import coco
from ha_deblur.data import records
from tests import fresh_processes
from tests.finished_commands import limited


def test_manifest_counts_what_was_packed(records_of):
    manifest = json.loads((records_of() / "hide-train.json").read_text())
    assert manifest["pairs"] == 6
    assert manifest["with_people"] == 4
    assert manifest["boxes"] == 4
    assert manifest["smallest"] == [96, 128]
    assert manifest["shards"] == 1


def test_large_data_sets_become_several_shards(
        command, photos, tmp_path):
    for folder in ("blur", "sharp"):
        (tmp_path / "set" / folder).mkdir(parents=True)
        for i in range(4):
            noise = np.random.default_rng(i).integers(
                0, 256, (400, 400, 3), np.uint8)  # 480 kB as PNG
            Image.fromarray(noise).save(tmp_path / "set" / folder / f"{i}.png")
    done = command("data_prep.make_records", f"--source={tmp_path / 'set'}",
                   "--shard_mb=2", f"--output={tmp_path / 'out'}")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "folder-train-00000-of-00002.tfrecord",
        "folder-train-00001-of-00002.tfrecord", "folder-train.json"]
    assert [r["name"] for r in records.read(tmp_path / "out")] == [
        "0.png", "1.png", "2.png", "3.png"]


@pytest.fixture
def damaged(hide_like, photos):
    """`hide_like` with three bad pairs: (folder, boxes, their names)."""
    root, boxes = hide_like
    names = [f"{i}fromGOPR1096.MP4.png" for i in range(6)]
    (root / "GT" / names[0]).unlink()
    Image.fromarray(photos(50, 60)).save(root / "GT" / names[1])
    path = root / "train" / names[2]
    path.write_bytes(path.read_bytes()[:-2000])
    return root, boxes, names[:3]


def test_bad_pairs_are_left_out_by_name_with_allow_partial(
        command, damaged, tmp_path):
    root, boxes, bad = damaged
    flags = ["--dataset=hide", f"--source={root}", f"--boxes={boxes}",
             f"--output={tmp_path / 'out'}", "--allow_partial"]
    done = command("data_prep.make_records", *flags)
    assert done.returncode == 1
    for name in bad:
        assert any(line.startswith("left out:") and name in line
                   for line in done.stderr.splitlines())
    assert [r["name"] for r in records.read(tmp_path / "out")] == [
        f"{i}fromGOPR1096.MP4.png" for i in range(3, 6)]
    again = command("data_prep.make_records", *flags)
    assert again.returncode == 1
    assert "complete already" in again.stdout


def test_without_allow_partial_bad_pairs_are_refused_in_one_line(
        command, damaged, tmp_path):
    root, boxes, bad = damaged
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={root}", f"--boxes={boxes}",
                   f"--output={tmp_path / 'out'}")
    assert done.returncode == 2
    line = done.stderr.splitlines()[-1]
    for part in ("3 problems", bad[0], "--check", "--allow_partial"):
        assert part in line
    assert not list(tmp_path.glob("out/*"))


def _noise_set(root, count=6):
    """A {blur,sharp} folder of `count` pairs, a megabyte a pair."""
    for folder in ("blur", "sharp"):
        (root / folder).mkdir(parents=True)
        for i in range(count):
            noise = np.random.default_rng(i).integers(
                0, 256, (420, 420, 3), np.uint8)  # 530 kB as PNG
            Image.fromarray(noise).save(root / folder / f"{i}.png")
    return root


def _contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Tiles of noise are slow to write: time enough to stop between two shards.
_SLOW = ("--shard_mb=1", "--tile=64")


def test_a_killed_run_goes_on_and_any_number_of_workers_writes_the_same(
        command, tmp_path):
    source = _noise_set(tmp_path / "set")
    flags = ["data_prep.make_records", f"--source={source}", *_SLOW]
    unbroken = tmp_path / "unbroken"
    done = command(*flags, f"--output={unbroken}", "--workers=2")
    assert done.returncode == 0, done.stderr

    output = tmp_path / "killed"
    run = fresh_processes.Process(
        *flags, f"--output={output}", "--workers=1")
    journal = output / "folder-train.unfinished"
    deadline = time.monotonic() + 60
    # Its lines: the settings, the pairs that can't be used, the shards.
    while not (journal.exists() and journal.read_text().count("\n") > 2):
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert not (output / "folder-train.json").exists()
    assert 0 < journal.read_text().count("\n") - 2 < 6
    first = output / "folder-train-00000-of-00006.tfrecord"
    written = first.stat().st_mtime_ns
    half = output / "folder-train-00005-of-00006.tfrecord"
    half.write_bytes(b"not by this run")  # the journal does not know it

    done = command(*flags, f"--output={output}", "--workers=1")
    assert done.returncode == 0, done.stderr
    assert first.stat().st_mtime_ns == written
    assert _contents(output) == _contents(unbroken)


def test_other_sources_are_made_anew(python_command, hide_like, records_of):
    root, boxes = hide_like
    output = records_of()
    before = json.loads((output / "hide-train.json").read_text())
    flags = ["data_prep.make_records", "--dataset=hide", f"--source={root}",
             f"--boxes={boxes}", f"--output={output}"]
    (output / "hide-train-00003-of-00009.tfrecord").touch()  # of long ago
    for folder in ("train", "GT"):
        (root / folder / "0fromGOPR1096.MP4.png").unlink()
    done = python_command(*flags)
    assert done.returncode == 0, done.stderr
    assert "hide-train.json: its records are not of these" in done.stderr
    after = json.loads((output / "hide-train.json").read_text())
    assert (before["pairs"], after["pairs"]) == (6, 5)
    assert before["source_sha256"] != after["source_sha256"]
    assert sorted(p.name for p in output.iterdir()) == [
        "hide-train-00000-of-00001.tfrecord", "hide-train.json"]


def test_verify_finds_a_flipped_byte_and_changed_sources(
        command, hide_like, records_of):
    root, boxes = hide_like
    output = records_of()
    flags = ["data_prep.make_records", "--dataset=hide", f"--source={root}",
             f"--boxes={boxes}", f"--output={output}", "--verify"]
    before = _contents(output)
    done = command(*flags)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 pairs in 1 shards, equal to their sources" in done.stdout
    assert _contents(output) == before

    (shard,) = output.glob("*.tfrecord")
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    done = command(*flags)
    assert done.returncode == 1
    assert re.search(rf"{shard.name}: record [34] is damaged", done.stdout)

    shard.write_bytes(before[shard.name])
    name = "4fromGOPR1096.MP4.png"
    Image.new("RGB", (128, 96)).save(root / "train" / name)
    done = command(*flags)
    assert done.returncode == 1
    assert (f"record 5, {name}: differs from its source in blurred"
            in done.stdout)


def test_files_that_training_would_misread_are_packed_as_they_look(
        command, photos, tmp_path):
    source, output = tmp_path / "set", tmp_path / "out"
    pixels = photos(96, 128)
    exif = Image.Exif()
    exif[0x112] = 6
    for folder in ("blur", "sharp"):
        (source / folder).mkdir(parents=True)
        for name, options in (
                ("a.jpg", {"format": "WEBP", "lossless": True}),
                ("b.png", {"exif": exif}), ("c.png", {})):
            Image.fromarray(pixels).save(source / folder / name, **options)
        Image.fromarray(pixels).convert("P").save(source / folder / "d.bmp")
    coco.write(tmp_path / "boxes.json", [  # drawn on what is stored
        ("b.png", 128, 96, [[32, 24, 16, 48]])])
    flags = [f"--source={source}", f"--output={output}",
             f"--boxes={tmp_path / 'boxes.json'}"]
    done = command("data_prep.make_records", *flags)
    assert done.returncode == 0, done.stderr
    assert "6 files are stored upright and as PNG" in done.stdout
    rows = {row["name"]: row for row in records.read(output)}
    np.testing.assert_array_equal(rows["a.jpg"]["blurred"], pixels)
    np.testing.assert_array_equal(
        rows["b.png"]["sharp"], np.rot90(pixels, -1))
    assert (rows["b.png"]["height"], rows["b.png"]["width"]) == (128, 96)
    np.testing.assert_allclose(
        rows["b.png"]["boxes"], [[0.25, 0.25, 0.375, 0.75]])
    with Image.open(source / "blur/d.bmp") as palette:
        np.testing.assert_array_equal(
            rows["d.bmp"]["blurred"], palette.convert("RGB"))

    manifest = output / "folder-train.json"
    (shard,) = output.glob("*.tfrecord")
    # As another Pillow would have written them: other bytes, the same pixels.
    with tf.io.TFRecordWriter(str(shard)) as writer:
        for row in rows.values():
            writer.write(records.serialize(
                row["name"], "folder", "", row["sharp"].shape[:2],
                *(tf.io.encode_png(row[key], compression=1).numpy()
                  for key in ("blurred", "sharp")),
                list(row["boxes"]) if row["labelled"] else None))
    content = json.loads(manifest.read_text())
    content["files"][0].update(
        bytes=shard.stat().st_size,
        sha256=hashlib.sha256(shard.read_bytes()).hexdigest())
    manifest.write_text(json.dumps(content))
    done = command("data_prep.make_records", *flags, "--verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "equal to their sources" in done.stdout


def test_a_full_disk_is_said_in_one_line(tmp_path):
    source = _noise_set(tmp_path / "set", count=3)
    done = limited("data_prep.make_records", f"--source={source}",
                   f"--output={tmp_path / 'out'}", megabytes=0.6)
    assert done.returncode == 2, done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("error:")
    assert "folder-train-00000-of-00001.tfrecord: can't be" in line
    assert not list(tmp_path.glob("out/*.tfrecord"))


@pytest.mark.parametrize("flags, message", [
    (("--source=nowhere",), "nowhere"),
    (("--boxes=nowhere.json",), "nowhere.json"),
    (("--split=val",), "has no split 'val'"),
    (("--verify",), "hide-train.json: no such file"),
])
def test_what_the_user_gave_wrong_is_one_line_and_exit_code_2(
        command, hide_like, tmp_path, flags, message):
    root, _ = hide_like
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={root}", f"--output={tmp_path / 'out'}", *flags)
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]
    assert done.stderr.splitlines()[-1].startswith("error:")
    assert not list(tmp_path.glob("out/*"))


def test_boxes_of_other_pictures_are_refused(command, hide_like, tmp_path):
    from ha_deblur.annotations import coco
    root, _ = hide_like
    coco.write(tmp_path / "other.json", [("cat.png", 9, 9, [[0, 0, 3, 3]])])
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={root}", f"--output={tmp_path / 'out'}",
                   f"--boxes={tmp_path / 'other.json'}")
    assert done.returncode == 2
    assert "holds none of the images" in done.stderr


@pytest.fixture
def street_photos(tmp_path, photos):
    """Four sharp photos, and a detector's boxes of three of them."""
    folder = tmp_path / "street"
    (folder / "images").mkdir(parents=True)
    for i in range(4):
        Image.fromarray(photos(96, 128, seed=i)).save(
            folder / "images" / f"{i}.png")
    person, other = [20, 16, 30, 60], [90, 10, 20, 40]
    coco.write(folder / "boxes.json", [
        ("0.png", 128, 96, [person]), ("1.png", 128, 96, [person, other]),
        ("2.png", 128, 96, [])], {"0.png": [0.9], "1.png": [0.9, 0.2]})
    return folder


def test_photos_are_labelled_where_there_is_no_doubt(
        command, street_photos, tmp_path):
    def kinds(name, *flags):
        done = command("data_prep.make_records", "--dataset=photos",
                       f"--source={street_photos}",
                       f"--output={tmp_path / name}", *flags)
        assert done.returncode == 0, done.stderr
        rows = list(records.read(tmp_path / name))
        for row in rows:  # each photo is its own partner
            np.testing.assert_array_equal(row["blurred"], row["sharp"])
        manifest = json.loads(
            (tmp_path / name / "photos-train.json").read_text())
        assert manifest["unlabelled"] == sum(
            not row["labelled"] for row in rows)
        return [(len(row["boxes"]), row["labelled"]) for row in rows]

    boxes = f"--boxes={street_photos / 'boxes.json'}"
    assert kinds("all", boxes) == [(1, True), (2, True), (0, True), (0, False)]
    assert kinds("sure", boxes, "--sure_score=0.35", "--doubtful_score=0.15"
                 ) == [(1, True), (0, False), (0, True), (0, False)]
    assert kinds("none") == 4 * [(0, False)]
    assert kinds("nobody", "--nobody") == 4 * [(0, True)]
    for flags, reason in (
            ((boxes, "--nobody"), "give one of them"),
            ((boxes, "--doubtful_score=0.2"), "needs a --sure_score"),
            ((boxes, "--sure_score=0.1", "--doubtful_score=0.2"),
             "needs a --sure_score")):
        done = command("data_prep.make_records", "--dataset=photos",
                       f"--source={street_photos}", *flags,
                       f"--output={tmp_path / 'refused'}")
        assert done.returncode == 2 and reason in done.stderr
        assert not (tmp_path / "refused").exists()
