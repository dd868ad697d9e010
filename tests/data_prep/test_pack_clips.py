"""The command that packs video for training."""

import json

import numpy as np
import pytest
from PIL import Image
from synthetic_video import pan, write_folder, write_video

from ha_deblur.annotations import coco
from ha_deblur.data import clip_records

tf = pytest.importorskip("tensorflow")
pytest.importorskip("cv2", reason="OpenCV is not installed")


@pytest.fixture
def pack_clips(command, tmp_path):
    def run(*flags):
        return command("data_prep.pack_clips", f"--clips={tmp_path / 'clips'}",
                       f"--output={tmp_path / 'out'}", *flags)
    return run


def windows(path):
    return [clip_records.parse(record)
            for record in tf.data.TFRecordDataset(str(path))]


def test_clips_become_windows_with_their_flow_and_people(
        pack_clips, tmp_path):
    clips = tmp_path / "clips"
    write_folder(clips / "street", pan(7, step=4))
    coco.write(clips / "street.detected.json", [
        ("00001", 128, 96, [[20, 16, 30, 60]]), ("00003", 128, 96, []),
        ("00005", 128, 96, [[20, 16, 30, 60]])],
        {"00001": [0.9], "00005": [0.2]})
    write_folder(clips / "still", [pan(1)[0]] * 5)
    (clips / "broken.mp4").write_bytes(b"no video")
    write_folder(clips / "crowd", pan(3, step=4, seed=1))
    coco.write(clips / "crowd.json", [  # in doubt everywhere
        (f"{i}", 128, 96, [[20, 16, 30, 60]]) for i in range(3)],
        {f"{i}": [0.2] for i in range(3)})
    write_folder(clips / "named", pan(3, step=4))
    coco.write(clips / "named.json", [("a.png", 128, 96, [])])
    done = pack_clips()
    assert done.returncode == 1, done.stderr
    assert "broken.mp4: can't be read as a video" in done.stderr
    assert "still: no window of 3 frames can be used (2 still" in done.stderr
    assert "named.json: 'a.png' is no frame's number" in done.stderr
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "clips.json", "crowd.tfrecord", "street.tfrecord"]
    crowd, clip = clip_records.read_manifest(out)
    assert (crowd["windows"], crowd["unlabelled"]) == (1, 1)
    assert (clip["windows"], clip["with_people"], clip["unlabelled"]) == (
        3, 1, 1)
    assert clip["size"] == [96, 128]

    found = windows(out / "street.tfrecord")
    assert [(len(each["boxes"]), int(each["labelled"])) for each in found] == [
        (1, 1), (0, 1), (0, 0)]
    np.testing.assert_allclose(
        found[0]["boxes"], [[16 / 96, 20 / 128, 76 / 96, 50 / 128]])
    middle = np.asarray(Image.open(clips / "street" / "2.png"))
    assert np.abs(found[0]["frames"][1].numpy().astype(int) - middle
                  ).mean() < 3  # JPEG
    # The camera pans to the right by 4 pixels, so all moves to the left.
    inside = found[0]["flows"][:, 12:-12, 12:-12].numpy()
    np.testing.assert_allclose(
        np.median(inside, axis=(1, 2)), [[0, -4], [0, 4], [0, 4], [0, -4]],
        atol=0.3)

    before = (out / "street.tfrecord").stat().st_mtime_ns
    again = pack_clips()
    assert "street:" not in again.stdout  # nothing to do there
    assert (out / "street.tfrecord").stat().st_mtime_ns == before
    other = pack_clips("--stride=1")
    assert "street: 5 windows" in other.stdout
    packed = json.loads((out / "clips.json").read_text())["clips"]
    assert {clip["name"]: clip["windows"] for clip in packed} == {
        "crowd": 1, "street": 5}
    slow = pack_clips("--min_motion=50")
    assert slow.returncode == 2
    assert "3 too slow" in slow.stderr
    assert clip_records.read_manifest(out) == []
    assert not list(out.glob("*.tfrecord"))


def test_masks_tell_of_people_and_frames_are_shrunk(pack_clips, tmp_path):
    write_video_at = tmp_path / "clips" / "walk.mp4"
    write_video_at.parent.mkdir()
    write_video(write_video_at, pan(4, step=4))
    masks = tmp_path / "masks" / "walk"
    masks.mkdir(parents=True)
    for i in range(4):
        mask = np.zeros((96, 128), np.uint8)
        mask[24:72, 32:64] = 255 * (i == 1)
        Image.fromarray(mask).save(masks / f"{i}.png")
    done = pack_clips(f"--masks={tmp_path / 'masks'}", "--short_side=64",
                      "--stride=1")
    assert done.returncode == 0, done.stderr
    found = windows(tmp_path / "out" / "walk.tfrecord")
    assert [len(each["boxes"]) for each in found] == [1, 0]
    assert found[0]["frames"].shape == [3, 64, 86, 3]
    assert found[0]["flows"].shape == [4, 32, 43, 2]
    np.testing.assert_allclose(found[0]["boxes"], [[0.25, 0.25, 0.75, 0.5]])


def test_bad_flags_are_refused_in_a_line(pack_clips, tmp_path):
    for make, flags, reason in (
            (lambda: None, (), "no such video or folder"),
            (lambda: (tmp_path / "clips").mkdir(), (), "holds neither videos"),
            (lambda: None, ("--doubtful_score=0.5",), "is higher than")):
        make()
        done = pack_clips(*flags)
        assert done.returncode == 2 and reason in done.stderr, done.stderr
        assert not (tmp_path / "out").exists()
