"""Writes a video's new pictures and all else that its file held."""

import heapq
import io

import numpy as np

from ha_deblur.commandline import UserError

# Of the container; what it is made of, the new file says itself.
_OWN_METADATA = ("encoder", "major_brand", "minor_version",
                 "compatible_brands", "duration")
_STREAM_METADATA = ("language", "title", "handler_name", "timecode",
                    "creation_time")


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

    notes, unfit = [], 0
    options = {}
    with source.opened() as (original, pictures):
        if encoder.container in ("mp4", "mov"):
            options["movflags"] = "+faststart"
            if any(key.startswith("com.") for key in original.metadata):
                options["movflags"] += "+use_metadata_tags"
        with av.open(f"file:{path}", "w", format=encoder.container,
                     options=options) as container:
            # Older PyAV can't read them.
            chapters = getattr(original, "chapters", list)()
            stream = encoder.add_stream(container)
            _copy_metadata(pictures, stream)
            copied = {}
            for other in original.streams:
                if other.index == pictures.index:
                    continue
                if _holds(encoder.container, other):
                    copied[other.index] = _copy(other, container)
                elif other.type != "data" or not chapters:  # not their titles
                    notes.append(f"its {other.type} stream {other.index} is "
                                 f"left out: {encoder.container} files can't "
                                 "hold it")
            container.metadata.update({
                key: value for key, value in original.metadata.items()
                if key not in _OWN_METADATA})
            if chapters and not source.is_cut:
                container.set_chapters(chapters)
            container.start_encoding()
            for packet in heapq.merge(
                    _pictures(segments, source, stream),
                    _others(original, copied, source),
                    key=lambda packet: packet.dts * packet.time_base):
                try:
                    container.mux_one(packet)
                except av.error.ArgumentError:  # times that jump back
                    if packet.stream is stream:
                        raise
                    unfit += 1
    if unfit:
        notes.append(f"damaged pieces of its sound or subtitles left out: "
                     f"{unfit}")
    return notes


def _pictures(segments, source, stream):
    """The packets of the new pictures, at the times of the old ones."""
    import av

    times, duration = [], 0
    for segment in segments:
        times.append(segment.times)
        duration = segment.duration
    shift = round((source.kept_from or 0) / source.time_base)
    ends = np.append(np.concatenate(times)[1:],
                     times[-1][-1] + duration).tolist()
    ends.reverse()
    for segment in segments:
        for data, is_key, time in zip(
                segment.split(), segment.keys, segment.times.tolist()):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, source.time_base
            packet.pts = packet.dts = time - shift
            packet.duration = ends.pop() - time
            packet.is_keyframe = bool(is_key)
            yield packet


def _others(original, copied, source):
    """The packets of the other streams, as they are but for the cut."""
    import av

    if not copied:
        return
    try:
        for packet in original.demux(
                [original.streams[index] for index in copied]):
            if packet.dts is None:
                if not packet.size:  # marks the end
                    continue
                packet.pts = packet.dts = 0  # a cover, which has no time
            elif not _cut(packet, source.kept_from, source.kept_to):
                continue
            packet.stream = copied[packet.stream.index]
            yield packet
    except av.error.FFmpegError:  # the Source noted that it is damaged
        return


def _cut(packet, start, end):
    """Whether a packet is in the part, whose start becomes its zero."""
    time = packet.dts * packet.time_base
    if (start is not None and time < start) or (
            end is not None and time >= end):
        return False
    if start is not None:
        shift = round(start / packet.time_base)
        packet.dts -= shift
        if packet.pts is not None:
            packet.pts -= shift
    return True


def _copy(stream, container):
    """Adds a stream of the same kind to a container."""
    new = container.add_stream_from_template(stream, opaque=True)
    _copy_metadata(stream, new)
    return new


def _copy_metadata(old, new):
    new.metadata.update({key: value for key, value in old.metadata.items()
                         if key in _STREAM_METADATA})
    new.disposition = old.disposition.value


def _holds(container_format, stream):
    """Whether such a container takes a stream as it is."""
    import av

    try:
        with av.open(io.BytesIO(), "w", format=container_format) as container:
            _copy(stream, container)
            container.start_encoding()
    except (ValueError, AttributeError, av.error.FFmpegError):
        return False  # an AttributeError of older PyAV, which can't copy data
    return True
