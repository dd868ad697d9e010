"""Commands go on after a kill or a full disk, to the same result."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from finished_commands import ROOT, contents, limited, refusal
from PIL import Image
from synthetic_people import walker
from synthetic_video import pan, write_folder


@pytest.fixture
def video(tmp_path):
    """Frames of which 13 windows of 5 are cut, with one to spare."""
    return write_folder(tmp_path / "walk", pan(42))


def _averaging(video, output):
    return ("data_prep.average_frames", f"--video={video}",
            f"--output={output}", "--frames=5", "--stride=3")


@pytest.fixture
def pictures(tmp_path):
    """Thirty pictures of a figure at different places."""
    (tmp_path / "images").mkdir()
    for i in range(30):
        Image.fromarray(walker(240, 320, [20 + 7 * i, 60, 40, 130])).save(
            tmp_path / "images" / f"{i:02}.png")
    return tmp_path / "images"


def _detecting(pictures, output):
    pytest.importorskip("cv2", reason="OpenCV is in the extra `detect`")
    return ("data_prep.detect_people", f"--images={pictures}",
            f"--output={output / 'boxes.json'}", f"--review={output}",
            "--min_height=0.3")


def _kill_when(arguments, is_time):
    """Starts a command, and ends it without warning."""
    run = subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)], cwd=ROOT,
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not is_time():
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()


def test_killed_average_frames_goes_on_and_keeps_what_is_whole(
        command, video, tmp_path):
    unbroken, out = tmp_path / "unbroken", tmp_path / "out"
    first = command(*_averaging(video, unbroken))
    assert first.returncode == 0, first.stderr
    _kill_when(_averaging(video, out),
               lambda: len(list(out.glob("train/[0-9]*.png"))) >= 2)
    assert (out / "train-walk.unfinished").exists()
    whole = {path: path.stat().st_mtime_ns
             for path in out.glob("train/[0-9]*.png")}
    assert len(whole) < 13
    (out / "GT/.partial-39fromwalk.png").write_bytes(b"half")

    other = command(*_averaging(video, out), "--gamma=2.2")
    assert "run with other flags" in refusal(other)
    done = command(*_averaging(video, out))
    assert done.returncode == 0, done.stderr
    assert "train-walk.unfinished: goes on with" in done.stderr
    for path, written in whole.items():
        assert path.stat().st_mtime_ns == written
    (out / "GT/.partial-39fromwalk.png").unlink(missing_ok=True)
    assert contents(out) == contents(unbroken)
    assert done.stdout == first.stdout.replace(str(unbroken), str(out))
    assert "is there already" in refusal(command(*_averaging(video, out)))


def test_average_frames_of_another_video_does_not_go_on(command, tmp_path):
    out, video = tmp_path / "out", write_folder(tmp_path / "walk", pan(5))
    done = limited(*_averaging(video, out), megabytes=1e-3)
    assert "3fromwalk.png: can't be written" in refusal(done)
    assert list(contents(out)) == ["train-walk.unfinished"]
    os.utime(video / "3.png")
    assert "of another source" in refusal(command(*_averaging(video, out)))
    (out / "train-walk.unfinished").unlink()
    assert command(*_averaging(video, out)).returncode == 0
    assert sorted(contents(out)) == ["GT/3fromwalk.png", "train/3fromwalk.png"]


def test_sharp_images_of_other_data_are_not_replaced(command, tmp_path):
    video = write_folder(tmp_path / "walk", pan(5))
    sharp = tmp_path / "out/GT/3fromwalk.png"
    sharp.parent.mkdir(parents=True)
    sharp.write_bytes(b"mine")
    done = command(*_averaging(video, tmp_path / "out"))
    assert f"{sharp}: is there already" in refusal(done)
    assert contents(tmp_path / "out") == {"GT/3fromwalk.png": b"mine"}


def test_killed_detect_people_goes_on(command, pictures, tmp_path):
    unbroken, out = tmp_path / "unbroken", tmp_path / "out"
    journal = out / "boxes.json.unfinished"
    assert command(*_detecting(pictures, unbroken)).returncode == 0
    _kill_when(_detecting(pictures, out), lambda: (
        (out / "sheet-0000.jpg").exists()))
    known = journal.read_text().splitlines()
    assert 12 <= len(known) - 1 < 30
    assert not (out / "boxes.json").exists()
    # What is known of a changed picture does not count.
    os.utime(pictures / "03.png")

    assert "run with other flags" in refusal(command(
        *_detecting(pictures, out), "--min_height=0.5"))
    done = command(*_detecting(pictures, out))
    assert done.returncode == 0, done.stderr
    assert f"goes on after {len(known) - 1} images" in done.stderr
    assert contents(out) == contents(unbroken)
    assert "score" in json.loads(
        (out / "boxes.json").read_text())["annotations"][0]


def test_detect_people_goes_on_after_a_full_disk(command, pictures, tmp_path):
    unbroken, out = tmp_path / "unbroken", tmp_path / "out"
    for path in sorted(pictures.iterdir())[3:]:
        path.unlink()
    done = limited(*_detecting(pictures, out), megabytes=0.003)
    assert f"{out / 'sheet-0000.jpg'}: can't be written" in refusal(done)
    assert list(contents(out)) == ["boxes.json.unfinished"]
    for folder in (unbroken, out):
        assert command(*_detecting(pictures, folder)).returncode == 0
    assert contents(out) == contents(unbroken)
