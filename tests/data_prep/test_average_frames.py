"""The command that averages the frames of high-speed video into blur."""

import re
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from finished_commands import limited, refusal
from PIL import Image
from synthetic_video import flat, pan, write_folder, write_video

from data_prep.video import three_frames
from data_prep.video.frame_average import average
from data_prep.video.frame_windows import windows
from data_prep.video.video_frames import open_frames
from ha_deblur.blur.frames_between import exposure_times
from ha_deblur.commandline import UserError

GOPRO = (Path(__file__).parents[3]
         / "shared/data/gopro240/GOPR0477_11_00.mp4")


def pixels(path):
    return np.asarray(Image.open(path))


def files(folder):
    return sorted(path.relative_to(folder).as_posix()
                  for path in folder.rglob("*.*"))


def skipped(done):
    """{"1-11": reason} as the command told."""
    return dict(re.findall(r"skipped: frames (\d+-\d+): (.+)", done.stderr))


@pytest.fixture
def average_frames(command, tmp_path):
    """Runs the command on a video; gives the finished process."""
    def run(video, *flags, output="out"):
        return command("data_prep.average_frames", f"--video={video}",
                       f"--output={tmp_path / output}", *flags)
    return run


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


@pytest.fixture
def opencv():
    """Skips a test where frames in between can't be made."""
    pytest.importorskip("cv2", reason="OpenCV is in the extra `detect`")


def psnr(one, other):
    error = np.subtract(one, other, dtype=np.float64)
    return 10 * np.log10(255 ** 2 / np.mean(error ** 2))


def test_between_blurs_ordinary_video_about_a_real_frame(
        average_frames, tmp_path, opencv):
    frames = pan(6, step=4)
    video = write_folder(tmp_path / "walk", frames)
    done = average_frames(video, "--between=3", "--exposure=2")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    assert files(out) == ["GT/2fromwalk.png", "GT/5fromwalk.png",
                          "train/2fromwalk.png", "train/5fromwalk.png"]
    # While the shutter is open, for two frames, the camera pans by 8 pixels.
    passed = np.mean(pan(9, step=1), axis=0)
    interior = slice(8, -8), slice(8, -8)
    for name, middle in (("2fromwalk.png", frames[1]),
                         ("5fromwalk.png", frames[4])):
        np.testing.assert_array_equal(pixels(out / "GT" / name), middle)
    assert psnr(pixels(out / "train/2fromwalk.png")[interior],
                passed[interior]) > 38
    assert psnr(frames[1][interior], passed[interior]) < 35
    assert "2 pairs from walk\n" in done.stdout
    assert re.search(r"fastest part \d\.\d to \d\.\d pixels", done.stdout)


def test_between_tells_why_it_skips(average_frames, tmp_path, opencv):
    good, failing = pan(3, step=4), [f.copy() for f in pan(3, step=4, seed=1)]
    failing[1][30:48, 40:58] = 255  # there for one frame alone
    still, repeated = pan(1, seed=2) * 3, pan(2, step=4, seed=3)
    video = write_folder(tmp_path / "walk", [
        *good, *failing, *still, repeated[0], *repeated, *flat(3),
        *pan(2, seed=4)])
    done = average_frames(video, "--between=auto")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out/train") == ["2fromwalk.png"]
    reasons = skipped(done)
    assert list(reasons) == ["4-6", "7-9", "10-12", "13-15", "16-17"]
    assert re.match(r"\d+\.\d gray levels between what the flow connects in "
                    "the worst area are more than", reasons["4-6"])
    assert "nothing moves more than 0.0 pixels a frame" in reasons["7-9"]
    assert "a frame repeats the one before" in reasons["10-12"]
    assert "--min_detail=0.15" in reasons["13-15"]
    assert "the shot ends, a window takes 3" in reasons["16-17"]
    assert ("1 pairs from walk; skipped: 1 flow failed, 1 repeated, 1 still, "
            "1 too flat, 1 too short") in done.stdout


def test_between_skips_what_is_too_fast_and_spans_no_cut(
        average_frames, tmp_path, opencv):
    video = write_folder(
        tmp_path / "walk", pan(4, step=5) + pan(3, step=2, seed=1))
    done = average_frames(video, "--between=1", "--max_motion=2")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out/train") == ["6fromwalk.png"]
    reasons = skipped(done)
    assert list(reasons) == ["1-3", "4-4"]
    assert re.match(r"[23]\.\d pixels an averaged frame", reasons["1-3"])


def test_between_skips_frames_that_are_unevenly_spaced(
        average_frames, tmp_path, opencv):
    av = pytest.importorskip("av", reason="PyAV is not installed")
    video = tmp_path / "phone.mp4"
    with av.open(str(video), "w") as file:
        stream = file.add_stream("libx264", rate=30)
        stream.height, stream.width, stream.pix_fmt = 96, 128, "yuv420p"
        stream.options = {"crf": "5"}
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for time, pixels in zip((0, 33, 67, 100, 133, 200, 267), pan(7, step=4),
                                strict=True):
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    done = average_frames(video, "--between=3", "--stride=1")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out/train") == [
        f"{number}fromphone.png" for number in (2, 3, 4, 6)]
    assert next(iter(skipped(done).items())) == (
        "4-6", "its frames follow each other after 33 and 67 ms")


def test_between_refuses_clips_shorter_than_an_exposure_and_flags_unused(
        average_frames, tmp_path, opencv):
    video = write_folder(tmp_path / "short", pan(2))
    for flags, message in (
            (["--between=auto"], "short: no window of 3 frames can be used; "
             "skipped: 1 too short"),
            (["--between=none"], "must be auto or a number from 1 to 255"),
            (["--between=3", "--frames=5"], "--frames is of no use with"),
            (["--exposure=0.5"], "--exposure is for --between")):
        assert message in refusal(average_frames(video, *flags))


def test_between_goes_on_where_it_was_stopped(
        average_frames, tmp_path, opencv):
    video, out = tmp_path / "walk", tmp_path / "out"
    write_folder(video, pan(3, step=4))
    stopped = limited("data_prep.average_frames", f"--video={video}",
                      f"--output={out}", "--between=auto", megabytes=1e-3)
    assert "can't be written" in refusal(stopped)
    assert files(out) == ["train-walk.unfinished"]
    assert "run with other flags" in refusal(
        average_frames(video, "--between=auto", "--exposure=0.5"))
    done = average_frames(video, "--between=auto")
    assert done.returncode == 0, done.stderr
    assert "goes on with 1 windows" in done.stderr
    assert average_frames(video, "--between=auto", output="unbroken",
                          ).returncode == 0
    assert files(out) == ["GT/2fromwalk.png", "train/2fromwalk.png"]
    for name in files(out):
        assert ((out / name).read_bytes()
                == (tmp_path / "unbroken" / name).read_bytes())


def test_computed_frames_are_averaged_in_light_too():
    frames = [np.full((2, 2, 3), level, np.uint8) for level in (0, 50, 250)]
    made = [frame.astype(np.float32) for frame in frames]
    for gamma in (1, 2.2):
        np.testing.assert_array_equal(
            average(frames[:1] + made[1:], gamma), average(frames, gamma))
    np.testing.assert_array_equal(
        average(frame for frame in made), frames[0] + 100)


def test_in_between_frames_are_about_a_pixel_apart():
    assert three_frames.between_of(0.5) == 1
    assert three_frames.between_of(8) == 7
    assert three_frames.between_of(8.1) == 8
    assert three_frames.between_of(500) == three_frames.MOST_BETWEEN


def test_spacing_in_time():
    # rounded to milliseconds
    assert not three_frames.uneven([0.0, 0.033, 0.067])
    assert not three_frames.uneven([None, 1.0, 5.0])
    assert "33 and 67 ms" in three_frames.uneven([0.0, 0.033, 0.1])
    assert "0 and 0 ms" in three_frames.uneven([1.0, 1.0, 1.0])
    assert "33 and -33 ms" in three_frames.uneven([0.0, 0.033, 0.0])


def test_without_opencv_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(UserError, match="--between needs OpenCV; pip install"):
        three_frames.check_opencv()


@pytest.mark.slow
def test_made_up_blur_is_near_that_of_240_real_frames_a_second(opencv):
    """Of 30 frames a second, 11 averaged ones are made and compared."""
    if not GOPRO.exists():
        pytest.skip("needs ../shared/data/gopro240")
    frames = open_frames(GOPRO)
    real = [frame for frame, _ in zip(frames, range(161))]
    scores = []
    for middle in (16, 80, 152):
        [window] = windows(real[middle - 8:middle + 9:8], 3, 3)
        made = three_frames.ThreeFrames(window, [None] * 3)
        assert three_frames.distrust(three_frames.Trust(*made.measure())) == (
            None, None)
        blurred = made.blurred(exposure_times(1.25, 7), gamma=1)
        scores.append(psnr(blurred, average(real[middle - 5:middle + 6])))
    assert np.mean(scores) > 33 and min(scores) > 30  # 41.1 was measured
