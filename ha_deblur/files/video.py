"""Deblurs videos frame by frame: `ha-deblur deblur clip.mp4`."""

import dataclasses
import itertools
import typing
from pathlib import Path

import numpy as np

import ha_deblur
from ha_deblur import whole_file
from ha_deblur.commandline import UserError
from ha_deblur.files.video_files import (
    container,
    endings,
    flicker,
    frame_encoder,
    side_data,
)
from ha_deblur.files.video_files.segments import Segment, Segments
from ha_deblur.files.video_files.source import Source, seconds

SUFFIXES = endings.KNOWN  # that can be read

_SEGMENT = 32  # frames, of which each piece is kept as soon as it is done


@dataclasses.dataclass(frozen=True)
class DeblurredVideo:
    """What was made of a video.

    Attributes:
      frames: how many.
      flicker_before: mean change between frames where nothing moves, in grey
        levels, of the blurred video (see `flicker`); None: all of it moves.
      flicker_after: the same of the result.
      notes: lines on what was wrong or could not be kept.
    """

    frames: int
    flicker_before: typing.Optional[float]
    flicker_after: typing.Optional[float]
    notes: tuple

    @property
    def flicker_line(self):
        """The flicker in a line for people."""
        if self.flicker_before is None:
            return "flicker: can't be told, as everything moves"
        return (f"flicker: {self.flicker_before:.2f} -> "
                f"{self.flicker_after:.2f} grey levels between frames where "
                "nothing moves")


def deblur_video(deblurrer, source, target, start=None, end=None,
                 progress=None, **options):
    """Deblurs a video, with one frame in memory at a time.

    Sound, subtitles and all else in the file are copied as they are. Frames
    keep their times, colours their range and meaning, in 8 or 10 bits. A video
    that lies on its side is turned upright. Finished pieces are kept in a
    hidden folder beside the target: after an interruption, the same call goes
    on from there, to the same result.

    Args:
      deblurrer: the Deblurrer.
      source: path of the video.
      target: path of the result, whose ending chooses the container.
      start: where to begin, in seconds or as "1:02.5"; None: at the start.
      end: where to stop, the same.
      progress: called as progress(done, total) after every frame, and first
        with what an earlier call has done; total may be a guess, or None.
      **options: as for `Deblurrer.deblur`, for all frames; masks and boxes
        are of the upright picture.

    Returns:
      A `DeblurredVideo`.

    Raises:
      UserError: the video can't be read or the result not be written, it would
        overwrite the source, or the options don't suit the model.
    """
    source, target = Path(source), Path(target)
    _check(source, target)
    video = Source(source, seconds(start), seconds(end))
    options = {"branches": False, **options}
    codec = frame_encoder.Encoder.of(video, target.suffix.lower())
    status = source.stat()
    segments = Segments(
        target,
        [ha_deblur.__version__, str(source.resolve()), status.st_size,
         status.st_mtime_ns, video.start, video.end, codec.settings, options],
        (weight.numpy() for weight in deblurrer.model.weights))

    work = _Work(deblurrer, video, codec, segments, options, progress)
    work.finish()
    with whole_file.writing(target) as partial:
        left_out = container.write(partial, codec, video, segments)
    segments.remove()
    return work.summary([
        *_written_as(source, target), *video.notes, *codec.notes,
        *side_data.lost(video.side_data, bool(codec.light)), *left_out])


class _Work:
    """Deblurs what is not yet done of a video, segment by segment."""

    def __init__(self, deblurrer, video, codec, segments, options, progress):
        self.deblurrer, self.options = deblurrer, options
        self.video, self.codec, self.segments = video, codec, segments
        self.progress = progress
        self.frames = self.implausible = 0
        self.flicker = np.zeros(3)
        self._last_time = None

    def finish(self):
        for segment in self.segments:
            self._count(segment)
            self.frames += len(segment.times)
        self._tell()
        done_until = self._last_time
        frames = (found for found in self.video
                  if done_until is None or found[0] > done_until)
        for first in frames:
            rest = itertools.islice(frames, _SEGMENT - 1)
            segment = self._segment(itertools.chain([first], rest))
            self.segments.add(segment)
            self._count(segment)

    def summary(self, notes):
        if self.implausible:
            notes.append("frames of which a part stayed as it was, because the "
                         f"network's answer can't be right: {self.implausible}")
        levels = flicker.levels(self.flicker) or (None, None)
        return DeblurredVideo(self.frames, *levels, tuple(notes))

    def _count(self, segment):
        self.flicker += segment.flicker
        self.implausible += segment.implausible
        self._last_time = segment.times[-1]

    def _segment(self, frames):
        """Deblurs and encodes (pts, av.VideoFrame)s into a Segment."""
        look = self.codec.frame_format
        meter = flicker.Flicker()
        times, warnings = [], []
        duration = 0

        def results():
            nonlocal duration
            for pts, frame in frames:
                planes = look.planes(frame)
                before = look.rgb(planes)
                result = self._deblurred(before)
                meter.add(before, result.sharp)
                times.append(pts)
                warnings.append(result.warning is not None)
                duration = self.video.duration(frame)
                yield look.changed(planes, before, result.sharp)
                self.frames += 1
                self._tell()

        packets = list(self.codec.packets(results()))
        return Segment.of(
            packets, times=np.array(times), duration=duration,
            flicker=meter.sums, implausible=sum(warnings))

    def _deblurred(self, picture):
        try:
            return self.deblurrer.deblur(picture, **self.options)
        except ValueError as error:
            raise UserError(f"{self.video.path}: {error}") from error

    def _tell(self):
        if self.progress is not None:
            total = self.video.expected
            self.progress(self.frames, total and max(total, self.frames))


def _written_as(source, target):
    """A note on an ending that can be read but not written."""
    ending = source.suffix.lower()
    if ending in endings.CONTAINERS:
        return []
    return [f"is written as {target.suffix}, as {ending} files can only be "
            "read"]


def _check(source, target):
    if target.suffix.lower() not in endings.CONTAINERS:
        raise UserError(f"{target}: can't be written as '{target.suffix}'; "
                        f"there are {', '.join(endings.CONTAINERS)}")
    if not source.is_file():
        raise UserError(f"{source}: no such video")
    if target.resolve() == source.resolve() or (
            target.exists() and target.samefile(source)):
        raise UserError(f"{target} is the input and is never overwritten; "
                        "choose another --output")
