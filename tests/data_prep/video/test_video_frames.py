"""Frames of videos and folders: upright, in order, damage told."""

import sys
import wave

import numpy as np
import pytest
from synthetic_video import pan, write_folder, write_video

from data_prep.video.video_frames import open_frames
from ha_deblur.commandline import UserError


def test_the_frames_of_a_video_are_those_filmed(tmp_path):
    frames = open_frames(write_video(tmp_path / "clip.mp4", pan(24)))
    assert frames.expected == 24
    decoded = list(frames)
    assert len(decoded) == 24
    assert not frames.problems
    difference = np.subtract(decoded, pan(24), dtype=float)
    assert np.sqrt(np.mean(difference ** 2)) < 8  # half the colours are lost


def test_the_frames_of_a_folder_are_read_in_the_order_of_their_numbers(
        tmp_path):
    folder = write_folder(tmp_path / "walk", pan(11))  # 1.png to 11.png
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "notes.txt").write_text("no frame")
    frames = open_frames(folder)
    assert frames.expected == 11
    np.testing.assert_array_equal(list(frames), pan(11))


def test_frames_carry_the_time_at_which_they_are_shown(tmp_path):
    video = open_frames(write_video(tmp_path / "clip.mp4", pan(12)))
    folder = open_frames(write_folder(tmp_path / "walk", pan(3)))
    for _ in range(2):  # however often they are read
        count = len(list(video))
        np.testing.assert_allclose(video.times, np.arange(count) / 240)
    assert len(list(folder)) == 3 and folder.times == [None] * 3


def test_a_video_filmed_on_its_side_is_turned_upright(tmp_path):
    video = write_video(tmp_path / "lying.mp4", pan(2))
    lying = next(iter(open_frames(video)))
    content = bytearray(video.read_bytes())
    matrix = content.index(b"tkhd") + 44
    quarter_turn = np.array([0, 1 << 16, 0, -1 << 16, 0], ">i4").tobytes()
    content[matrix:matrix + 20] = quarter_turn  # what phones write: clockwise
    video.write_bytes(content)
    np.testing.assert_array_equal(
        next(iter(open_frames(video))), np.rot90(lying, -1))


def test_after_damage_a_video_is_used_from_the_next_key_frame(tmp_path):
    video = write_video(tmp_path / "clip.mp4", pan(60))
    content = bytearray(video.read_bytes())
    middle, length = len(content) // 2, len(content) // 8
    content[middle:middle + length] = bytes(length)
    video.write_bytes(content)
    frames = open_frames(video)
    readable = [frame is not None for frame in frames]
    assert all(readable[:12]) and all(readable[-12:])
    assert not all(readable)
    assert frames.problems == [
        f"{video}: damaged frames left out: {readable.count(False)}"]


def test_without_pyav_the_remedy_is_named(tmp_path, monkeypatch):
    (tmp_path / "clip.mp4").write_bytes(b"any")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(UserError, match=r"pip install ha-deblur\[video\]"):
        open_frames(tmp_path / "clip.mp4")


def test_sound_alone_is_no_video(tmp_path):
    pytest.importorskip("av", reason="PyAV is not installed")
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", None))
        sound.writeframes(bytes(16000))
    with pytest.raises(UserError, match="holds no video, only sound"):
        open_frames(tmp_path / "sound.wav")


def test_a_video_without_frames_is_refused(tmp_path):
    av = pytest.importorskip("av", reason="PyAV is not installed")
    path = tmp_path / "empty.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=240)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        file.start_encoding()
    with pytest.raises(UserError, match=r"empty\.mp4: holds no frames$"):
        open_frames(path)


def test_a_damaged_title_does_not_matter(tmp_path):
    path = write_video(tmp_path / "a.mp4", pan(3))
    content = path.read_bytes()
    assert b"Lavf" in content  # "encoder", by the library that wrote it
    path.write_bytes(content.replace(b"Lavf", b"\xe2avf"))
    assert len(list(open_frames(path))) == 3
