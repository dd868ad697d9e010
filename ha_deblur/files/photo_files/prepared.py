"""A file made ready for Pillow, with what Pillow does not report about it."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Prepared:
    """What to open in place of a file.

    Attributes:
      content: the bytes to give to Pillow.
      info: what to add to the `info` of the image that it opens.
      left_out: names of what no result can keep.
      is_whole: whether all of the picture is there; it may decode it.
    """

    content: bytes
    info: dict = dataclasses.field(default_factory=dict)
    left_out: tuple = ()
    is_whole: typing.Callable = lambda: True


def behind(rest):
    """What to call the bytes after a picture's end: a list of 0 or 1 names."""
    meaning = rest.strip(b"\0 \r\n")
    return [f"{len(rest):,} bytes behind its end"] if meaning else []
