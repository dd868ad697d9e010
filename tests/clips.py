"""Small videos with sound, and stand-ins for the network that need no time."""

import types
from fractions import Fraction

import numpy as np
import pytest

RATE = 48000


class Stand:
    """Deblurs by a function of the picture, and keeps what it was given."""

    model = types.SimpleNamespace(weights=[])

    def __init__(self, function=lambda image: image, warning=None):
        self.function, self.warning = function, warning
        self.pictures, self.options = [], []

    def deblur(self, image, **options):
        self.pictures.append(image)
        self.options.append(options)
        return types.SimpleNamespace(
            sharp=self.function(image), warning=self.warning)


def write(path, count=12, width=64, height=48, codec="libx264",
          pix_fmt="yuv420p", sound="aac", times=None, rotation=None,
          options=None, metadata=(), chapters=(), still=False, **context):
    """Encodes smooth moving colours that every codec keeps well."""
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(str(path), "w") as file:
        file.metadata.update(metadata)
        if chapters:
            if not hasattr(file, "set_chapters"):
                pytest.skip("this PyAV can't write chapters")
            file.set_chapters([
                {"id": 1 + i, "start": i, "end": i + 1, "metadata": {
                    "title": title}, "time_base": Fraction(1, 10)}
                for i, title in enumerate(chapters)])
        stream = file.add_stream(codec, rate=25, options={
            "crf": "4", "g": "4"} if options is None else options)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        if rotation is not None:
            if not hasattr(stream, "set_display_matrix"):
                pytest.skip("this PyAV can't write rotations")
            stream.set_display_matrix(rotation)
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        if times:
            stream.time_base = stream.codec_context.time_base = Fraction(
                1, 1000)
        voice = file.add_stream(sound, rate=RATE) if sound else None
        for number in range(count):
            frame = _frame(av, width, height, pix_fmt, 0 if still else number)
            if times:
                frame.pts, frame.time_base = times[number], Fraction(1, 1000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
        if voice:
            write_sound(file, voice, count * RATE // 25)
    return path


def write_sound(file, stream, length):
    """Adds a tone of `length` samples."""
    import av
    for start in range(0, length, 1024):
        wave = np.sin(np.arange(start, start + 1024) / 20) / 4
        if stream.format.is_planar:
            wave = np.tile(wave.astype(np.float32), (2, 1))
        else:
            dtype = np.int16 if stream.format.name == "s16" else np.float32
            scale = 32767 if dtype == np.int16 else 1
            wave = np.repeat(wave * scale, 2)[None].astype(dtype)
        frame = av.AudioFrame.from_ndarray(
            wave, format=stream.format.name, layout="stereo")
        frame.sample_rate, frame.pts = RATE, start
        file.mux(stream.encode(frame))
    file.mux(stream.encode())


def with_subtitle_and_cover(source, target):
    """Copies a video in MP4 and adds a line of text, and a picture."""
    import av
    with av.open(str(source)) as old, av.open(str(target), "w") as file:
        streams = [file.add_stream_from_template(stream, opaque=True)
                   for stream in old.streams]
        cover = file.add_stream("png")
        cover.width, cover.height, cover.pix_fmt = 16, 16, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic.value
        text = file.add_stream("mov_text")
        if not hasattr(text.codec_context, "subtitle_header"):
            pytest.skip("this PyAV can't write subtitles")
        text.codec_context.subtitle_header = (
            b"[Script Info]\n[V4+ Styles]\nFormat: Name\nStyle: Default\n"
            b"[Events]\nFormat: Text\n")
        file.start_encoding()
        file.mux(cover.encode(av.VideoFrame(16, 16, "rgb24")))
        line = av.Packet(b"\0\5hello")
        line.stream, line.time_base = text, Fraction(1, 1000)
        line.pts = line.dts = line.duration = 100
        file.mux(line)
        for packet in old.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                file.mux(packet)
    return target


def hidden(folder):
    """Names of what a listing does not show."""
    return [path.name for path in folder.iterdir() if path.name[0] == "."]


def planes(frame):
    """Y, Cb and Cr of an av.VideoFrame, each [h, w] float64."""
    dtype = np.uint16 if frame.format.components[0].bits > 8 else np.uint8
    return [np.frombuffer(plane, dtype).reshape(plane.height, -1)
            [:, :plane.width].astype(float) for plane in frame.planes]


def frames(path):
    """All frames of a video."""
    import av
    with av.open(str(path)) as file:
        return list(file.decode(video=0))


def upright(frame):
    """[h, w, 3] uint8, as players show it."""
    return np.rot90(frame.to_ndarray(format="rgb24"),
                    round(frame.rotation / 90))


def seconds(path):
    """When each frame is shown."""
    return [frame.pts * frame.time_base for frame in frames(path)]


def other_packets(path):
    """(kind, bytes, seconds) of all that is not the picture, in order."""
    import av
    with av.open(str(path)) as file:
        return [(packet.stream.type, bytes(packet),
                 packet.pts * packet.time_base)
                for packet in file.demux() if packet.dts is not None
                and packet.stream.index != file.streams.video[0].index]


def _frame(av, width, height, pix_fmt, number):
    if not pix_fmt.startswith("yuv"):
        return _frame(av, width, height, "yuv444p", number).reformat(
            format=pix_fmt)
    frame = av.VideoFrame(width, height, pix_fmt)
    deep = frame.format.components[0].bits - 8
    for i, plane in enumerate(frame.planes):
        y, x = np.mgrid[:plane.height, :plane.width]
        wave = np.sin(x / 9 + i + number / 5) * np.cos(y / 8 + i)
        dtype = np.uint16 if deep else np.uint8
        np.frombuffer(plane, dtype).reshape(plane.height, -1)[
            :, :plane.width] = np.rint(
                (128 + (60 if i == 0 else 25) * wave) * 2 ** deep)
    return frame
