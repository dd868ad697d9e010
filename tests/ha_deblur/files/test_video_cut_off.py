"""Whole videos are not called cut off, and those that are, are."""

import pytest

from data_prep.video.video_frames import open_frames
from ha_deblur.commandline import UserError
from ha_deblur.files.video import deblur_video
from ha_deblur.files.video_files import cut_off
from tests import clips
from tests.clips import Stand
from tests.ha_deblur.files.test_video_sound import with_sound

VARYING = [*range(0, 240, 40), 1200, 2700, 4000, 4001, 6000, 9000]


def problems(path, target):
    """What deblurring and data_prep tell of a video."""
    notes = deblur_video(Stand(), path, target).notes
    frames = open_frames(path)
    assert sum(frame is not None for frame in frames)
    return [*notes, *frames.problems]


@pytest.mark.parametrize("ending, codec", [
    (".mkv", "libx264"), (".webm", "libvpx-vp9"), (".mp4", "libx264")])
def test_varying_rates_are_whole(tmp_path, ending, codec):
    source = clips.write(tmp_path / f"clip{ending}", codec=codec, sound=None,
                         times=VARYING, options={})
    assert problems(source, tmp_path / f"out{ending}") == []


@pytest.mark.parametrize("ending, sound", [
    (".mkv", "aac"), (".mp4", "aac"), (".avi", "ac3"), (".ts", "ac3"),
    (".flv", "mp3")])
def test_sound_that_is_longer_than_the_pictures_is_whole(
        tmp_path, ending, sound):
    source = with_sound(tmp_path / f"clip{ending}", sound, codec=(
        "mpeg4" if ending == ".avi" else "libx264"), seconds=3)
    assert problems(source, tmp_path / f"out{ending}") == []


@pytest.mark.parametrize("ending, codec, sound, options", [
    (".mkv", "libx264", "aac", {}), (".webm", "libvpx-vp9", "libopus", {}),
    (".avi", "mpeg4", "mp3", {}), (".mp4", "libx264", "aac", {
        "movflags": "faststart"}), (".ts", "libx264", "aac", {}),
    (".m2ts", "libx264", "ac3", {"mpegts_m2ts_mode": "1"}),
    (".flv", "libx264", "mp3", {}), (".wmv", "wmv2", "wmav2", {}),
    (".mpg", "mpeg2video", "mp2", {})])
def test_missing_ends_are_told(tmp_path, ending, codec, sound, options):
    source = with_sound(tmp_path / f"clip{ending}", sound, codec, options)
    whole = source.read_bytes()
    assert cut_off.reason(source) is None
    packet = {".ts": 188, ".m2ts": 192}.get(ending, 1)
    for share in (0.6, 0.9):  # at a packet's border, which is the hardest
        source.write_bytes(whole[:int(len(whole) * share) // packet * packet])
        assert cut_off.reason(source), share
    target = tmp_path / "out.mkv"
    assert any("is cut off after frame" in problem
               for problem in problems(source, target))


def test_a_recording_without_its_index_is_told_as_such(tmp_path):
    source = clips.write(tmp_path / "clip.mp4")
    source.write_bytes(source.read_bytes()[:-2000])
    for read in (open_frames,
                 lambda path: deblur_video(Stand(), path, tmp_path / "o.mp4")):
        with pytest.raises(UserError, match=r"cut off before its index \(moov"):
            read(source)


def test_what_is_being_streamed_states_no_length(tmp_path):
    """Sizes of Matroska and RIFF that are written at the end, and were not."""
    segment = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67"
    for content, missing in (
            (segment + b"\x01" + b"\xff" * 7, False),
            (segment + b"\x50\x00" + bytes(99), True),
            (b"RIFF" + bytes(4) + b"AVI " + bytes(99), False),
            (b"RIFF\xff\x00\x00\x00AVI " + bytes(99), True)):
        path = tmp_path / "clip"
        path.write_bytes(content)
        assert bool(cut_off.reason(path)) == missing
