"""Adds a stream to a container whose packets come from another file."""

import contextlib

# One frame a packet, of varying length: AVI must count packets, not bytes.
_FRAMED = frozenset({
    "aac", "ac3", "eac3", "dts", "flac", "mp1", "mp2", "mp3", "opus",
    "vorbis", "amr_nb", "amr_wb"})
_LENGTHS = {"eac3": 1536}  # samples a frame, where FFmpeg does not know them
# Of one length; FFmpeg's AVI reader gives them times that are far too long.
_COUNTED = frozenset({"eac3", "flac", "amr_nb", "amr_wb"})
_LEAST = 160  # samples in such a packet
# Numbers that are recomputed, and what the container states itself.
_OWN_METADATA = frozenset({
    "encoder", "duration", "bps", "number_of_frames", "number_of_bytes",
    "vendor_id", "rotate", "alpha_mode", "stereo_mode"})


def add(stream, container):
    """Adds a stream of the same kind to a container, and returns it.

    Args:
      stream: of an av input container.
      container: an av output container.

    Raises:
      ValueError, AttributeError, av.error.FFmpegError: it can't hold it.
    """
    try:
        new = container.add_stream_from_template(stream, opaque=True)
    except ValueError:
        if stream.type != "audio" or container.format.name != "matroska":
            raise
        new = _like_wav(stream, container)
    if stream.type == "audio" and container.format.name == "avi":
        _set_unit(stream, new)
    copy_metadata(stream, new)
    return new


def copy_metadata(old, new):
    """Copies a stream's language, titles and role."""
    new.metadata.update({
        key: value for key, value in old.metadata.items()
        if key.lower().split("-")[0] not in _OWN_METADATA
        and not key.startswith("_STATISTICS")})
    if "name" in old.metadata:  # what MP4's reader calls its writer's title
        new.metadata.setdefault("title", old.metadata["name"])
    new.disposition = old.disposition.value


def _like_wav(stream, container):
    """Matroska holds all sound that WAV does, which PyAV does not know."""
    from av.bitstream import BitStreamFilterContext

    new = container.add_mux_stream("pcm_s16le")
    BitStreamFilterContext("null", stream, new)  # copies what describes it
    return new


def _set_unit(stream, new):
    """Says how long AVI's unit of sound is, which template streams forget.

    Without it a packet of any length lasts as long as its bytes would.
    """
    import av

    options = {}
    codec = stream.codec_context.codec.canonical_name
    if codec in _FRAMED:
        options["block_align"] = "0"
    unit = stream.time_base * stream.codec_context.sample_rate
    length = stream.codec_context.frame_size or _LENGTHS.get(codec) or (
        unit if unit.denominator == 1
        and stream.container.format.name == "avi" else 0)
    if length > 1:
        options["frame_size"] = str(int(length))
    if options:
        new.codec_context.options = options
        with contextlib.suppress(av.error.FFmpegError):
            new.codec_context.open()  # which is what takes them over


def is_counted(stream):
    """Whether a stream's times are its packets' numbers, whatever is read."""
    if stream.type != "audio" or stream.container.format.name != "avi":
        return False
    unit = stream.time_base * stream.codec_context.sample_rate
    return unit >= _LEAST and (
        stream.codec_context.codec.canonical_name in _COUNTED)
