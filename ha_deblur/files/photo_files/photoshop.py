"""Photoshop's image resources: IPTC, copyright, clipping paths, ....

The format: https://www.adobe.com/devnet-apps/photoshop/fileformatashtml
"""

import struct

IPTC = 0x0404
_MARK = b"8BIM"
# Old thumbnails, and copies of the profile, EXIF and XMP, which are kept
# where every program looks for them.
_DROPPED = (0x0409, 0x040C, 0x040F, 0x0422, 0x0423, 0x0424)
# Guides, slices and clipping paths, which lie where the unturned picture was.
_OF_PLACES = (0x0408, 0x041A, *range(0x07D0, 0x0BB8))


def split(resources, turned):
    """(IPTC, the other resources that are worth keeping), as bytes.

    Args:
      resources: as they stand in JPEG (after "Photoshop 3.0") and TIFF.
      turned: whether the picture is turned, which what is drawn on it is not.
    """
    iptc, others = b"", b""
    for code, whole, content in _each(resources):
        if code == IPTC:
            iptc += content
        elif code not in _DROPPED and not (turned and code in _OF_PLACES):
            others += whole
    return iptc, others


def joined(iptc, others):
    """Resources from what `split` gave."""
    if not iptc:
        return others
    return (_MARK + struct.pack(">HHL", IPTC, 0, len(iptc)) + iptc
            + bytes(len(iptc) % 2) + others)


def _each(resources):
    """(number, all bytes, content) of each resource."""
    start = 0
    while resources[start:start + 4] == _MARK and start + 12 <= len(resources):
        code, name = struct.unpack_from(">HB", resources, start + 4)
        head = start + 6 + (name + 2) // 2 * 2  # its length counted, and even
        if head + 4 > len(resources):
            return
        length, = struct.unpack_from(">L", resources, head)
        end = head + 4 + length
        yield (code, resources[start:end] + bytes(length % 2),
               resources[head + 4:end])
        start = end + length % 2
