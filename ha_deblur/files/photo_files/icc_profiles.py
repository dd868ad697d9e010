"""Makes ICC profiles of colours that a file describes by numbers alone.

CICP (PNG's cICP, AVIF's and HEIC's nclx) and PNG's gAMA and cHRM have a place
in few formats; an ICC profile has one in nearly all. These are of version 4.4:
three primaries and a curve, and CICP's own numbers beside them for readers
that know what HDR is.
The numbers: ITU-T H.273; the format: ICC.1:2022
"""

import struct

import numpy as np

_D65, _D50 = (0.3127, 0.3290), (0.9642, 1.0, 0.8249)  # xy, and ICC's XYZ
_C, _DCI_WHITE = (0.310, 0.316), (0.314, 0.351)
_SRGB_PRIMARIES = (0.640, 0.330, 0.300, 0.600, 0.150, 0.060)
# H.273's number: x and y of red, green, blue and white
PRIMARIES = {
    1: (*_SRGB_PRIMARIES, *_D65),
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *_C),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *_D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *_C),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_DCI_WHITE),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *_D65)}
PQ, HLG = 16, 18
_NAMES = {1: "BT.709", 9: "BT.2020", 11: "DCI-P3", 12: "Display P3"}
_CURVE_NAMES = {8: "linear", PQ: "PQ", HLG: "HLG"}
_LINEAR, _SRGB = 8, 13
_GAMMA = {4: 2.2, 5: 2.8, _LINEAR: 1.0, 17: 2.6}
_VIDEO = (1, 6, 11, 14, 15)  # BT.709's curve
_LEVELS = 4096  # of a curve that no formula of ICC describes
_HDR_WHITE = 203  # cd/m2, what a diffuse white has (ITU-R BT.2408)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367],
                      [0.0389, -0.0685, 1.0296]])


def name(primaries, transfer):
    """The usual name of numbers of CICP: "BT.2020 PQ"."""
    return " ".join(filter(None, (
        _NAMES.get(primaries, f"CICP {primaries}/{transfer}"),
        _CURVE_NAMES.get(transfer))))


def of_cicp(primaries, transfer, gray=False):
    """The bytes of a profile for numbers of CICP.

    Unspecified ones (2) count as sRGB, as in viewers. In HDR (PQ, HLG) all that
    is brighter than diffuse white is white to readers without HDR.

    Args:
      primaries: as of H.273.
      transfer: the same.
      gray: whether the profile is for one channel.

    Returns:
      The bytes; b"" for sRGB, which needs none, and numbers that say nothing.
    """
    primaries = 1 if primaries == 2 else primaries
    transfer = _SRGB if transfer == 2 else transfer
    if transfer == _SRGB and (primaries == 1 or gray):
        return b""
    curve = _curve(transfer)
    if primaries not in PRIMARIES or curve is None:
        return b""
    return _profile(name(primaries, transfer), PRIMARIES[primaries],
                    curve, gray, (primaries, transfer))


def of_gamma(gamma, chromaticity=None, gray=False):
    """The same for PNG's gAMA and cHRM.

    Args:
      gamma: as Pillow has it: 0.45455 for the usual 2.2; or None: as sRGB's.
      chromaticity: (x, y) of white, red, green and blue in one tuple, or None.
      gray: as of `of_cicp`.
    """
    usual_gamma = not gamma or abs(gamma - 1 / 2.2) < 0.01
    srgb = (*_SRGB_PRIMARIES, *_D65)
    points = srgb if not chromaticity else (
        *chromaticity[2:], *chromaticity[:2])
    if len(points) != 8 or min(points[1::2]) <= 0:
        return b""
    usual_points = max(
        abs(a - b) for a, b in zip(points, srgb)) < 0.005
    if usual_gamma and (usual_points or gray):
        return b""
    curve = _curve(_SRGB) if usual_gamma else _power(1 / gamma)
    try:
        return _profile("PNG's gamma", points, curve, gray)
    except np.linalg.LinAlgError:  # points on one line
        return b""


def _curve(transfer):
    """The tag of the curve from code to light; None if it isn't known."""
    code = np.linspace(0, 1, _LEVELS)
    if transfer == _SRGB:
        return b"para" + struct.pack(">LHH5l", 0, 3, 0, *_fixed(
            2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    if transfer in _GAMMA:
        return _power(_GAMMA[transfer])
    if transfer in _VIDEO:
        return b"para" + struct.pack(">LHH5l", 0, 3, 0, *_fixed(
            1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081))
    if transfer == PQ:  # SMPTE ST 2084
        root = code ** (32 / 2523)
        light = (np.maximum(root - 3424 / 4096, 0) / (
            2413 / 128 - 2392 / 128 * root)) ** (16384 / 2610)
        return _table(light * 10000 / _HDR_WHITE)
    if transfer == HLG:  # ITU-R BT.2100, on a display of 1000 cd/m2
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(code <= 0.5, code ** 2 / 3,
                         (np.exp((code - c) / a) + b) / 12)
        return _table(scene ** 1.2 * 1000 / _HDR_WHITE)
    return None


def _power(gamma):
    return b"para" + struct.pack(">LHHl", 0, 0, 0, *_fixed(gamma))


def _table(light):
    values = np.round(np.clip(light, 0, 1) * 65535).astype(">u2")
    return b"curv" + struct.pack(">LL", 0, len(values)) + values.tobytes()


def _fixed(*values):
    """ICC's numbers: in 1/65536."""
    return [round(float(value) * 65536) for value in values]


def _profile(title, points, curve, gray, cicp=None):
    """The bytes of a profile: head, list of tags, tags."""
    def text(words):
        words = words.encode("utf-16-be")
        return b"mluc" + struct.pack(
            ">LLL2s2sLL", 0, 1, 12, b"en", b"US", len(words), 28) + words

    def xyz(values):
        return b"XYZ " + struct.pack(">L3l", 0, *_fixed(*values))

    tags = {b"desc": text(title), b"cprt": text("CC0"), b"wtpt": xyz(_D50)}
    if gray:
        tags[b"kTRC"] = curve
    else:
        columns, adaptation = _matrix(points)
        for colour, column in zip((b"r", b"g", b"b"), columns.T):
            tags[colour + b"XYZ"] = xyz(column)
            tags[colour + b"TRC"] = curve
        tags[b"chad"] = b"sf32" + struct.pack(
            ">L9l", 0, *_fixed(*adaptation.flat))
        if cicp:
            tags[b"cicp"] = b"cicp" + struct.pack(
                ">L4B", 0, *cicp, 0, 1)  # RGB, full range
    start = 128 + 4 + 12 * len(tags)
    listed, body = struct.pack(">L", len(tags)), b""
    for tag, content in tags.items():
        listed += struct.pack(
            ">4sLL", tag, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(
        ">L4sL4s4s4s12s4s4sL4s4sQL3l48x", start + len(body), b"\0\0\0\0",
        0x04400000, b"mntr", b"GRAY" if gray else b"RGB ", b"XYZ ",
        struct.pack(">6H", 2024, 1, 1, 0, 0, 0), b"acsp", b"\0\0\0\0", 0,
        b"\0\0\0\0", b"\0\0\0\0", 0, 0, *_fixed(*_D50))
    return head + listed + body


def _matrix(points):
    """([3, 3] whose columns are the primaries as ICC wants them, for its own
    white D50; [3, 3], how they were adapted to it).
    """
    def xyz(x, y):
        return np.array([x / y, 1, (1 - x - y) / y])

    red, green, blue, white = (
        xyz(*points[place:place + 2]) for place in (0, 2, 4, 6))
    primaries = np.stack([red, green, blue], axis=1)
    primaries = primaries * np.linalg.solve(primaries, white)
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    adaptation = np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD
    return adaptation @ primaries, adaptation
