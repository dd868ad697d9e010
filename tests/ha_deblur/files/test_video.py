"""Videos: what of them is kept, what the network gets, what is told."""

from pathlib import Path

import numpy as np
import pytest

from ha_deblur.commandline import UserError
from ha_deblur.files import video
from ha_deblur.files.video import deblur_video
from ha_deblur.files.video_files import frame_encoder
from ha_deblur.files.video_files.source import seconds
from tests import clips
from tests.clips import Stand


@pytest.fixture
def clip(tmp_path):
    return clips.write(tmp_path / "clip.mp4")


@pytest.mark.parametrize("ending, codec, sound", [
    (".mp4", "libx264", "aac"), (".mov", "libx264", "pcm_s16le"),
    (".mkv", "libx264", "aac"), (".webm", "libvpx-vp9", "libopus"),
    (".avi", "mpeg4", "pcm_s16le")])
def test_frames_keep_their_times_and_sound_its_very_bytes(
        tmp_path, monkeypatch, ending, codec, sound):
    monkeypatch.setattr(video, "_SEGMENT", 5)
    source = clips.write(
        tmp_path / f"clip{ending}", codec=codec, sound=sound,
        options=None if codec == "libx264" else {})
    target = tmp_path / "out" / source.name
    result = deblur_video(Stand(), source, target)
    assert result.frames == 12
    assert clips.seconds(target) == clips.seconds(source)
    assert clips.other_packets(target) == clips.other_packets(source)
    assert clips.other_packets(target)
    assert clips.hidden(target.parent) == []
    assert result.notes == ()


def test_a_name_may_look_like_an_address(clip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip.rename("12:30.mp4")
    result = deblur_video(Stand(), Path("12:30.mp4"), Path("7:00/12:30.mp4"))
    assert result.frames == 12
    assert (tmp_path / "7:00/12:30.mp4").exists()


def test_varying_times_stay_as_they_are(tmp_path):
    times = [0, 40, 80, 130, 131, 300, 333, 366, 400, 500, 600, 1000]
    source = clips.write(tmp_path / "clip.mp4", times=times, sound=None)
    target = tmp_path / "out.mp4"
    deblur_video(Stand(), source, target)
    assert clips.seconds(target) == [time / 1000 for time in times] or (
        [1000 * time for time in clips.seconds(target)] == times)


def test_titles_and_chapters_are_kept(tmp_path):
    import av
    source = clips.write(
        tmp_path / "clip.mkv", metadata={"title": "Party"},
        chapters=("One", "Two"))
    target = tmp_path / "out.mkv"
    deblur_video(Stand(), source, target)
    with av.open(str(target)) as file:
        assert file.metadata["title"] == "Party"
        assert [chapter["metadata"]["title"] for chapter in file.chapters()
                ] == ["One", "Two"]


def test_subtitles_and_cover_are_kept(clip, tmp_path):
    source = clips.with_subtitle_and_cover(clip, tmp_path / "film.mp4")
    target = tmp_path / "out.mp4"
    assert deblur_video(Stand(), source, target).notes == ()

    def parts(path):
        import av
        with av.open(str(path)) as file:
            return {(stream.codec_context.name, bytes(packet), packet.pts)
                    for packet in file.demux() if packet.size
                    for stream in [packet.stream]
                    if stream.codec_context.name in ("mov_text", "png")}
    assert parts(target) == parts(source)
    assert {name for name, *_ in parts(target)} == {"mov_text", "png"}


def test_a_part_is_cut_with_its_sound(clip, tmp_path):
    target = tmp_path / "part.mp4"
    result = deblur_video(Stand(), clip, target, start="0:00.12", end=0.36)
    assert result.frames == 6
    assert clips.seconds(target)[0] == 0
    old, new = clips.frames(clip)[3:9], clips.frames(target)
    for before, after in zip(old, new):
        difference = clips.planes(before)[0] - clips.planes(after)[0]
        assert abs(difference).mean() < 1
    expected = [(kind, data, time - old[0].pts * old[0].time_base)
                for kind, data, time in clips.other_packets(clip)
                if 0.12 <= time < 0.36]
    found = clips.other_packets(target)
    assert [packet[:2] for packet in found] == [
        packet[:2] for packet in expected]
    np.testing.assert_allclose([float(time) for *_, time in found],
                               [float(time) for *_, time in expected],
                               atol=1 / clips.RATE)


def test_options_reach_the_network_and_the_costly_branches_are_left_out(
        clip, tmp_path):
    network = Stand()
    deblur_video(network, clip, tmp_path / "out.mp4", people_only=True,
                 boxes=[[1, 2, 3, 4]], tile=64)
    assert network.options[0] == {"people_only": True, "tile": 64,
                                  "boxes": [[1, 2, 3, 4]], "branches": False}
    assert len(network.pictures) == 12


def test_options_that_the_model_can_t_do_are_said_in_a_line(clip, tmp_path):
    def refuse(picture):
        raise ValueError("the model has no attention")
    with pytest.raises(UserError, match=r"clip\.mp4: the model has no atten"):
        deblur_video(Stand(refuse), clip, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_an_untrained_model_gives_the_video_back(tmp_path):
    from ha_deblur import Deblurrer, MultiScaleDeblur, presets
    clip, seen = clips.write(tmp_path / "clip.mp4", count=3), []
    result = deblur_video(
        Deblurrer(MultiScaleDeblur(presets.get("tiny"))), clip,
        tmp_path / "out.mp4", progress=lambda *done: seen.append(done))
    assert seen == [(done, 3) for done in range(4)]
    assert result.flicker_before == result.flicker_after
    for old, new in zip(clips.frames(clip), clips.frames(tmp_path / "out.mp4")):
        difference = clips.planes(old)[0] - clips.planes(new)[0]
        assert abs(difference).mean() < 1


def test_flicker_is_measured_on_the_frames_themselves(tmp_path):
    source = clips.write(tmp_path / "still.mkv", codec="ffv1", options={},
                         still=True, sound=None)
    brighter = iter([0, 4] * 6)
    result = deblur_video(
        Stand(lambda picture: np.minimum(picture, 250) + np.uint8(
            next(brighter))), source, tmp_path / "out.mkv")
    assert result.flicker_before == 0
    assert result.flicker_after == pytest.approx(4)
    assert result.flicker_line == (
        "flicker: 0.00 -> 4.00 grey levels between frames where nothing moves")


def test_frames_that_stayed_in_part_are_counted(clip, tmp_path):
    result = deblur_video(Stand(warning="a mosaic"), clip, tmp_path / "o.mp4")
    assert result.notes == (
        "frames of which a part stayed as it was, because the network's answer "
        "can't be right: 12",)


def test_without_h264_it_is_written_as_mpeg4_with_a_word(
        clip, tmp_path, monkeypatch):
    known = frame_encoder._known
    monkeypatch.setattr(frame_encoder, "_known", lambda names: known(
        [name for name in names if name != "libx264"]))
    result = deblur_video(Stand(), clip, tmp_path / "out.mp4")
    assert result.frames == len(clips.frames(tmp_path / "out.mp4"))
    assert "MPEG-4 part 2" in result.notes[0]


@pytest.mark.parametrize("time, expected", [
    (None, None), (12.5, 12.5), (3, 3), ("12.5", 12.5), ("1:02.5", 62.5),
    ("1:00:02", 3602)])
def test_times_are_seconds_minutes_and_hours(time, expected):
    assert seconds(time) == expected


@pytest.mark.parametrize("time", ["", "-1", "1:2:3:4", "1h", "nan", ":5"])
def test_other_times_are_refused(time):
    with pytest.raises(UserError, match="is no time in a video"):
        seconds(time)
