"""What frames carry beside pixels: HDR brightness, captions, depth."""

import numpy as np

# What the encoders don't take, and what to call it.
_LOST = {
    "DYNAMIC_HDR_PLUS": "HDR10+ (brightness scene by scene)",
    "DYNAMIC_HDR_VIVID": "HDR Vivid (brightness scene by scene)",
    "DOVI_RPU_BUFFER": "Dolby Vision (brightness scene by scene)",
    "DOVI_METADATA": "Dolby Vision (brightness scene by scene)",
    "AMBIENT_VIEWING_ENVIRONMENT": "the light around the screen",
    "A53_CC": "closed captions",
    "S12M_TIMECODE": "the frames' timecode",
    "STEREO3D": "what tells the left eye from the right (3D)",
    "SPHERICAL": "what makes it a 360-degree video",
    "ICC_PROFILE": "its colour profile",
}
_LIGHT = {  # of HDR10, which some codecs can be given
    "MASTERING_DISPLAY_METADATA": "the display it was made for (HDR10)",
    "CONTENT_LIGHT_LEVEL": "its brightest light (HDR10)"}
_CHROMATICITY, _LUMINANCE = 50000, 10000  # units in 1, and in 1 cd/m2


def kinds(frame):
    """The set of names of what an av.VideoFrame carries beside its pixels."""
    return set(found(frame))


def found(frame):
    """{name: av.sidedata.SideData}; nothing where one is newer than PyAV."""
    try:
        return {data.type.name: data for data in frame.side_data}
    except ValueError:
        return {}


def lost(kinds_, keeps_light):
    """Lines on what of it is missing from the result.

    Args:
      kinds_: the union of the `kinds` of all frames.
      keeps_light: whether the encoder was given the HDR10 data.
    """
    names = {**_LOST, **({} if keeps_light else _LIGHT)}
    gone = list(dict.fromkeys(
        name for kind, name in names.items() if kind in kinds_))
    return [f"left out, as the encoder can't write it: {', '.join(gone)}"
            ] if gone else []


def light_options(frame, codec):
    """HDR10's static data as options of a codec: {name: value}.

    Args:
      frame: an av.VideoFrame.
      codec: such as "libx265".
    """
    told = found(frame)
    display = told.get("MASTERING_DISPLAY_METADATA")
    content = told.get("CONTENT_LIGHT_LEVEL")
    display = display and _display(bytes(display))
    content = content and np.frombuffer(content, np.uint32)[:2].tolist()
    names = {"libx265": ("x265-params", "master-display", "max-cll"),
             "libx264": ("x264-params", "mastering-display", "cll"),
             "libsvtav1": ("svtav1-params", "mastering-display",
                           "content-light")}.get(codec)
    if names is None:
        return {}
    option, of_display, of_content = names
    parts = []
    if display:
        unit = (1, 1) if codec == "libsvtav1" else (
            _CHROMATICITY, _LUMINANCE)
        parts.append(f"{of_display}={_written(display, *unit)}")
    if content:
        parts.append(f"{of_content}={content[0]},{content[1]}")
    return {option: ":".join(parts)} if parts else {}


def _display(data):
    """[r, g, b, white, (least, most)] from an AVMasteringDisplayMetadata."""
    numbers = np.frombuffer(data, np.int32)[:22]
    has_primaries, has_luminance = numbers[20:]
    if not (has_primaries and has_luminance):
        return None
    return (numbers[0:20:2] / numbers[1:20:2]).reshape(5, 2).tolist()


def _written(display, chromaticity, luminance):
    """As x265, x264 and SVT-AV1 read it."""
    def pair(values, unit):
        if unit == 1:
            return ",".join(f"{value:.5f}" for value in values)
        return ",".join(str(round(value * unit)) for value in values)
    r, g, b, white, (least, most) = display
    return (f"G({pair(g, chromaticity)})B({pair(b, chromaticity)})"
            f"R({pair(r, chromaticity)})WP({pair(white, chromaticity)})"
            f"L({pair((most, least), luminance)})")
