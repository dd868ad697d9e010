"""PNG: all chunks beside the pixels, and a file that Pillow reads whole.

Pillow refuses a picture for a long text, a large colour profile or a damaged
chunk beside it, drops chunks that it doesn't know, and misreads the level that
is transparent in 1, 2 and 4 bits. So it gets the pixels alone.
The format: https://www.w3.org/TR/png-3
"""

import struct
import zlib

from ha_deblur.files.photo_files.prepared import Prepared, behind

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LIMIT = 64 << 20  # bytes of a text or profile, which may claim any number
# What Pillow has to see; APNG's make the picture an animation.
_FOR_PILLOW = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf", b"pHYs",
               b"acTL", b"fcTL", b"fdAT")
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
COLOURS = (b"cHRM", b"gAMA", b"sRGB", b"cICP", b"mDCV", b"mDCv", b"cLLI",
            b"cLLi")
# How the old pixels were stored, or when: no longer true of a new file.
_OF_THE_OLD = (b"sBIT", b"bKGD", b"hIST", b"sPLT", b"tIME", b"iDOT")
_XMP, _RAW = b"XML:com.adobe.xmp", b"Raw profile type "


def chunks(content):
    """(name, whole chunk) of each chunk of a PNG."""
    start = len(SIGNATURE)
    while start + 8 <= len(content):
        length, name = struct.unpack_from(">L4s", content, start)
        yield name, content[start:start + length + 12]
        start += length + 12


def chunk(name, content):
    """A whole chunk."""
    return (struct.pack(">L", len(content)) + name + content
            + struct.pack(">L", zlib.crc32(name + content)))


def prepared(content):
    """The `Prepared` of a PNG.

    Its `info` has "png_chunks", ((name, content), ...), and "xmp",
    "icc_profile" and ImageMagick's "raw_profiles", {kind: bytes}, if the file
    has them.
    """
    given, kept, raw = [SIGNATURE], [], {}
    info = {"raw_profiles": raw}
    left_out = set()
    end = len(SIGNATURE)
    whole = False
    for name, every in chunks(content):
        end += len(every)
        data = every[8:-4]
        if len(every) < 12 or len(every) != 12 + int.from_bytes(
                every[:4], "big"):  # cut off
            given.append(every)
            break
        ancillary = name[0] & 32
        if ancillary and every[-4:] != struct.pack(">L", zlib.crc32(
                every[4:-4])):
            left_out.add(f"{_shown(name)} (damaged)")
        elif name == b"tRNS":
            given.append(chunk(name, _scaled_level(data, content)))
        elif name in _FOR_PILLOW or not ancillary:
            given.append(every)
        elif name == b"iCCP":
            profile = _unzipped(data.partition(b"\0")[2][1:])
            if profile is None:
                left_out.add("colour profile (damaged)")
            else:
                info["icc_profile"] = profile
        elif name in TEXTS:
            key, text = _text(name, data)
            if key != _XMP and not key.startswith(_RAW):
                kept.append((name, data))
            elif key == _XMP and text is not None:
                info["xmp"] = text
            elif profile := _raw_profile(text):
                raw[key[len(_RAW):].decode("latin-1")] = profile
            else:
                left_out.add(f"{_shown(key)} (damaged)")
        elif name in COLOURS or (name[3] & 32 and name not in _OF_THE_OLD):
            kept.append((name, data))
        elif name == b"caBX":
            left_out.add("content credentials (C2PA)")
        elif name not in _OF_THE_OLD:
            left_out.add(f"{_shown(name)} chunk")
        if name == b"IEND":
            whole = True
            break
    if not whole and end >= len(content) and given[-1][4:8] == b"IDAT":
        given.append(chunk(b"IEND", b""))
    info["png_chunks"] = tuple(kept)
    left_out = sorted(left_out) + (behind(content[end:]) if whole else [])
    return Prepared(b"".join(given), info, tuple(left_out))


def raw_profile(kind, content):
    """A text chunk (name, content) as ImageMagick's for what has no chunk."""
    text = f"\n{kind}\n{len(content):8}\n{content.hex()}\n".encode()
    return b"zTXt", (_RAW + kind.encode() + b"\0\0" + zlib.compress(text))


def _shown(name):
    return name.decode("latin-1")


def _unzipped(data):
    """What was compressed; None if that is damaged or too long."""
    try:
        decompressor = zlib.decompressobj()
        found = decompressor.decompress(data, _LIMIT)
    except zlib.error:
        return None
    return found if decompressor.eof else None


def _text(name, data):
    """(keyword, text or None) of a chunk of text."""
    key, _, rest = data.partition(b"\0")
    if name == b"iTXt":
        zipped = rest[:1] == b"\1"
        rest = rest[2:].split(b"\0", 2)[-1]  # language, translated keyword
        return key, _unzipped(rest) if zipped else rest
    return key, _unzipped(rest[1:]) if name == b"zTXt" else rest


def _raw_profile(text):
    """The bytes that ImageMagick wrote: three lines, then hex; or b""."""
    try:
        return bytes.fromhex((text or b"").decode("latin-1").split("\n", 3)[3])
    except (ValueError, IndexError):
        return b""


def _scaled_level(transparent, content):
    """tRNS's level of gray as Pillow scales the pixels: to 8 bits."""
    bits, colour = content[24:26]
    if colour != 0 or bits >= 8 or len(transparent) != 2:
        return transparent
    full = 2 ** bits - 1
    level = int.from_bytes(transparent, "big") & full
    return struct.pack(">H", level * 255 // full)
