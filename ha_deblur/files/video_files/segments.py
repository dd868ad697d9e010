"""Finished pieces of a video, kept on the disk until all of it is done.

They lie in a hidden folder beside the result, whose name identifies all that
they depend on: a stopped run resumes, and a changed one starts over.
"""

import dataclasses
import glob
import hashlib
import itertools
import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np

from ha_deblur import whole_file

_TRANSPARENCY = "matroska_block_additional"
_DIGITS = 16  # of the folder's name
_LONGEST = 200  # bytes of a result's name in it: 255 are all it may have


@dataclasses.dataclass(frozen=True)
class Segment:
    """Some consecutive frames, encoded.

    Attributes:
      packets: [bytes] uint8, all packets one behind the other, each followed
        by its transparency.
      sizes: [n, 2] bytes of both.
      keys: [n] bool, which are key frames.
      times: [n] when each is shown, in units of the source's time base.
      duration: how long the last one is shown.
      flicker: [3], see Flicker.
      implausible: the number of frames of which a part stayed as it was.
    """

    packets: np.ndarray
    sizes: np.ndarray
    keys: np.ndarray
    times: np.ndarray
    duration: int
    flicker: np.ndarray
    implausible: int

    @classmethod
    def of(cls, packets, **others):
        """From av.Packets, and the other attributes as they are."""
        parts = [_split(packet) for packet in packets]
        return cls(
            packets=np.frombuffer(
                b"".join(itertools.chain(*parts)), np.uint8),
            sizes=np.array([[len(part) for part in both] for both in parts]),
            keys=np.array([packet.is_keyframe for packet in packets]),
            **others)

    def unpacked(self):
        """Yields the av.Packets again, which have no times."""
        ends = np.cumsum(self.sizes).reshape(-1, 2)
        for both, is_key in zip(zip(ends, self.sizes), self.keys):
            packet = _joined(*(
                self.packets[end - size:end].tobytes()
                for end, size in zip(*both)))
            packet.is_keyframe = bool(is_key)
            yield packet


class Segments:
    """The finished segments of one video; iterating reads one at a time.

    Args:
      target: the result's path.
      depends_on: all that the result depends on, anything that JSON can hold
        or that NumPy makes an array of.
      weights: iterable of arrays, on which it depends too.
    """

    def __init__(self, target, depends_on, weights=()):
        target = Path(target)
        key = hashlib.sha256(json.dumps(
            depends_on, default=_plain, sort_keys=True).encode())
        for weight in weights:
            key.update(np.ascontiguousarray(weight).tobytes())
        name = key.hexdigest()[:_DIGITS]
        self._target = target
        self._folder = target.with_name(f".{self._label()}.{name}.parts")
        self._count = 0
        # one that a power cut left empty or cut is none
        while zipfile.is_zipfile(self._path(self._count)):
            self._count += 1

    def __iter__(self):
        for number in range(self._count):
            yield self._read(number)

    def add(self, segment):
        """Keeps the next one.

        Raises:
          UserError: it can't be written, for instance as the disk is full.
        """
        with whole_file.writing(self._path(self._count)) as partial, (
                partial.open("wb")) as file:
            np.savez(file, **vars(segment))
        self._count += 1

    def remove(self):
        """Removes them all, and those that depended on something else."""
        anything = "?" * _DIGITS
        for folder in self._target.parent.glob(
                f".{glob.escape(self._label())}.{anything}.parts"):
            shutil.rmtree(folder)

    def _label(self):
        """The result's name, or what stands for one that is too long."""
        name = os.fsencode(self._target.name)
        if len(name) <= _LONGEST:
            return self._target.name
        return hashlib.sha256(name).hexdigest()

    def _path(self, number):
        return self._folder / f"{number:06}.npz"

    def _read(self, number):
        with np.load(self._path(number)) as file:
            return Segment(**{
                field.name: file[field.name]
                for field in dataclasses.fields(Segment)})


def _plain(value):
    """Of what JSON does not know: a list of an array, or text."""
    array = np.asarray(value)
    return str(value) if array.dtype == object else array.tolist()


def _split(packet):
    """(bytes of the picture, bytes of VP9's transparency beside it or b"")."""
    beside = b""
    if hasattr(packet, "get_sidedata"):  # older PyAV lacks it
        beside = bytes(packet.get_sidedata(_TRANSPARENCY))
    return bytes(packet), beside


def _joined(picture, transparency):
    """An av.Packet of what `_split` gave."""
    from av import packet

    made = packet.Packet(picture)
    if transparency:
        beside = packet.PacketSideData(
            packet.packet_sidedata_type_from_literal(_TRANSPARENCY),
            len(transparency))
        beside.update(transparency)
        beside.to_packet(made, move=True)
    return made
