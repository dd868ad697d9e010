"""Sound lasts as long as it did, whatever the container and its codec."""

import numpy as np
import pytest

from ha_deblur.files.video import deblur_video
from tests import clips
from tests.clips import Stand


def with_sound(path, sound, codec="mpeg4", container_options=None, seconds=1):
    """A video of 0.2 s with a tone of other length."""
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(str(path), "w", options=container_options or {}) as file:
        stream = file.add_stream(codec, rate=25, options={"bf": "0"} if (
            codec == "libx264") else {})
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        voice = file.add_stream(sound, rate=clips.RATE, layout="stereo",
                                bit_rate=128000)
        packets = []
        for number in range(5):
            frame = av.VideoFrame(48, 32, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([40 * number]) * plane.buffer_size)
            frame.pts = number
            packets += stream.encode(frame)
        packets += stream.encode()
        size = voice.codec_context.frame_size or 1024
        resampler = av.AudioResampler(voice.format.name, "stereo", clips.RATE)
        for start in range(0, seconds * clips.RATE, size):
            tone = np.sin(np.arange(start, start + size) ** 2 / 1e5) / 4
            frame = av.AudioFrame.from_ndarray(
                np.tile(tone.astype(np.float32), (2, 1)), "fltp", "stereo")
            frame.sample_rate, frame.pts = clips.RATE, start
            for part in resampler.resample(frame):
                packets += voice.encode(part)
        packets += voice.encode()
        timed = [packet for packet in packets if packet.dts is not None]
        for packet in sorted(timed, key=lambda p: p.dts * p.time_base):
            file.mux(packet)
    return path


def heard(path):
    """(samples, seconds at which the last of them begin)."""
    import av
    with av.open(str(path)) as file:
        frames = list(file.decode(audio=0))
        times = [frame.pts * frame.time_base for frame in frames
                 if frame.pts is not None]
        return (sum(frame.samples for frame in frames),
                float(times[-1] - times[0]))


@pytest.mark.parametrize("sound", [
    "ac3", "aac", "mp3", "adpcm_ms", "adpcm_ima_wav", "mp2", "wmav2",
    "pcm_s16le"])
def test_in_avi(tmp_path, sound):
    source = with_sound(tmp_path / "clip.avi", sound)
    target = tmp_path / "out" / "clip.avi"
    assert deblur_video(Stand(), source, target).notes == ()
    count, last = heard(target)
    assert (count, pytest.approx(last, abs=0.001)) == heard(source)
    assert 0.85 < last < 1.05


def test_in_avi_whose_times_ffmpeg_reads_wrong(tmp_path):
    """E-AC-3's unit is its frame; copied were hundreds of empty ones."""
    import av
    source = with_sound(tmp_path / "clip.avi", "eac3")
    target = tmp_path / "out" / "clip.avi"
    deblur_video(Stand(), source, target)
    with av.open(str(source)) as old, av.open(str(target)) as new:
        assert new.duration == pytest.approx(old.duration, abs=50_000)
        assert heard(source)[0] == heard(target)[0]


@pytest.mark.parametrize("ending, codec, sound, options", [
    ("ts", "libx264", "ac3", {}),
    ("m2ts", "libx264", "pcm_bluray", {"mpegts_m2ts_mode": "1"}),
    ("3gp", "libx264", "aac", {}), ("flv", "libx264", "mp3", {}),
    ("wmv", "wmv2", "wmav2", {}), ("mpg", "mpeg2video", "mp2", {}),
    ("ogv", "libvpx", "flac", {})])
def test_in_what_cameras_and_old_players_write(
        tmp_path, ending, codec, sound, options):
    pytest.importorskip("av", "16", "PyAV 15, Python 3.9's last, loses some")
    import av

    from ha_deblur.files.video_files import endings
    source = with_sound(tmp_path / f"clip.{ending}", sound, codec, options)
    target = tmp_path / f"out{endings.of_result(source.suffix)}"
    result = deblur_video(Stand(), source, target)
    assert result.frames == 5
    assert result.notes == ((
        f"is written as .mkv, as .{ending} files can only be read",)
        if target.suffix == ".mkv" else ())
    count, last = heard(target)
    assert (count, pytest.approx(last, abs=0.003)) == heard(source)
    np.testing.assert_allclose(
        np.diff([float(time) for time in clips.seconds(target)]), 0.04,
        atol=0.002)
    if ending == "m2ts":  # packets of 192 bytes, as cameras write
        content = target.read_bytes()
        assert set(content[4::192]) == {0x47}
    with av.open(str(target)) as file:
        assert file.streams.video[0].codec_context.name == "h264"
