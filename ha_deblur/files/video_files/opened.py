"""Opens a video file and finds its main picture stream."""

import contextlib

from ha_deblur.commandline import UserError
from ha_deblur.files.video_files import cut_off


@contextlib.contextmanager
def opened(path):
    """A context manager that gives (av container, its main picture stream).

    Args:
      path: of the video.

    Raises:
      UserError: it can't be read as a video, holds no moving pictures, or
        PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise UserError(f"{path}: videos need PyAV; pip install "
                        "ha-deblur[video]") from error
    try:
        # damaged titles and names don't matter
        container = av.open(  # file: as a name may hold a colon
            f"file:{path}", metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise UserError(f"{path}: {_why(path, error)}") from error
    with container:
        cover = av.stream.Disposition.attached_pic
        pictures = [stream for stream in container.streams.video
                    if not stream.disposition & cover]
        if not container.streams:
            raise UserError(f"{path}: holds no frames")
        if not pictures:
            kinds = [name for name, streams in (
                ("sound", container.streams.audio),
                ("a picture", container.streams.video)) if streams]
            raise UserError(f"{path}: holds no video" + (
                f", only {' and '.join(kinds)}" if kinds else ""))
        if pictures[0].codec_context is None:
            raise UserError(f"{path}: can't be read as a video (this PyAV "
                            "knows no decoder for it); convert it first, for "
                            "instance to MP4 with H.264")
        yield container, pictures[0]


def _why(path, error):
    if not path.stat().st_size:
        return "can't be read as a video: it is empty (0 bytes)"
    if not cut_off.has_index(path):
        return ("can't be read as a video: it is cut off before its index "
                "(moov), which stands at the end of a recording; record or "
                "copy it again, or have it repaired with an intact file of "
                "the same camera (untrunc)")
    if isinstance(error, EOFError):
        return ("can't be read as a video: it ends before its first frame; "
                "the recording was broken off")
    return f"can't be read as a video ({error.strerror})"
