"""Reads the frames of a video, or of a folder of pictures, one at a time.

PyAV reads the videos. It is an optional dependency (the extra `video`) and is
imported only when a video is opened.
"""

import re
from pathlib import Path

import numpy as np

from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS, read_image
from ha_deblur.files.video_files import cut_off, pixels
from ha_deblur.files.video_files.opened import opened


def open_frames(path):
    """A `VideoFrames` or `FolderFrames`, whichever `path` is.

    Both iterate over uint8 RGB [h, w, 3] in order of time, upright, and give
    None in the place of frames that can't be read. Neither keeps a frame.
    Their attributes are `paths`, the files, `expected`, the number of frames
    as far as it is known beforehand, or None, `times`, the seconds at which
    each frame given so far is shown, or None where that is unknown, and
    `problems`, a line for each thing that was wrong, complete when the
    iteration is.

    Raises:
      UserError: there is no such file or folder, it holds no frames, it is no
        video, or PyAV is not installed.
    """
    path = Path(path)
    if path.is_dir():
        return FolderFrames(path)
    if not path.exists():
        raise UserError(f"{path}: no such video or folder of frames")
    return VideoFrames(path)


class FolderFrames:
    """The pictures of a folder, 9.png before 10.png."""

    def __init__(self, folder):
        self.paths = sorted(
            (path for path in folder.iterdir()
             if path.suffix.lower() in IMAGE_EXTENSIONS
             and not path.name.startswith(".")),
            key=lambda path: _by_number(path.name))
        if not self.paths:
            raise UserError(f"{folder}: holds no frames; they are "
                            f"{', '.join(IMAGE_EXTENSIONS)} files")
        self.expected = len(self.paths)
        self.times = [None] * self.expected
        self.problems = []

    def __iter__(self):
        for path in self.paths:
            try:
                yield read_image(path)
            except UserError as problem:
                self.problems.append(str(problem))
                yield None


class VideoFrames:
    """The frames of a video's main picture stream."""

    def __init__(self, path):
        self.path, self.paths = path, [path]
        self.times, self.problems = [], []
        with opened(path) as (container, stream):
            self.expected = _announced(container, stream)

    def __iter__(self):
        import av

        count = damaged = 0
        self.times.clear()
        intact = True  # what is not, spoils all until the next key frame
        try:
            with opened(self.path) as (container, stream):
                for packet in container.demux(stream):
                    for frame in _decoded(packet):
                        count += 1
                        intact = (frame is not None and not frame.is_corrupt
                                  and (intact or frame.key_frame))
                        damaged += not intact
                        self.times.append(
                            None if frame is None else frame.time)
                        yield _upright(frame) if intact else None
        except av.error.FFmpegError as error:
            self.problems.append(
                f"{self.path}: can't be read after frame {count} "
                f"({error.strerror}); the rest is left out")
        if damaged:
            self.problems.append(
                f"{self.path}: damaged frames left out: {damaged}")
        why = cut_off.reason(self.path)
        if why:
            self.problems.append(
                f"{self.path}: is cut off after frame {count}: {why}")


def _decoded(packet):
    """The frames of a packet, or [None] if it is damaged."""
    import av

    try:
        return packet.decode()
    except av.error.InvalidDataError:
        return [None]


def _upright(frame):
    """uint8 RGB [h, w, 3]; phones film lying on their side, and say so."""
    return np.rot90(pixels.rgb(frame), round(frame.rotation / 90))


def _announced(container, stream):
    """About how many frames the file says it has, or None."""
    guesses = [stream.frames]
    if container.duration:
        # Less than the former in a video whose start was trimmed.
        guesses.append(round(container.duration / 1e6 * float(
            stream.average_rate or 0)))
    return min((guess for guess in guesses if guess), default=None)


def _by_number(name):
    """Sorts digits by their value: "9.png" is before "10.png"."""
    return [int(part) if part.isdigit() else part
            for part in re.split(r"(\d+)", name)]
