"""Writes a video's new pictures and all else that its file held."""

import heapq
import io
import math
from fractions import Fraction

import numpy as np

from ha_deblur.commandline import UserError
from ha_deblur.files.video_files import copied_stream, endings

# Of the container; what it is made of, the new file says itself.
_OWN_METADATA = ("encoder", "major_brand", "minor_version",
                 "compatible_brands", "duration")


def write(path, encoder, source, segments):
    """Joins segments with the source's sound, subtitles, titles and chapters.

    What is not the main picture stream is copied without encoding it again,
    and cut as the pictures are.

    Args:
      path: of the file, which is not yet to be seen by others.
      encoder: the Encoder.
      source: the Source.
      segments: iterable of Segment, which may be read twice.

    Returns:
      notes, lines on what was left out.

    Raises:
      UserError: it can't be written, for instance as the disk is full.
    """
    import av

    try:
        return _write(path, encoder, source, segments)
    except av.error.FFmpegError as error:
        raise UserError(f"{path}: can't be written ({error.strerror})"
                        ) from error


def _write(path, encoder, source, segments):
    import av

    left_out, unfit = [], 0
    with source.opened() as (original, pictures):
        with av.open(f"file:{path}", "w", format=encoder.container,
                     options=_options(original, encoder)) as container:
            zero = _zero(original, source)
            # Older PyAV can't read them.
            chapters = _kept_chapters(
                getattr(original, "chapters", list)(), zero or 0,
                source.kept_to)
            stream = encoder.add_stream(container)
            copied_stream.copy_metadata(pictures, stream)
            copied = {}
            for other in original.streams:
                if other.index == pictures.index:
                    continue
                if _is_timecode(other):  # such a track is made by itself
                    stream.metadata.setdefault(
                        "timecode", other.metadata["timecode"])
                elif _holds(encoder, other):
                    copied[other.index] = copied_stream.add(other, container)
                elif other.type != "data" or not chapters:  # not their titles
                    left_out.append(_called(other))
            container.metadata.update(_own_metadata(original))
            if chapters:
                container.set_chapters(chapters)
            container.start_encoding()
            for packet in heapq.merge(
                    _pictures(segments, source, stream, zero or 0),
                    _others(original, copied, zero, source.kept_to),
                    key=lambda packet: _time(packet) * packet.time_base):
                try:
                    container.mux_one(packet)
                except av.error.ArgumentError:  # times that jump back
                    if packet.stream is stream:
                        raise
                    unfit += 1
        left_out += _lost_titles(path, _own_metadata(original), chapters)
    notes = [f"left out, as {encoder.container} files can't hold it: "
             f"{', '.join(left_out)}"] if left_out else []
    if unfit:
        notes.append(f"damaged pieces of its sound or subtitles left out: "
                     f"{unfit}")
    return notes


def _options(original, encoder):
    """How the container is to be written."""
    options = encoder.container_options
    if encoder.container in endings.MP4_KIN:
        options["movflags"] = "+faststart"
        if any(key.startswith("com.") for key in original.metadata):
            options["movflags"] += "+use_metadata_tags"
    return options


def _is_timecode(stream):
    """Whether it is QuickTime's, of one number; Sony's tells of each frame."""
    return (stream.type == "data" and "timecode" in stream.metadata
            and stream.frames <= 1)


def _called(stream):
    """A stream that is left out, in a few words."""
    name = getattr(stream, "name", None) or getattr(
        stream.codec_context, "name", None)
    kind = "another video" if stream.type == "video" else stream.type
    return f"{kind} (stream {stream.index}{f', {name}' if name else ''})"


def _own_metadata(original):
    return {key: value for key, value in original.metadata.items()
            if key.lower() not in _OWN_METADATA}


def _zero(original, source):
    """The time that becomes 0, a Fraction of a second; None: all stay."""
    converted = source.path.suffix.lower() not in endings.CONTAINERS
    if source.kept_from is None and converted and original.start_time:
        return Fraction(original.start_time - 1, 1_000_000)  # not to cut any
    return source.kept_from


def _kept_chapters(chapters, start, end):
    """Those of the part that is kept, from whose start they count."""
    kept = []
    for chapter in chapters:
        unit = chapter["time_base"]
        first = max(chapter["start"], math.ceil(start / unit))
        last = chapter["end"] if end is None else min(
            chapter["end"], math.floor(end / unit))
        if first < last:
            shift = round(start / unit)
            kept.append({**chapter, "start": first - shift,
                         "end": last - shift})
    return kept


def _lost_titles(path, metadata, chapters):
    """What the written file does not tell of what it was told."""
    import av

    with av.open(f"file:{path}", metadata_errors="replace") as written:
        found = {key.lower() for key in written.metadata}
        for stream in written.streams:
            found |= {key.lower() for key in stream.metadata}
        lost = [key for key in metadata if key.lower() not in found]
        titles = getattr(written, "chapters", list)()
    return ([f"titles ({', '.join(lost)})"] if lost else []) + (
        [f"{len(chapters)} chapters"] if chapters and not titles else [])


def _pictures(segments, source, stream, zero):
    """The packets of the new pictures, at the times of the old ones."""
    times, duration = [], 0
    for segment in segments:
        times.append(segment.times)
        duration = segment.duration
    shift = round(zero / source.time_base)
    ends = np.append(np.concatenate(times)[1:],
                     times[-1][-1] + duration).tolist()
    ends.reverse()
    for segment in segments:
        for packet, time in zip(segment.unpacked(), segment.times.tolist()):
            packet.stream, packet.time_base = stream, source.time_base
            packet.pts = packet.dts = time - shift
            packet.duration = ends.pop() - time
            yield packet


def _others(original, copied, start, end):
    """The packets of the other streams, as they are but for the cut."""
    import av

    if not copied:
        return
    counts = {index: 0 for index in copied
              if copied_stream.is_counted(original.streams[index])}
    try:
        for packet in original.demux(
                [original.streams[index] for index in copied]):
            index = packet.stream.index
            if index in counts and packet.size:
                packet.pts = packet.dts = counts[index]
                counts[index] += 1
            if _time(packet) is None:
                if not packet.size:  # marks the end
                    continue
                packet.pts = packet.dts = 0  # a cover, which has no time
            elif not _cut(packet, start, end):
                continue
            packet.stream = copied[index]
            yield packet
    except av.error.FFmpegError:  # the Source noted that it is damaged
        return


def _time(packet):
    """Matroska does not tell when the first of reordered frames is decoded."""
    return packet.pts if packet.dts is None else packet.dts


def _cut(packet, start, end):
    """Whether a packet is in the part, whose start becomes its zero."""
    time = _time(packet) * packet.time_base
    if (start is not None and time < start) or (
            end is not None and time >= end):
        return False
    if start is not None:
        shift = round(start / packet.time_base)
        for name in ("pts", "dts"):
            if getattr(packet, name) is not None:
                setattr(packet, name, getattr(packet, name) - shift)
    return True


def _holds(encoder, stream):
    """Whether such a container takes a stream as it is."""
    import av

    if stream.type == "data" and not getattr(stream, "name", None):
        return False  # what describes its packets would be lost
    try:
        with av.open(io.BytesIO(), "w", format=encoder.container,
                     options=encoder.container_options) as container:
            copied_stream.add(stream, container)
            container.start_encoding()
    except (ValueError, AttributeError, av.error.FFmpegError):
        return False  # an AttributeError of older PyAV, which can't copy data
    return True
