"""average_frames --between: blur from video of ordinary speed."""

import re
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from finished_commands import limited, refusal
from synthetic_video import flat, pan, write_folder

from data_prep.video import three_frames
from data_prep.video.frame_average import average
from data_prep.video.frame_windows import windows
from data_prep.video.video_frames import open_frames
from ha_deblur.blur.frames_between import exposure_times
from ha_deblur.commandline import UserError
from tests.data_prep.averaged_frames import files, pixels, skipped

GOPRO = (Path(__file__).parents[3]
         / "shared/data/gopro240/GOPR0477_11_00.mp4")


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
        for time, pixels in zip((0, 33, 67, 100, 133, 200, 267),
                                pan(7, step=4)):
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
