"""What a video holds besides pictures and sound is kept, or told."""

import numpy as np
import pytest

from ha_deblur.commandline import UserError
from ha_deblur.commands import jobs
from ha_deblur.files.video import deblur_video
from ha_deblur.files.video_files import frame_encoder, side_data
from ha_deblur.files.video_files.source import Source
from tests import clips
from tests.clips import Stand

HDR10 = ("log-level=none:hdr10=1:max-cll=1000,400:master-display="
         "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)"
         "L(10000000,1)")


def light(path):
    """HDR10's static data of a video's first frame, as bytes."""
    return {data.type.name: bytes(data)
            for data in clips.frames(path)[0].side_data
            if data.type.name in side_data._LIGHT}


@pytest.fixture
def hdr(tmp_path):
    return clips.write(
        tmp_path / "hdr.mkv", codec="libx265", pix_fmt="yuv420p10le", count=3,
        sound=None, options={"x265-params": HDR10})


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".mov", ".ts", ".webm"])
def test_the_light_of_hdr10_is_kept(hdr, tmp_path, ending):
    target = tmp_path / f"out{ending}"
    assert deblur_video(Stand(), hdr, target).notes == ()
    expected, found = light(hdr), light(target)
    assert sorted(expected) == ["CONTENT_LIGHT_LEVEL",
                                "MASTERING_DISPLAY_METADATA"]
    assert found["CONTENT_LIGHT_LEVEL"] == expected["CONTENT_LIGHT_LEVEL"]
    np.testing.assert_allclose(
        np.divide(*_fractions(found)), np.divide(*_fractions(expected)),
        rtol=1e-3, atol=3e-4)


def _fractions(found):
    numbers = np.frombuffer(found["MASTERING_DISPLAY_METADATA"], np.int32)
    return numbers[0:20:2], numbers[1:20:2]


def test_light_that_the_codec_can_t_hold_is_told(hdr, tmp_path):
    result = deblur_video(Stand(), hdr, tmp_path / "out.avi")
    assert result.notes == (
        "10 bits a colour became 8",
        "left out, as the encoder can't write it: the display it was made for "
        "(HDR10), its brightest light (HDR10)")


def test_what_no_encoder_can_be_given_is_told_once():
    assert side_data.lost({"DOVI_METADATA", "DOVI_RPU_BUFFER", "A53_CC",
                           "CONTENT_LIGHT_LEVEL", "DISPLAYMATRIX"}, True) == [
        "left out, as the encoder can't write it: Dolby Vision (brightness "
        "scene by scene), closed captions"]
    assert side_data.lost({"DISPLAYMATRIX", "SEI_UNREGISTERED"}, False) == []


def with_alpha(path, codec, pix_fmt, options):
    """Left half transparent, the right half opaque, and ever brighter."""
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pix_fmt
        for number in range(4):
            pixels = np.full((48, 64, 4), 50 * number, np.uint8)
            pixels[:, :32, 3], pixels[:, 32:, 3] = 20 * number, 255
            frame = av.VideoFrame.from_ndarray(pixels, "rgba").reformat(
                format=pix_fmt)
            frame.pts = number
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@pytest.mark.parametrize("name, codec, pix_fmt, options, target", [
    ("a.webm", "libvpx-vp9", "yuva420p", {"crf": "4", "b": "0"}, "out.webm"),
    ("a.webm", "libvpx", "yuva420p", {"auto-alt-ref": "0"}, "out.mkv"),
    ("a.mov", "prores_ks", "yuva444p10le", {"profile": "4444"}, "out.mov"),
    ("a.mov", "png", "rgba", {}, "out.mov"),
    ("a.apng", "apng", "rgba", {}, "out.webm")])
def test_transparency_is_kept_untouched(
        tmp_path, name, codec, pix_fmt, options, target):
    pytest.importorskip("av", "16", "PyAV 15, Python 3.9's last, loses some")
    source = with_alpha(tmp_path / name, codec, pix_fmt, options)
    seen = Stand(lambda image: image // 2)
    deblur_video(seen, source, tmp_path / target)
    assert seen.pictures[0].shape == (48, 64, 3)
    found = [frame.reformat(format="rgba").to_ndarray()
             for _, frame in Source(tmp_path / target)]
    assert len(found) == 4
    for number, pixels in enumerate(found):
        assert abs(pixels[:, :28, 3].mean() - 20 * number) < 3
        assert pixels[:, 36:, 3].mean() > 252
        assert abs(pixels[:, :, 1].mean() - 25 * number) < 5


def test_transparency_that_can_t_be_kept_is_told(tmp_path):
    source = with_alpha(tmp_path / "a.mov", "png", "rgba", {})
    result = deblur_video(Stand(), source, tmp_path / "out.mp4")
    assert result.notes == (
        "transparency is left out: mp4 files can't hold it as they are written "
        "here, but .mov and .webm can",)


def test_chapters_are_cut_with_the_pictures_or_told(tmp_path):
    import av
    source = clips.write(
        tmp_path / "clip.mkv", metadata={"title": "Party", "MOOD": "high"},
        chapters=("One", "Two", "Three"), options={"bf": "0"})
    part = tmp_path / "part.mkv"
    assert deblur_video(Stand(), source, part, start=0.12).notes == ()
    with av.open(str(part)) as file:
        assert [(chapter["metadata"]["title"],
                 float(chapter["start"] * chapter["time_base"]),
                 float(chapter["end"] * chapter["time_base"]))
                for chapter in file.chapters()] == [
            ("Two", 0, pytest.approx(0.08)),
            ("Three", pytest.approx(0.08), pytest.approx(0.18))]
    assert deblur_video(Stand(), source, tmp_path / "out.avi").notes == (
        "left out, as avi files can't hold it: titles (MOOD), 3 chapters",)


def times_of_second(path):
    import av
    with av.open(str(path)) as file:
        times = [frame.pts for frame in file.decode(video=1)]
    assert len(times) == 12
    return times


def test_timecode_fonts_and_second_streams_are_kept(tmp_path):
    pytest.importorskip("av", "16", "PyAV 15, Python 3.9's last, loses some")
    import av
    plain = clips.write(tmp_path / "clip.mp4", options={"bf": "2"})
    timed, many = tmp_path / "timed.mov", tmp_path / "many.mkv"
    for target in (timed, many):
        with av.open(str(plain)) as old, av.open(str(target), "w") as file:
            streams = [file.add_stream_from_template(stream, opaque=True)
                       for stream in old.streams]
            streams[0].metadata["timecode"] = "01:00:00:00"
            if target == many:
                second = file.add_stream_from_template(
                    old.streams.video[0], opaque=True)
                second.metadata["title"] = "Other angle"
                file.add_attachment("a.ttf", "font/ttf", b"letters")
            for packet in old.demux():
                if packet.dts is None:
                    continue
                copies = [(streams[packet.stream.index], packet)]
                if target == many and packet.stream.type == "video":
                    copy = av.Packet(bytes(packet))
                    for name in ("pts", "dts", "time_base", "is_keyframe"):
                        setattr(copy, name, getattr(packet, name))
                    copies.insert(0, (second, copy))
                for stream, copy in copies:
                    copy.stream = stream
                    file.mux(copy)
        result = tmp_path / f"out{target.suffix}"
        assert deblur_video(Stand(), target, result).notes == ()
        with av.open(str(result)) as file:
            first = file.streams.video[0]
            assert {key.lower(): value for key, value in
                    first.metadata.items()}["timecode"] == "01:00:00:00"
            if target == many:
                assert file.streams.attachments[0].data == b"letters"
                assert file.streams.video[1].metadata["title"] == "Other angle"
                assert times_of_second(result) == times_of_second(target)


def test_pictures_that_change_their_size_are_told(tmp_path):
    first = clips.write(tmp_path / "a.ts", count=4, sound=None)
    other = clips.write(tmp_path / "b.ts", count=3, sound=None, width=80)
    first.write_bytes(first.read_bytes() + other.read_bytes())
    result = deblur_video(Stand(), first, tmp_path / "out.ts")
    assert (result.frames, result.notes) == (7, (
        "changes its size on the way; scaled to that of the first frame, "
        "64x48: 3 frames",))


def test_one_frame_is_a_video_and_none_is_not(tmp_path):
    import av
    one = clips.write(tmp_path / "one.mkv", count=1, sound=None)
    assert deblur_video(Stand(), one, tmp_path / "out.mkv").frames == 1
    none = tmp_path / "none.mkv"
    with av.open(str(none), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        file.start_encoding()
    with pytest.raises(UserError, match="ends before its first frame"):
        deblur_video(Stand(), none, tmp_path / "out2.mkv")
    none.write_bytes(b"")
    with pytest.raises(UserError, match=r"it is empty \(0 bytes\)"):
        deblur_video(Stand(), none, tmp_path / "out2.mkv")


@pytest.mark.parametrize("name, result", [
    ("a.WMV", "a.mkv"), ("a.mpg", "a.mkv"), ("a.ogv", "a.mkv"),
    ("a.MTS", "a.MTS"), ("a.3gp", "a.3gp"), ("a.flv", "a.flv"),
    ("a.apng", "a.webm")])
def test_videos_of_all_endings_have_a_result(tmp_path, name, result):
    (tmp_path / name).write_bytes(b"")
    (job,), _ = jobs.plan([str(tmp_path / name)], tmp_path / "out")
    assert job.is_video
    assert job.outputs == {"sharp": tmp_path / "out" / result}


def test_encoders_for_transparency_are_not_needed_without_it(hdr):
    assert frame_encoder.Encoder.of(Source(hdr), ".mov").codec == "libx265"
