"""The command that averages the frames of high-speed video into blur."""

import re

import numpy as np
import pytest
from synthetic_video import flat, pan, write_folder, write_video

from data_prep.video.frame_average import average
from data_prep.video.video_frames import open_frames
from tests.data_prep.averaged_frames import files, pixels, skipped


def test_11_frames_become_a_blurred_and_the_central_one_its_sharp_image(
        average_frames, tmp_path):
    frames = pan(24)
    video = write_folder(tmp_path / "GOPR0477_11_00", frames)
    done = average_frames(video)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    assert files(out) == [
        "GT/17fromGOPR0477.png", "GT/6fromGOPR0477.png",
        "train/17fromGOPR0477.png", "train/6fromGOPR0477.png"]
    # By number, so 2.png is before 10.png.
    for n in (6, 17):
        np.testing.assert_array_equal(
            pixels(out / f"GT/{n}fromGOPR0477.png"), frames[n - 1])
        np.testing.assert_array_equal(
            pixels(out / f"train/{n}fromGOPR0477.png"),
            np.rint(np.mean(frames[n - 6:n + 5], axis=0)))
    assert "2 pairs from GOPR0477; skipped: 1 too short" in done.stdout
    assert list(skipped(done)) == ["23-24"]


def test_frames_and_stride_choose_the_windows(average_frames, tmp_path):
    video = write_folder(tmp_path / "walk", pan(12))
    done = average_frames(video, "--frames=5", "--stride=3")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out/GT") == [
        "3fromwalk.png", "6fromwalk.png", "9fromwalk.png"]
    assert list(skipped(done)) == ["10-12"]
    done = average_frames(video, "--frames=3", "--stride=8", output="sparse")
    assert files(tmp_path / "sparse/GT") == ["10fromwalk.png", "2fromwalk.png"]
    assert not skipped(done)


def test_of_an_even_number_the_first_after_the_middle_is_sharp(
        average_frames, tmp_path):
    """GoPro's own pairs are averages of 8 and of 10 frames."""
    frames = pan(8)
    video = write_folder(tmp_path / "walk", frames)
    done = average_frames(video, "--frames=8", "--max_motion=100")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    np.testing.assert_array_equal(pixels(out / "GT/5fromwalk.png"), frames[4])
    np.testing.assert_allclose(  # halves are rounded either way
        pixels(out / "train/5fromwalk.png"), np.mean(frames, axis=0), atol=0.5)


def test_gamma_averages_light():
    frames = [np.full((2, 2, 3), level, np.uint8) for level in (0, 50, 250)]
    np.testing.assert_array_equal(average(frames), frames[0] + 100)
    # ((0 + 50^2 + 250^2) / 3)^(1/2) = 147.2
    np.testing.assert_array_equal(average(frames, gamma=2), frames[0] + 147)
    still = [np.arange(255, dtype=np.uint8).reshape(1, 85, 3)] * 11
    np.testing.assert_array_equal(average(still, gamma=2.2), still[0])


def test_the_gamma_flag_is_used(average_frames, tmp_path):
    frames = pan(3)
    video = write_folder(tmp_path / "walk", frames)
    done = average_frames(video, "--gamma=2.2", "--frames=3")
    assert done.returncode == 0, done.stderr
    light = np.mean((np.array(frames) / 255) ** 2.2, axis=0)
    np.testing.assert_array_equal(
        pixels(tmp_path / "out/train/2fromwalk.png"),
        np.rint(255 * light ** (1 / 2.2)))


def test_no_window_spans_a_cut(average_frames, tmp_path):
    video = write_folder(tmp_path / "walk", pan(14) + pan(12, seed=1))
    done = average_frames(video)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out/GT") == ["20fromwalk.png", "6fromwalk.png"]
    np.testing.assert_array_equal(
        pixels(tmp_path / "out/train/20fromwalk.png"),
        np.rint(np.mean(pan(11, seed=1), axis=0)))
    assert list(skipped(done)) == ["12-14", "26-26"]
    assert "2 too short" in done.stdout


def test_fast_and_flat_windows_are_skipped_with_the_reason(
        average_frames, tmp_path):
    video = write_folder(tmp_path / "walk", [
        frame.repeat(3, axis=0).repeat(3, axis=1)  # 6 and 12 pixels a frame
        for frame in pan(11) + pan(11, step=4, seed=1) + flat(11)])
    done = average_frames(video)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out/GT") == ["6fromwalk.png"]
    reasons = skipped(done)
    assert list(reasons) == ["12-22", "23-33"]
    assert re.match(r"1[12]\.\d pixels a frame", reasons["12-22"])
    assert "--max_motion=8" in reasons["12-22"]
    assert "0.00 of it structured" in reasons["23-33"]
    assert "--min_detail=0.15" in reasons["23-33"]
    assert "1 pairs from walk; skipped: 1 too fast, 1 too flat" in done.stdout
    assert "fastest part 0.0 to " in done.stdout

    done = average_frames(video, "--max_motion=20", "--min_detail=0",
                          output="all")
    assert len(files(tmp_path / "all/train")) == 3
    done = average_frames(video, "--max_motion=1", output="none")
    assert done.returncode == 2
    assert "no window of 11 frames can be used" in done.stderr
    assert "2 too fast" in done.stderr


def test_a_dry_run_writes_nothing(average_frames, tmp_path):
    done = average_frames(write_folder(tmp_path / "walk", pan(11)), "--dry_run")
    assert done.returncode == 0, done.stderr
    assert "1 pairs from walk (not written)" in done.stdout
    assert re.search(r"fastest part 2\.\d to 2\.\d pixels", done.stdout)
    assert not (tmp_path / "out").exists()


def test_equal_runs_make_equal_files(average_frames, tmp_path):
    video = write_folder(tmp_path / "walk", pan(11))
    for output in ("one", "two"):
        assert average_frames(video, output=output).returncode == 0
    assert len(files(tmp_path / "one")) == 2
    for name in files(tmp_path / "one"):
        assert ((tmp_path / "one" / name).read_bytes()
                == (tmp_path / "two" / name).read_bytes())


def test_the_result_can_be_packed_as_hide(average_frames, command, tmp_path):
    from ha_deblur.annotations import pairs
    from ha_deblur.data import records
    video = write_folder(tmp_path / "GOPR0477", pan(22))
    other = write_folder(tmp_path / "clip", pan(11))
    assert average_frames(video).returncode == 0
    assert average_frames(other, "--name=GOPR1096",
                          "--split=test").returncode == 0
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={tmp_path / 'out'}",
                   f"--output={tmp_path / 'records'}")
    assert done.returncode == 0, done.stderr
    assert [r["name"] for r in records.read(tmp_path / "records")] == [
        "17fromGOPR0477.png", "6fromGOPR0477.png"]
    found, problems = pairs.find_pairs(tmp_path / "out", "hide", "test")
    assert [pair.name for pair in found] == ["6fromGOPR1096.png"]
    assert not problems


def test_pictures_are_not_replaced_and_splits_share_no_video(
        average_frames, tmp_path):
    video = write_folder(tmp_path / "GOPR0477_11_00", pan(11))
    assert average_frames(video).returncode == 0
    done = average_frames(video)
    assert done.returncode == 2
    assert "6fromGOPR0477.png: is there already" in done.stderr
    done = average_frames(video, "--split=test", "--name=GOPR0477_11_00")
    assert done.returncode == 2
    assert "is from GOPR0477 too, and splits never share" in done.stderr
    assert average_frames(video, "--name=GOPR0477_11_00").returncode == 0
    assert files(tmp_path / "out/train") == [
        "6fromGOPR0477.png", "6fromGOPR0477_11_00.png"]


def test_videos_are_read_too(average_frames, tmp_path):
    video = write_video(tmp_path / "GOPR0477_11_00.mp4", pan(24))
    done = average_frames(video)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out/train") == [
        "17fromGOPR0477.png", "6fromGOPR0477.png"]
    decoded = list(open_frames(video))
    np.testing.assert_array_equal(
        pixels(tmp_path / "out/train/6fromGOPR0477.png"),
        np.rint(np.mean(decoded[:11], axis=0)))
    np.testing.assert_array_equal(
        pixels(tmp_path / "out/GT/6fromGOPR0477.png"), decoded[5])


def test_of_a_video_cut_off_the_rest_is_used(average_frames, tmp_path):
    video = write_video(tmp_path / "GOPR0477.mp4", pan(80, step=1))
    content = video.read_bytes()
    video.write_bytes(content[:len(content) * 6 // 10])
    done = average_frames(video)
    assert done.returncode == 1
    assert re.search(r"GOPR0477.mp4: is cut off after frame \d+: its last "
                     r"[\d,]+ bytes are missing", done.stderr)
    assert 1 <= len(files(tmp_path / "out/train")) <= 4


def test_damaged_frames_are_told_and_no_window_spans_them(
        average_frames, tmp_path):
    video = write_folder(tmp_path / "walk", pan(24))
    (video / "4.png").write_bytes((video / "4.png").read_bytes()[:500])
    done = average_frames(video)
    assert done.returncode == 1
    assert "4.png: can't be read" in done.stderr
    assert files(tmp_path / "out/train") == ["10fromwalk.png"]
    assert list(skipped(done)) == ["1-3", "16-24"]


@pytest.mark.parametrize(("content", "message"), [
    (None, "no such video or folder"),
    (b"", "can't be read as a video"),
    (b"no video", "can't be read as a video"),
])
def test_bad_videos_are_one_line(average_frames, tmp_path, content, message):
    pytest.importorskip("av", reason="PyAV is not installed")
    video = tmp_path / "GOPR0477.mp4"
    if content is not None:
        video.write_bytes(content)
    done = average_frames(video)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_bad_folders_and_flags_are_one_line(average_frames, tmp_path):
    (tmp_path / "empty").mkdir()
    video = write_folder(tmp_path / "short", pan(4))
    for arguments, message in (
            ([tmp_path / "empty"], "empty: holds no frames"),
            ([video], "short: no window of 11 frames can be used"),
            ([video, "--frames=2"], "not integer >= 3"),
            ([video, "--name=a/b"], "--name=a/b can't be part of a file's"),
            ([video, "--split=val"], "should be one of")):
        done = average_frames(*arguments)
        assert done.returncode == 2
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        assert len(errors) == 1
        assert message in errors[0]
    (video / "1.png").write_text("no picture")
    done = average_frames(video)
    assert done.returncode == 2
    assert "1.png: can't be read as an image" in done.stderr.splitlines()[-1]
