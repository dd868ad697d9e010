"""What the boxes of an AVIF or HEIC file say about its pictures.

Pillow does not report them, and pillow-heif only some of them.
The format: ISO/IEC 23008-12; in short at https://aomediacodec.github.io/av1-avif
"""

import dataclasses
import struct
import typing

_FULL = 4  # version and flags, before what a "full" box holds


@dataclasses.dataclass(frozen=True)
class Boxes:
    """The parts of a file that matter here.

    Attributes:
      properties: ((type, content), ...) of the primary picture.
      auxiliary: the names of what pictures there are beside it: b"urn:...".
      item_types: those of all items, as b"av01", b"tmap".
      top: the types of the outermost boxes.
    """

    properties: tuple = ()
    auxiliary: frozenset = frozenset()
    item_types: frozenset = frozenset()
    top: frozenset = frozenset()

    def contents(self, kind):
        """The contents of the primary picture's properties of a type."""
        return [content for name, content in self.properties if name == kind]

    @property
    def bits(self):
        """Bits a channel, for each of them; () if it doesn't say."""
        found = self.contents(b"pixi")
        return tuple(found[0][_FULL + 1:][:found[0][_FULL]]) if found and (
            len(found[0]) > _FULL) else ()

    @property
    def left_out(self):
        """The names of what no result has: what Pillow doesn't read."""
        found = {b"hdrgainmap": "HDR gain map", b"depth": "depth map",
                 b"auxid:2": "depth map", b"alpha": None, b"auxid:1": None}
        names = {next((name for word, name in found.items() if word in urn),
                      "masks of the camera") for urn in self.auxiliary}
        if b"tmap" in self.item_types:
            names.add("HDR gain map")
        if b"mpvd" in self.top:
            names.add("video (motion photo)")
        return sorted(names - {None})

    @property
    def cicp(self) -> typing.Optional[tuple]:
        """(primaries, transfer, matrix) of ITU-T H.273, or None."""
        for content in self.contents(b"colr"):
            if content[:4] == b"nclx" and len(content) >= 10:
                return struct.unpack_from(">3H", content, 4)
        return None


def read(content):
    """The Boxes of a file; as far as they can be read, if it is damaged."""
    top = list(_boxes(content))
    inside = dict(_boxes(dict(top).get(b"meta", b"")[_FULL:]))
    properties = dict(_boxes(inside.get(b"iprp", b"")))
    every = list(_boxes(properties.get(b"ipco", b"")))
    try:
        primary = _number(inside.get(b"pitm", b""))
        of_primary = _associations(properties.get(b"ipma", b"")).get(
            primary, [])
    except (struct.error, IndexError):
        of_primary = []
    return Boxes(
        tuple(every[index - 1] for index in of_primary
              if 0 < index <= len(every)),
        frozenset(name[_FULL:].split(b"\0")[0] for kind, name in every
                  if kind == b"auxC"),
        frozenset(item[_FULL + 4 + 2 * (item[:1] == b"\3"):][:4]
                  for item in _items(inside.get(b"iinf", b""))),
        frozenset(kind for kind, _ in top))


def with_cicp(avif, cicp):
    """The bytes of an AVIF whose colours are those of CICP.

    Pillow writes that it is sRGB in any case.

    Args:
      avif: the bytes, as Pillow writes them.
      cicp: (primaries, transfer).
    """
    place = avif.index(b"colrnclx") + 8
    return avif[:place] + struct.pack(">2H", *cicp) + avif[place + 4:]


def _boxes(content):
    """(type, content) of each box in `content`."""
    start = 0
    while start + 8 <= len(content):
        length, kind = struct.unpack_from(">L4s", content, start)
        head = 8
        if length == 1 and start + 16 <= len(content):
            length, = struct.unpack_from(">Q", content, start + 8)
            head = 16
        end = len(content) if length == 0 else start + length
        if end < start + head:
            return
        yield kind, content[start + head:end]
        start = end


def _number(pitm):
    """The item that is the primary picture."""
    return struct.unpack_from(">L" if pitm[0] else ">H", pitm, _FULL)[0]


def _items(iinf):
    """The entry of each item, without its head."""
    start = _FULL + (4 if iinf[:1] > b"\0" else 2)
    return [content for kind, content in _boxes(iinf[start:])
            if kind == b"infe"]


def _associations(ipma):
    """{item: the numbers, from 1, of its properties}."""
    found = {}
    wide_items, wide_numbers = ipma[0] > 0, ipma[3] & 1
    count, = struct.unpack_from(">L", ipma, _FULL)
    place = _FULL + 4
    for _ in range(count):
        item, = struct.unpack_from(">L" if wide_items else ">H", ipma, place)
        place += 4 if wide_items else 2
        size = 2 if wide_numbers else 1
        numbers = struct.unpack_from(
            f">{ipma[place]}{'H' if wide_numbers else 'B'}", ipma, place + 1)
        place += 1 + size * len(numbers)
        # The highest bit says that readers have to know the property.
        found[item] = [number & (0x7FFF if wide_numbers else 0x7F)
                       for number in numbers]
    return found
