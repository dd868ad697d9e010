"""Tells whether the end of a stream is missing, by its last pieces.

These containers are rows of small pieces and don't state their whole length.
"""

_TAIL = 1 << 20  # bytes at the end that are looked at
_TRANSPORT_PACKETS = (188, 192, 204)  # plain, of Blu-ray, with check sums
_SYNC = 0x47
_INCOMPLETE = "its last piece is not whole"
_PACKET_IDS = (0xbd, *range(0xc0, 0xf0))  # sound and pictures


def of_flash(file, size):
    """Of FLV, each of whose pieces is followed by its size; or None."""
    tail = _tail(file, size)
    length = int.from_bytes(tail[-4:], "big")
    head = tail[-4 - length:][:4]
    whole = 11 <= length <= len(tail) - 4 and (
        int.from_bytes(head[1:], "big") == length - 11)
    return None if whole else _INCOMPLETE


def of_program_stream(file, size):
    """Of MPEG-PS (.mpg, .vob), whose packets state their sizes; or None."""
    tail = _tail(file, size)
    found = len(tail)
    while (found := tail.rfind(b"\0\0\1", 0, found)) >= 0:
        if tail[found + 3:found + 4] and tail[found + 3] in _PACKET_IDS:
            length = int.from_bytes(tail[found + 4:found + 6], "big")
            missing = found + 6 + length - len(tail)
            return (f"its last {missing:,} bytes are missing" if missing > 0
                    else None)
    return None


def of_transport_stream(file, size):
    """Of MPEG-TS, the last packet of each of whose pieces is filled up.

    Returns:
      Why it is cut off, or None: it isn't, or is no transport stream.
    """
    for length in _TRANSPORT_PACKETS:
        offset = 4 if length == 192 else 0
        file.seek(offset)
        head = file.read(4 * length)
        if len(head) < length or set(head[::length]) != {_SYNC}:
            continue
        rest = size % length
        if rest:
            return f"its last {length - rest} bytes are missing"
        tail = _tail(file, size)
        tail = tail[len(tail) % length:]
        ends = {}  # of each stream: bytes that it still lacks, or None
        for start in range(offset, len(tail), length):
            _note_packet(tail[start:start + 188], ends)
        return _INCOMPLETE if any(ends.values()) else None
    return None


def _note_packet(packet, ends):
    """Keeps count of what the piece that a packet belongs to still lacks."""
    if len(packet) < 188 or packet[0] != _SYNC or not packet[3] & 0x10:
        return
    number = (packet[1] & 0x1f) << 8 | packet[2]
    begins = packet[1] & 0x40
    start = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
    payload = packet[start:]
    if begins:
        ends.pop(number, None)
        if payload[:3] == b"\0\0\1" and len(payload) >= 6:
            stated = int.from_bytes(payload[4:6], "big")
            ends[number] = 6 + stated if stated else -1  # not stated
    if number not in ends:
        return
    if ends[number] > 0:
        ends[number] = max(0, ends[number] - len(payload))
    else:  # pictures may leave it open; what fills a packet up ends them
        ends[number] = -1 if start == 4 else 0


def _tail(file, size):
    file.seek(max(0, size - _TAIL))
    return file.read()
