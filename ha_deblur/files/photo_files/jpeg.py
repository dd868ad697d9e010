"""JPEG: what stands around the picture that Pillow decodes.

The format: ITU-T T.81, B.1; extended XMP: Adobe's XMP specification, part 3;
pictures that follow the first: CIPA DC-007, "MPF".
"""

import hashlib
import io
import itertools
import re
import struct

import numpy as np
from PIL import Image

from ha_deblur.files.photo_files import photoshop, xmp
from ha_deblur.files.photo_files.prepared import Prepared, behind

START, END = b"\xff\xd8", b"\xff\xd9"
SEGMENT = 65533  # bytes that one holds
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"
_SCAN, _COMMENT = 0xDA, 0xFE
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# Segments that are rewritten, or belong to the old compression:
# (marker, how it starts).
_KNOWN = ((0xE0, b"JFIF\0"), (0xE0, b"JFXX\0"), (0xE1, _EXIF), (0xE1, _XMP),
          (0xE1, _EXTENSION), (0xE2, b"ICC_PROFILE\0"), (0xE2, b"MPF\0"),
          (0xE2, _GAIN_MAP), (0xEC, b"Ducky"), (0xED, _PHOTOSHOP),
          (0xEE, b"Adobe"))
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_MARKER_IN_SCAN = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")


def prepared(content):
    """The `Prepared` of a JPEG.

    Its `info` has "resources" (Photoshop's), "extended_xmp" and
    "jpeg_segments", ((marker, content), ...), those of other programs.
    """
    found, end, ends_in_scan = _walk(content)
    head = list(itertools.takewhile(lambda segment: segment[0] != _SCAN, found))
    about = next((data[len(_XMP):] for marker, data in head
                  if marker == 0xE1 and data.startswith(_XMP)), b"")
    others, credentials = _others(head)
    info = {"jpeg_segments": others, "resources": b"".join(
        data[len(_PHOTOSHOP):] for marker, data in head
        if marker == 0xED and data.startswith(_PHOTOSHOP))}
    left_out = ["content credentials (C2PA)"] * credentials
    if name := xmp.extension(about):
        info["extended_xmp"] = _extension(head, name)
        if not info["extended_xmp"]:
            left_out.append("extended XMP (not all there)")
    left_out += _following(head, about, content[end:] if end else b"")
    if end or not ends_in_scan:
        return Prepared(content[:end], info, tuple(left_out))
    base = _without_filling(content)
    return Prepared(base + END, info, tuple(left_out), lambda: (
        _scans_are_complete(found) and _is_decoded_from(base)))


def segments(metadata):
    """The bytes of the segments that Pillow doesn't write.

    Args:
      metadata: the `Metadata`.
    """
    made = []
    if len(metadata.exif) + len(_EXIF) > SEGMENT:
        made += [(0xE1, _EXIF + part) for part in _parts(
            metadata.exif, SEGMENT - len(_EXIF))]
    main, more = metadata.xmp, metadata.extended_xmp
    if len(main) + len(_XMP) > SEGMENT:
        main, more = (
            b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://'
            b'www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
            b'rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" '
            b'xmpNote:HasExtendedXMP="%s"/></rdf:RDF></x:xmpmeta>'
            % hashlib.md5(main).hexdigest().upper().encode()), main
    if main:
        made.append((0xE1, _XMP + main))
    if more:
        name = xmp.extension(main)
        place = 0
        for part in _parts(more, 65400):
            made.append((0xE1, _EXTENSION + name + struct.pack(
                ">LL", len(more), place) + part))
            place += len(part)
    made += [(0xED, _PHOTOSHOP + part) for part in _parts(
        photoshop.joined(metadata.iptc, metadata.photoshop),
        SEGMENT - len(_PHOTOSHOP))]
    made += metadata.jpeg_segments
    return b"".join(b"\xff" + struct.pack(">BH", marker, len(data) + 2) + data
                    for marker, data in made)


def _walk(content):
    """The segments of the first picture, and where it ends.

    Returns:
      ([(marker, content), ...] with those between scans, the position after
      its end or None, whether the file ends within a scan).
    """
    found, place, pattern = [], 2, _MARKER
    while match := pattern.search(content, place):
        marker, place = match[1][0], match.end()
        if marker == END[1]:
            return found, place, False
        if marker == 1 or 0xD0 <= marker <= 0xD8:  # these have no length
            continue
        length = int.from_bytes(content[place:place + 2], "big")
        data = content[place + 2:place + length]
        if length < 2 or len(data) < length - 2:
            return found, None, False
        found.append((marker, data))
        place += length
        pattern = _MARKER_IN_SCAN if marker == _SCAN else _MARKER
    return found, None, pattern is _MARKER_IN_SCAN


def _others(head):
    """(segments of other programs, whether there are content credentials).

    Credentials vouch for the old pixels, so no result has them.
    """
    credentials = any(marker == 0xEB and b"jumb" in data[:40]
                      for marker, data in head)
    kept = [(marker, data) for marker, data in head
            if 0xE0 <= marker <= 0xEF and not (credentials and marker == 0xEB)
            and not any(marker == known and data.startswith(start)
                        for known, start in _KNOWN)]
    comments = [segment for segment in head if segment[0] == _COMMENT]
    return (*kept, *comments[:-1]), credentials  # Pillow knows the last one


def _parts(content, size):
    return [content[start:start + size]
            for start in range(0, len(content), size)]


def _extension(found, name):
    """Extended XMP, put together; b"" if some of it is missing."""
    parts, length = {}, None
    for marker, data in found:
        if marker == 0xE1 and data.startswith(_EXTENSION + name) and (
                len(data) >= len(_EXTENSION) + 40):
            length, place = struct.unpack_from(
                ">LL", data, len(_EXTENSION) + 32)
            parts[place] = data[len(_EXTENSION) + 40:]
    whole = bytearray()
    for place in sorted(parts):
        if place != len(whole):
            return b""
        whole += parts[place]
    return bytes(whole) if len(whole) == length else b""


def _following(found, about, rest):
    """What to call that which follows the picture, or is meant for it."""
    names = []
    if xmp.announces_gain_map(about) or b"hdr-gain-map" in rest or (
            b"HDRGainMap" in rest) or _GAIN_MAP[:-1] in rest or any(
            data.startswith(_GAIN_MAP) for _, data in found):
        names.append("HDR gain map")
    if b"ftyp" in rest or xmp.announces_motion(about):
        names.append("video (motion photo)")
    pictures = len(re.findall(rb"\xff\xd8\xff[\xdb\xe0-\xef]", rest)) - (
        "HDR gain map" in names)
    if not names and pictures > 0:
        names.append("further pictures behind the first")
    return names or behind(rest)


def _without_filling(content):
    """A file without its end, and without zeros in place of it."""
    base = content.rstrip(b"\xff")  # half of an end
    if base.endswith(bytes(16)):  # a download that broke off
        base = base.rstrip(b"\0")
        base += b"\0" * base.endswith(b"\xff")  # belongs to this 255
    return base


def _scans_are_complete(found):
    """Whether all bits of all frequencies of all components were begun."""
    components = next((data[6::3] for marker, data in found
                       if marker in _FRAMES), b"")
    missing = {component: [True] * 64 for component in components}
    for marker, data in found:
        if marker == _SCAN and data:
            first, last, bits = data[-3:]
            for component in data[1:-3:2]:
                for frequency in range(first, min(last, 63) + 1):
                    missing.get(component, [0] * 64)[frequency] = bits & 15 > 0
    return bool(components) and not any(map(any, missing.values()))


def _is_decoded_from(base):
    """Whether bytes that lack the end mark hold the whole picture.

    What is missing libjpeg makes up, and from what follows: a picture that is
    the same whatever follows was whole.
    """
    def decoded(following):
        with Image.open(io.BytesIO(base + following + END), formats=[
                "JPEG", "MPO"]) as image:
            return np.asarray(image)

    def noise(seed):  # with marks at which decoding may start again
        generator = np.random.default_rng(seed)
        return b"".join(
            generator.integers(1, 255, 512, np.uint8).tobytes()
            + bytes([0xFF, 0xD0 + i % 8]) for i in range(16))

    alone = decoded(b"")
    return all(np.array_equal(alone, decoded(noise(seed)))
               for seed in range(3))
