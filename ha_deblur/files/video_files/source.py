"""Reads the frames of a video in order, with their times."""

import contextlib
import math
import re
from fractions import Fraction

from ha_deblur.commandline import UserError
from ha_deblur.files.video_files import cut_off
from ha_deblur.files.video_files.opened import opened
from ha_deblur.files.video_files.side_data import kinds

_USUAL_RATE = 25  # frames a second, of files that don't tell theirs


class Source:
    """A video's main picture stream, or the frames of it from start to end.

    Iterating gives (pts, av.VideoFrame), the times strictly growing in units
    of `time_base`. Damaged frames are left out, so that the frame before is
    shown for longer. Each iteration reopens the file and holds one frame.

    Args:
      path: of the video.
      start: leave out what is earlier, in seconds; None: nothing.
      end: leave out what is not earlier, in seconds; None: nothing.

    Attributes:
      first: (pts, frame), the first.
      time_base: a Fraction of a second.
      rate: frames a second, a Fraction; a mean where it varies.
      expected: about how many frames there are, as the file says, or None.
      notes: what was wrong, complete when an iteration is.
      side_data: names of what frames carry beside their pixels, complete when
        an iteration is.

    Raises:
      UserError: it can't be read as a video, holds no frames between start
        and end, or PyAV is not installed.
    """

    def __init__(self, path, start=None, end=None):
        self.path, self.start, self.end = path, start or 0.0, end
        self.notes = []
        with self.opened() as (container, stream):
            self.time_base = stream.time_base
            self.rate = Fraction(stream.average_rate or _USUAL_RATE
                                 ).limit_denominator(1001) or Fraction(1)
            # AVI has decoding times, from which presentation times are guessed
            # wrong if frames were reordered. They differ by a constant.
            self._by_decoding = container.format.name == "avi"
            self._delay = 0
            self._origin = stream.start_time or 0
            self.expected = self._expected(
                stream.frames / self.rate if stream.frames
                else (container.duration or 0) / 1_000_000)
        self.first = None
        self.first = next(iter(self), None)
        if self.first is None:
            raise UserError(f"{path}: " + (
                "has no frames between the given start and end"
                if self.is_cut else
                "has no frame that can be read; it is damaged or cut off"))

    @property
    def _size(self):
        return self.first[1].width, self.first[1].height

    @property
    def is_cut(self):
        """Whether start or end leave anything out."""
        return self.start > 0 or self.end is not None

    @property
    def kept_from(self):
        """The time of the first frame, a Fraction; None: nothing is cut."""
        return self.first[0] * self.time_base if self.start else None

    @property
    def kept_to(self):
        """The end's time in the file, a Fraction; None: nothing is cut."""
        return None if self.end is None else (
            self._origin * self.time_base + Fraction(self.end))

    def opened(self):
        """Gives (av container, its main picture stream); see `opened`."""
        return opened(self.path)

    def __iter__(self):
        self.notes, self.side_data = [], set()
        count = damaged = resized = 0
        last = None
        with self.opened() as (container, stream):
            stream.thread_type = "AUTO"
            if self.start and not self._by_decoding:
                self._seek(container, stream)
            for frame in self._decoded(container, stream):
                count += 1
                if frame is None:
                    damaged += 1
                    continue
                pts = self._pts(frame, last)
                last = pts
                time = (pts - self._origin) * self.time_base
                if self.end is not None and time >= self.end:
                    break
                if time >= self.start:
                    self.side_data |= kinds(frame)
                    resized += self.first is not None and (
                        (frame.width, frame.height) != self._size)
                    yield pts, frame
        if damaged:
            self.notes.append(
                f"damaged frames, in whose place the one before is shown for "
                f"longer: {damaged}")
        if resized:
            self.notes.append(
                "changes its size on the way; scaled to that of the first "
                f"frame, {'x'.join(map(str, self._size))}: {resized} frames")
        why = None if self.is_cut else cut_off.reason(self.path)
        if why:
            self.notes.append(f"is cut off after frame {count}: {why}")

    def duration(self, frame):
        """How long a frame is shown, in units of `time_base`."""
        return frame.duration or round(1 / self.rate / self.time_base)

    def _seek(self, container, stream):
        """To the key frame before the start, or else to that of the file."""
        import av

        with contextlib.suppress(av.error.FFmpegError):
            container.seek(self._origin + int(self.start / self.time_base),
                           stream=stream)

    def _decoded(self, container, stream):
        """Frames in order, None for each that is damaged."""
        import av

        decoder = _decoder_with_alpha(stream)
        try:
            for packet in container.demux(stream):
                try:
                    frames = (decoder.decode(packet) if decoder
                              else packet.decode())
                except av.error.InvalidDataError:
                    frames = [None]
                for frame in frames:
                    yield None if frame and frame.is_corrupt else frame
        except av.error.FFmpegError as error:
            self.notes.append(f"can't be read to its end ({error.strerror})")

    def _pts(self, frame, last):
        """The frame's time, later than the last one's."""
        if self._by_decoding:
            if last is None:
                self._delay = (frame.dts or 0) - self._origin
            found = None if frame.dts is None else frame.dts - self._delay
        else:
            found = frame.pts
        if last is None:
            return self._origin if found is None else found
        if found is None:
            return last + self.duration(frame)
        return max(found, last + 1)

    def _expected(self, total):
        """Frames between start and end of a video of `total` seconds."""
        end = total if self.end is None else min(self.end, total)
        return math.ceil((end - self.start) * self.rate) if end > 0 else None


def seconds(time):
    """From 12.5, "12.5", "1:02.5" or "1:00:02.5" to seconds; None stays None.

    Raises:
      UserError: it is no such time.
    """
    if time is None:
        return None
    if not re.fullmatch(r"(\d+:)?(\d+:)?\d+(\.\d*)?", str(time)):
        raise UserError(f"'{time}' is no time in a video; write seconds, "
                        "such as 75.5, or 1:15.5, or 0:01:15.5")
    total = 0.0
    for part in str(time).split(":"):
        total = 60 * total + float(part)
    return total


def _decoder_with_alpha(stream):
    """A decoder of VP8 and VP9 with transparency, which FFmpeg's own ignore."""
    import av

    if stream.metadata.get("alpha_mode") != "1":
        return None
    try:
        return av.CodecContext.create(
            {"vp8": "libvpx", "vp9": "libvpx-vp9"}[
                stream.codec_context.codec.canonical_name], "r")
    except (KeyError, ValueError):
        return None
