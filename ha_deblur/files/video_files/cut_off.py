"""Tells whether a video's end is missing, by the sizes that it states.

Counting frames can't tell: their rate may vary, sound may go on for longer than
pictures, and an edit list may leave out the first ones. But containers are
nested pieces that state their own lengths, and a piece that goes on behind the
end of the file was cut.
"""

import struct
from pathlib import Path

from ha_deblur.files.video_files import streams_end

_ROUNDING = 1  # bytes, that fill up odd chunks
_SEGMENT = b"\x18\x53\x80\x67"  # Matroska's
_EBML = b"\x1a\x45\xdf\xa3"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_HEADER = 65536  # bytes at the start, among which its properties are
_BOXES = frozenset((
    b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"emsg",
    b"free", b"skip", b"wide", b"uuid", b"meta", b"pnot", b"udta"))


def reason(path):
    """Why a video counts as cut off, "its last 99 bytes are missing"; or None.

    Args:
      path: of the file. Of containers that don't state a length nothing is
        known, and nothing is told.
    """
    size = Path(path).stat().st_size
    with Path(path).open("rb") as file:
        start = file.read(16)
        if start[:4] == b"RIFF":
            end = _end_of_riff(file, size)
        elif start[4:8] in _BOXES:
            end = _end_of_boxes(file, size)
        elif start[:4] == _EBML:
            end = _end_of_matroska(file)
        elif start == _ASF:
            end = _end_of_asf(file)
        elif start[:3] == b"FLV":
            return streams_end.of_flash(file, size)
        elif start[:4] == b"\0\0\1\xba":
            return streams_end.of_program_stream(file, size)
        else:
            return streams_end.of_transport_stream(file, size)
    missing = (end or 0) - size
    return (f"its last {missing:,} bytes are missing"
            if missing > _ROUNDING else None)


def has_index(path):
    """Whether an MP4 file has the index without which it can't be read.

    Args:
      path: of the file. One of another kind has, too.
    """
    size = Path(path).stat().st_size
    with Path(path).open("rb") as file:
        if file.read(8)[4:] not in _BOXES:
            return True
        return any(kind == b"moov" for kind, _ in _boxes(file, size))


def _end_of_riff(file, size):
    """Where the last of the RIFF chunks ends; large files have several."""
    end = 0
    while end < size:
        file.seek(end)
        head = file.read(8)
        if len(head) < 8 or head[:4] != b"RIFF":
            break
        length = struct.unpack("<4xI", head)[0]
        if not length:  # the camera was switched off
            return None
        end += 8 + length + length % 2
    return end


def _end_of_boxes(file, size):
    return max((end for _, end in _boxes(file, size)), default=None)


def _boxes(file, size):
    """Yields (kind, where it ends) of the outermost boxes."""
    end = 0
    while end < size:
        file.seek(end)
        head = file.read(16)
        if head[4:8] not in _BOXES:
            return
        length = struct.unpack(">I", head[:4])[0]
        if length == 1 and len(head) == 16:
            length = struct.unpack(">8xQ", head)[0]
        if length == 0:  # up to the end, wherever that is
            length = size - end
        if length < 8:
            return
        end += length
        yield head[4:8], end


def _end_of_matroska(file):
    """Where the segment ends; None: live streams don't know beforehand."""
    file.seek(4)
    length = _ebml_size(file)
    if length is None:
        return None
    file.seek(length, 1)
    if file.read(4) != _SEGMENT:
        return None
    length = _ebml_size(file)
    return None if length is None else file.tell() + length


def _ebml_size(file):
    """A number of one to eight bytes, of which all ones mean unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    count = 8 - first[0].bit_length()  # bytes that follow
    value = int.from_bytes(first + file.read(count), "big")
    value -= 1 << 7 * (count + 1)
    return None if value == (1 << 7 * (count + 1)) - 1 else value


def _end_of_asf(file):
    """What the header says; nothing of a broadcast."""
    file.seek(0)
    head = file.read(_ASF_HEADER)
    found = head.find(_ASF_PROPERTIES)
    if found < 0 or len(head) < found + 48:
        return None
    return struct.unpack("<Q", head[found + 40:found + 48])[0]
