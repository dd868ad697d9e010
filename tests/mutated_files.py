"""Damages files as disks, networks and bad intentions do."""

import struct


def mutated(data, generator, others):
    """The bytes of a file with something wrong in them.

    Args:
      data: the file's bytes.
      generator: a NumPy random generator.
      others: bytes of other files, of which one may come in.
    """
    damage = generator.integers(6)
    place = int(generator.integers(len(data)))
    # Headers matter most and are short.
    if generator.random() < 0.5:
        place = int(generator.integers(min(len(data), 200)))
    data = bytearray(data)
    if damage == 0:  # some bytes are others
        for _ in range(generator.integers(1, 20)):
            data[place] = generator.integers(256)
            place = int(generator.integers(len(data)))
    elif damage == 1:  # one bit
        data[place] ^= 1 << generator.integers(8)
    elif damage == 2:  # the end is missing
        del data[place:]
    elif damage == 3:  # the middle is another file's
        other = others[generator.integers(len(others))]
        length = int(generator.integers(1, 300))
        start = int(generator.integers(len(other)))
        data[place:place + length] = other[start:start + length]
    elif damage == 4:  # a number is huge
        number = [0xFFFF, 0x7FFF, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0][
            generator.integers(6)]
        kind = "<>"[generator.integers(2)] + ("H" if number < 65536 else "L")
        data[place:place + struct.calcsize(kind)] = struct.pack(kind, number)
    else:  # a part is missing or is there twice
        part = data[place:place + int(generator.integers(1, 50))]
        data[place:place + len(part)] = part * int(2 * generator.integers(2))
    return bytes(data)
