"""Videos that are stopped, damaged, cut off, or none at all."""

import signal
import subprocess
import sys

import numpy as np
import pytest

from ha_deblur.commandline import UserError
from ha_deblur.files import video
from ha_deblur.files.video import deblur_video
from ha_deblur.files.video_files.segments import Segment, Segments
from tests import clips
from tests.clips import Stand


@pytest.fixture
def clip(tmp_path):
    return clips.write(tmp_path / "clip.mp4")


KILLED = """
import os, pathlib, signal, sys
from ha_deblur.files import video
from tests.clips import Stand
video._SEGMENT = 4
left = int(sys.argv[3])
def flipped(picture):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return 255 - picture
result = video.deblur_video(Stand(flipped), sys.argv[1], sys.argv[2])
print(result)
"""


def killed(source, target, left):
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(source), str(target), str(left)],
        capture_output=True, text=True, timeout=100)


def test_a_killed_run_goes_on_and_ends_in_the_very_same_file(
        clip, tmp_path, monkeypatch):
    monkeypatch.setattr(video, "_SEGMENT", 4)
    whole, broken = tmp_path / "a" / "o.mp4", tmp_path / "b" / "o.mp4"
    expected = deblur_video(Stand(lambda picture: 255 - picture), clip, whole)
    assert killed(clip, broken, 10).returncode == -signal.SIGKILL
    assert not broken.exists()
    assert len(clips.hidden(broken.parent)) == 1

    network, seen = Stand(lambda picture: 255 - picture), []
    result = deblur_video(network, clip, broken,
                          progress=lambda *done: seen.append(done))
    assert len(network.pictures) == 4  # 8 of 12 frames were done
    assert seen[0] == (8, 12)
    assert result == expected
    assert broken.read_bytes() == whole.read_bytes()
    assert clips.hidden(broken.parent) == []


def test_segments_of_long_names_and_after_a_power_cut(tmp_path):
    segment = Segment(*[np.zeros(1, np.uint8)] * 4, 1, np.zeros(3), 0)
    target = tmp_path / ("n" * 250 + ".mp4")
    segments = Segments(target, "anything")
    segments.add(segment)
    segments.add(segment)
    assert len(list(Segments(target, "anything"))) == 2
    (folder,) = clips.hidden(tmp_path)
    second = sorted((tmp_path / folder).iterdir())[1]
    for content in (second.read_bytes()[:-9], b""):
        second.write_bytes(content)
        assert len(list(Segments(target, "anything"))) == 1
    segments.remove()
    assert clips.hidden(tmp_path) == []


def test_what_was_done_otherwise_is_not_used(clip, tmp_path, monkeypatch):
    monkeypatch.setattr(video, "_SEGMENT", 4)
    target = tmp_path / "out" / "o.mp4"
    assert killed(clip, target, 10).returncode == -signal.SIGKILL
    for changes in ({"tile": 64}, {"end": 0.4}):
        network = Stand()

        def stop(picture, network=network):
            if len(network.pictures) > 4:
                raise KeyboardInterrupt
            return picture
        network.function = stop
        with pytest.raises(KeyboardInterrupt):
            deblur_video(network, clip, target, **changes)
    assert len(clips.hidden(target.parent)) == 3
    clips.write(clip, count=10)  # another video
    network = Stand()
    assert deblur_video(network, clip, target).frames == 10
    assert len(network.pictures) == 10
    assert clips.hidden(target.parent) == []


@pytest.mark.parametrize("ending, codec, sound", [
    (".mp4", "libx264", "aac"), (".avi", "mpeg4", "pcm_s16le")])
def test_a_damaged_frame_is_passed_over_with_a_word(
        tmp_path, ending, codec, sound):
    import av
    source = clips.write(tmp_path / f"clip{ending}", codec=codec, sound=sound,
                         options={"g": "1", "bf": "0"})
    with av.open(str(source)) as file:
        broken = [bytes(packet) for packet in file.demux(video=0)][5]
    source.write_bytes(source.read_bytes().replace(
        broken, bytes(len(broken))))
    target = tmp_path / "out" / source.name
    result = deblur_video(Stand(), source, target)
    assert result.frames == 11
    assert result.notes == ("damaged frames, in whose place the one before is "
                            "shown for longer: 1",)
    np.testing.assert_allclose([float(time) for time in clips.seconds(target)],
                               np.delete(np.arange(12), 5) / 25)
    assert clips.other_packets(target) == clips.other_packets(source)


def test_a_truncated_video_is_done_as_far_as_it_goes(tmp_path):
    source = clips.write(tmp_path / "clip.mkv", count=60)
    source.write_bytes(source.read_bytes()[:-source.stat().st_size // 2])
    result = deblur_video(Stand(), source, tmp_path / "out.mkv")
    assert 10 < result.frames < 50
    assert any("cut off" in note for note in result.notes)


def test_what_is_no_video_is_refused_in_a_line(clip, tmp_path, monkeypatch):
    def refused(source, match, target="out.mp4", **options):
        with pytest.raises(UserError, match=match) as caught:
            deblur_video(Stand(), source, tmp_path / target, **options)
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "out.mp4").exists()

    whole = clip.read_bytes()
    for name, content in (("empty.mp4", b""), ("text.mp4", b"hello" * 99),
                          ("half.mp4", whole[:len(whole) // 2])):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, f"{name}: can't be read as a video")
    refused(tmp_path / "absent.mp4", "no such video")
    refused(clip, "never overwritten", target="clip.mp4")
    refused(clip, r"can't be written as '\.wmv'", target="out.wmv")
    refused(clip, "no frames between", start=99)
    refused(clip, "is no time in a video", start="noon")

    import av
    with av.open(str(tmp_path / "song.mp4"), "w") as file:
        stream = file.add_stream("aac", rate=clips.RATE)
        clips.write_sound(file, stream, clips.RATE)
    refused(tmp_path / "song.mp4", "holds no video, only sound")

    monkeypatch.setitem(sys.modules, "av", None)
    refused(clip, r"videos need PyAV; pip install ha-deblur\[video\]")
