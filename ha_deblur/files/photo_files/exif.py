"""EXIF, mended in place.

Bytes that need no change keep their places, for cameras' own notes
(MakerNote) point into the block and would point beside after any rewriting.
The format is TIFF's: https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf
"""

import struct

_HEADER = b"Exif\0\0"
_ORIENTATION, _EXIF_DIRECTORY = 0x0112, 0x8769
_X_RESOLUTION, _Y_RESOLUTION = 0x011A, 0x011B
_WIDTHS, _HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)
# (where it starts, its length): as JPEG, and as strips of pixels
_THUMBNAILS = ((0x0201, 0x0202), (0x0111, 0x0117))
_FORMATS = {3: "H", 4: "L"}  # of one value: SHORT and LONG


class Exif:
    """A block of EXIF that is changed in place.

    Args:
      block: the bytes, with or without "Exif" before them.

    Attributes:
      byte_order: "<" or ">", as of `struct`.
      main: {tag: where its entry of 12 bytes is} of the main directory.

    Raises:
      ValueError: it is none, or ends too early.
    """

    def __init__(self, block):
        while block.startswith(_HEADER):
            block = block[len(_HEADER):]
        self._block = bytearray(block)
        self.byte_order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
        if self.byte_order is None:
            raise ValueError("no EXIF")
        try:
            self.main, self._next = self._directory(self._value("L", 4))
            details = self._get(self.main, _EXIF_DIRECTORY)
            self._all = dict(self.main)
            if details:
                self._all.update(self._directory(details)[0])
        except struct.error as error:
            raise ValueError("cut EXIF") from error

    @property
    def orientation(self):
        """How to turn the picture, 1 to 8; None if it doesn't say."""
        found = self._get(self.main, _ORIENTATION)
        return found if found in range(1, 9) else None

    def make_upright(self, width, height, swapped):
        """Says that the picture is upright, of this size, with no thumbnail.

        A thumbnail would show the picture as it was: blurred, and unturned.

        Args:
          width: in pixels.
          height: the same.
          swapped: whether they were the other way round.
        """
        x, y = (self.main.get(tag) for tag in (_X_RESOLUTION, _Y_RESOLUTION))
        if swapped and x and y:
            x, y = slice(x + 2, x + 12), slice(y + 2, y + 12)
            self._block[x], self._block[y] = self._block[y], self._block[x]
        self._set(self.main, _ORIENTATION, 1)
        for tag in _WIDTHS:
            self._set(self._all, tag, width)
        for tag in _HEIGHTS:
            self._set(self._all, tag, height)
        self._drop_thumbnail()

    def _drop_thumbnail(self):
        try:
            position = self._value("L", self._next)
            struct.pack_into(self.byte_order + "L", self._block, self._next, 0)
            thumbnail = self._directory(position)[0] if position else {}
        except struct.error:
            return
        for start, length in _THUMBNAILS:
            start = self._get(thumbnail, start) or 0
            end = start + (self._get(thumbnail, length) or 0)
            if self._next + 4 <= start < end < len(self._block):
                self._block[start:end] = bytes(end - start)
            elif self._next + 4 <= start < end:
                del self._block[start:]

    def tobytes(self):
        """The block, without "Exif" before it."""
        return bytes(self._block)

    def _directory(self, start):
        """The entries of a directory, and where the next one's start is."""
        count = self._value("H", start)
        end = start + 2 + 12 * count
        self._value("L", end - 4)  # raises if the directory is cut
        return {self._value("H", entry): entry
                for entry in range(start + 2, end, 12)}, end

    def _get(self, entries, tag):
        """The number in an entry; None if there is none."""
        entry = entries.get(tag)
        kind = entry and _FORMATS.get(self._value("H", entry + 2))
        return self._value(kind, entry + 8) if kind else None

    def _set(self, entries, tag, value):
        """Changes the number in an entry, if there is one."""
        if self._get(entries, tag) is not None:
            kind = _FORMATS[self._value("H", entries[tag] + 2)]
            if value < 2 ** (8 * struct.calcsize("=" + kind)):
                struct.pack_into(self.byte_order + kind, self._block,
                                 entries[tag] + 8, value)

    def _value(self, kind, position):
        return struct.unpack_from(
            self.byte_order + kind, self._block, position)[0]
