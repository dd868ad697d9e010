"""The endings of videos, and the container that each is written as."""

# What PyAV calls the containers.
CONTAINERS = {
    ".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".qt": "mov",
    ".mkv": "matroska", ".webm": "webm", ".avi": "avi", ".divx": "avi",
    ".3gp": "3gp", ".3g2": "3g2", ".flv": "flv", ".ts": "mpegts",
    ".m2t": "mpegts", ".mts": "mpegts", ".m2ts": "mpegts"}
MP4_KIN = ("mp4", "mov", "3gp", "3g2")
BLU_RAY = (".mts", ".m2ts")  # whose packets begin with a time

# Read but not written: there is no good encoder that they could hold.
_INSTEAD = {
    **dict.fromkeys(
        (".wmv", ".asf", ".mpg", ".mpeg", ".vob", ".m2v", ".m1v", ".mod",
         ".ogv", ".ogm", ".dv", ".mxf", ".f4v", ".rm", ".rmvb",
         ".amv", ".mjpeg", ".mjpg", ".y4m"), ".mkv"),
    ".apng": ".webm"}  # which has transparency too
KNOWN = (*CONTAINERS, *_INSTEAD)


def of_result(ending):
    """The file ending of the result for a video with this one."""
    return _INSTEAD.get(ending.lower(), ending)
