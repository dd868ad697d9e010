"""Which codec a video is written with, and how.

No codec reorders frames here (no B-frames), so that pieces that were encoded
one by one can be joined as they are.
"""

import dataclasses
import io
import math
import os
from fractions import Fraction

from ha_deblur.commandline import UserError
from ha_deblur.files.video_files import endings, pixels, side_data
from ha_deblur.files.video_files.frame_format import GRAY, FrameFormat

# Finer than what is called visually lossless, such as crf 18 of x264.
_OPTIONS = {
    "libx264": {"crf": "15", "preset": "medium", "bf": "0"},
    "libx265": {"crf": "16", "preset": "medium",
                "x265-params": "bframes=0:log-level=none"},
    "libvpx-vp9": {"crf": "12", "b": "0", "deadline": "good", "cpu-used": "3",
                   "row-mt": "1"},
    "libsvtav1": {"crf": "16", "preset": "6"},
    "mpeg4": {"qmin": "2", "qmax": "2"},
    "prores_ks": {"profile": "4444", "vendor": "apl0"},
}
# The best first, for 10 bits and for 8. Players know 10 bits of HEVC rather
# than of H.264. FFmpeg reads H.264 from AVI a frame late.
_CODECS = {
    "webm": (("libsvtav1",), ("libvpx-vp9",)),
    "avi": ((), ("mpeg4",)), "flv": ((), ("libx264",)),
    "3gp": ((), ("libx264", "mpeg4")), "3g2": ((), ("libx264", "mpeg4")),
    "mpegts": (("libx265",), ("libx264",))}
# Those that keep transparency.
_WITH_ALPHA = {"mov": ("prores_ks",), "webm": ("libvpx-vp9",),
               "matroska": ("libvpx-vp9",)}
_OTHER_CODECS = (("libx265", "libx264"), ("libx264", "mpeg4"))
_UNTRUE = {"libvpx-vp9": ("yuva422p", "yuva444p")}  # claimed and refused
_LARGEST_MPEG4_RATE = 65535  # the numerator
_EVEN_ONLY = ("libx264", "libx265", "libsvtav1")  # in 4:2:0


@dataclasses.dataclass(frozen=True)
class Encoder:
    """A codec and what it is given.

    Attributes:
      container: such as "mp4".
      codec: such as "libx264".
      frame_format: FrameFormat.
      rate: frames a second.
      time_base: of the times in the container, a Fraction of a second.
      notes: lines on what of the source it can't keep.
      light: options that say how light an HDR video is, ((name, value),).
      is_blu_ray: whether its transport stream is that of AVCHD and Blu-ray.
    """

    container: str
    codec: str
    frame_format: FrameFormat
    rate: Fraction
    time_base: Fraction
    notes: tuple
    light: tuple = ()
    is_blu_ray: bool = False

    @classmethod
    def of(cls, source, ending):
        """The one for a Source, written into files of this ending.

        Raises:
          UserError: this build of FFmpeg has none.
        """
        container = endings.CONTAINERS[ending]
        _, frame = source.first
        bits = frame.format.components[0].bits
        has_alpha = any(part.is_alpha for part in frame.format.components)
        ten_bits, eight_bits = _CODECS.get(container, _OTHER_CODECS)
        with_alpha = _WITH_ALPHA.get(container, ()) if has_alpha else ()
        with source.opened() as (_, stream):
            is_gray = pixels.has_gray_format(frame) and (
                stream.codec_context.codec.canonical_name in GRAY)
        known = _known(
            with_alpha + (ten_bits if bits > 8 or is_gray else ())
            + eight_bits)
        if not known:
            raise UserError(
                f"{source.path}: PyAV was built without {eight_bits[0]}, which "
                f"{ending} files need; install it with pip install av")
        codec, pixel_formats = known[0]
        with source.opened() as (_, stream):
            frame_format = FrameFormat.of(
                frame, stream.codec_context, pixel_formats,
                odd_needs_444=codec in _EVEN_ONLY,
                keeps_range=codec not in ("mpeg4", "prores_ks"),
                keeps_alpha=codec in with_alpha,
                aspect=stream.sample_aspect_ratio)
        notes = []
        kept = 10 if frame_format.is_deep else 8
        if kept < bits:
            notes.append(f"{bits} bits a colour became {kept}")
        if has_alpha and codec not in with_alpha:
            notes.append(f"transparency is left out: {container} files can't "
                         "hold it as they are written here, but .mov and "
                         ".webm can")
        if frame.interlaced_frame:
            notes.append("is interlaced, which looks like a comb to the "
                         "network; deinterlace it first")
        if codec == "mpeg4" and container != "avi":
            notes.append("is written as MPEG-4 part 2, for PyAV was built "
                         "without H.264 (libx264)")
        # AVI has no times, only frames, all of which last one unit.
        base = 1 / source.rate if container == "avi" else source.time_base
        return cls(container, codec, frame_format, source.rate, base,
                   tuple(notes),
                   tuple(side_data.light_options(frame, codec).items()),
                   ending in endings.BLU_RAY)

    @property
    def settings(self):
        """All that the encoded bytes depend on but the frames."""
        return repr((self, self._options))

    @property
    def container_options(self):
        """What the container is to be opened with, {name: value}."""
        return {"mpegts_m2ts_mode": "1"} if self.is_blu_ray else {}

    @property
    def _options(self):
        options = dict(_OPTIONS[self.codec])
        for name, value in self.light:
            options[name] = ":".join(filter(None, [options.get(name), value]))
        return options

    @property
    def _frame_time(self):
        rate = self.rate
        if self.codec == "mpeg4":
            rate = rate.limit_denominator(
                max(1, _LARGEST_MPEG4_RATE // math.ceil(rate)))
        return 1 / rate

    def add_stream(self, container):
        """Adds its stream to an av container, and returns it."""
        look = self.frame_format
        stream = container.add_stream(self.codec, rate=self.rate,
                                      options=self._options)
        stream.time_base = self.time_base
        context = stream.codec_context
        context.time_base = self._frame_time
        context.width, context.height = look.width, look.height
        context.pix_fmt = look.pixel_format
        for name in ("color_range", "colorspace", "color_primaries",
                     "color_trc"):
            setattr(context, name, getattr(look, name))
        if look.sample_aspect_ratio:
            context.sample_aspect_ratio = look.sample_aspect_ratio
        if self.codec == "libx265" and self.container in endings.MP4_KIN:
            context.codec_tag = "hvc1"  # without which Apple plays nothing
        return stream

    def packets(self, frames):
        """Encodes frames that start with a key frame.

        Args:
          frames: an iterable of av.VideoFrame.

        Yields:
          av.Packet, one for each frame, in order.

        Raises:
          UserError: the codec can't do such frames.
        """
        import av

        try:
            # Nothing is written: the container only states its requirements.
            os.environ.setdefault("SVT_LOG", "1")  # libsvtav1 is talkative
            with av.open(io.BytesIO(), "w",
                         format=self.container) as container:
                stream = self.add_stream(container)
                for number, frame in enumerate(frames):
                    frame.pts = number
                    frame.time_base = self._frame_time
                    yield from stream.encode(frame)
                yield from stream.encode()
        except av.error.FFmpegError as error:
            look = self.frame_format
            raise UserError(
                f"{self.codec} can't encode frames of {look.width}x"
                f"{look.height} pixels, {look.pixel_format} "
                f"({error.strerror})") from error


def _known(codecs):
    """(name, names of the pixel formats) of those that PyAV has."""
    import av

    known = []
    for name in codecs:
        try:
            codec = av.codec.Codec(name, "w")
        except ValueError:  # av.codec.codec.UnknownCodecError
            continue
        known.append((name, [format.name for format in codec.video_formats
                             if format.name not in _UNTRUE.get(name, ())]))
    return known
