"""make_records: layouts to records, run as a command."""

import json

import pytest
from PIL import Image

from ha_deblur.data import records


def test_manifest_counts_what_was_packed(records_of):
    manifest = json.loads((records_of() / "hide-train.json").read_text())
    assert manifest["pairs"] == 6
    assert manifest["with_people"] == 4
    assert manifest["boxes"] == 4
    assert manifest["smallest"] == [96, 128]
    assert manifest["shards"] == 1


def test_large_data_sets_become_several_shards(
        command, photos, tmp_path):
    import numpy as np
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


def test_pairs_that_cannot_be_used_are_named_and_left_out(
        command, hide_like, photos, tmp_path):
    root, boxes = hide_like
    names = [f"{i}fromGOPR1096.MP4.png" for i in range(6)]
    (root / "GT" / names[0]).unlink()
    Image.fromarray(photos(50, 60)).save(root / "GT" / names[1])
    path = root / "train" / names[2]
    path.write_bytes(path.read_bytes()[:-2000])
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={root}", f"--boxes={boxes}",
                   f"--output={tmp_path / 'out'}")
    assert done.returncode == 1
    for name in names[:3]:
        assert any(line.startswith("left out:") and name in line
                   for line in done.stderr.splitlines())
    assert [r["name"] for r in records.read(tmp_path / "out")] == names[3:]


@pytest.mark.parametrize("flags, message", [
    (("--source=nowhere",), "nowhere"),
    (("--boxes=nowhere.json",), "nowhere.json"),
    (("--split=val",), "has no split 'val'"),
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
    from ha_deblur.data import coco
    root, _ = hide_like
    coco.write(tmp_path / "other.json", [("cat.png", 9, 9, [[0, 0, 3, 3]])])
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={root}", f"--output={tmp_path / 'out'}",
                   f"--boxes={tmp_path / 'other.json'}")
    assert done.returncode == 2
    assert "holds none of the images" in done.stderr
