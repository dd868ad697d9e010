"""What the page does with an uploaded photo."""

import dataclasses
import pathlib
import typing

import numpy as np
from PIL import Image

from ha_deblur.commandline import UserError
from ha_deblur.files import photo
from ha_deblur.files.photo_files import colours, sixteen_bit

# Longest sides in pixels. The photo to draw on only has to show where the
# people are; the comparison has to show blur and still scroll smoothly.
DRAWN_ON = 1280
COMPARED = 2560

_PEOPLE = np.array([255, 140, 0], np.float32)  # orange


@dataclasses.dataclass(frozen=True)
class Sharpened:
    """The results for one photo.

    Attributes:
      download: the sharp photo's file, in the photo's format, with metadata.
      before: a JPEG of the photo for the screen.
      after: a JPEG of the result.
      people: a JPEG of the attention, orange on the photo in gray; or None.
      note: what the visitor should know about it, or None.
    """

    download: pathlib.Path
    before: pathlib.Path
    after: pathlib.Path
    people: typing.Optional[pathlib.Path]
    note: typing.Optional[str]


def look_at(path, max_pixels):
    """Reads an uploaded photo for the first time.

    Returns:
      (the JPEG to draw on, as bytes; what to know about the file, or None).

    Raises:
      UserError: it is not a photo, or is damaged or too large.
    """
    picture = photo.read(path, path.name, max_pixels)
    note = picture.note and f"{path.name} {picture.note}."
    return _jpeg(picture.pixels, picture, DRAWN_ON), note


def sharpen(deblurrer, session, boxes, people_only, max_pixels, progress):
    """Deblurs the photo of a Session.

    Args:
      deblurrer: the Deblurrer.
      session: the Session; the results are written to its folder.
      boxes: [[x, y, width, height], ...] as fractions of the picture, in
        [0, 1]; if empty, the network finds the people.
      people_only: whether to leave the background as it is.
      max_pixels: see `photo.read`.
      progress: called as progress(done, total).

    Returns:
      A Sharpened.

    Raises:
      UserError: the file can't be read or is too large for the memory.
      SessionOver: the visitor has left; the computation is then stopped.
    """
    from tensorflow.errors import ResourceExhaustedError
    picture = photo.read(session.photo, session.photo.name, max_pixels)
    height, width = picture.pixels.shape[:2]

    def unless_over(done, total):
        session.check()
        progress(done, total)

    try:
        result = deblurrer.deblur(
            picture.pixels, boxes=_in_pixels(boxes, height, width),
            people_only=people_only, branches=False, progress=unless_over)
    except (MemoryError, ResourceExhaustedError):
        raise UserError(f"{session.photo.name}: needs more memory than there "
                        "is now; make it smaller or try later") from None
    ending = _ending(session.photo, picture)
    with session.results() as folder:
        def shown(name, pixels, of=picture):
            path = folder / f"{name}.jpg"
            path.write_bytes(_jpeg(pixels, of, COMPARED))
            return path

        drawn, about = colours.for_drawing(picture.pixels, picture)

        download = folder / f"{session.photo.stem}-sharp{ending}"
        photo.write(download, result.sharp, picture)
        return Sharpened(
            download, shown("before", picture.pixels),
            shown("after", result.sharp),
            None if result.attention is None else shown(
                "people", _people(drawn, result.attention),
                dataclasses.replace(picture, metadata=about)),
            " ".join(_sentence(note) for note in (
                result.warning, photo.losses(picture, ending)) if note) or None)


def _sentence(text):
    return f"{text[:1].upper()}{text[1:]}."


def _in_pixels(boxes, height, width):
    """[n, 4] float32, or None without boxes."""
    if not boxes:
        return None
    boxes = np.clip(np.asarray(boxes, np.float32).reshape(-1, 4), 0, 1)
    return boxes * np.array([width, height, width, height], np.float32)


def _ending(path, picture):
    """The upload's own ending, unless the file is of another format."""
    if photo.FORMATS.get(path.suffix.lower()) == picture.file_format:
        return path.suffix
    return next((ending for ending, file_format in photo.FORMATS.items()
                 if file_format == picture.file_format), ".png")


def _jpeg(pixels, picture, longest):
    """The bytes of a JPEG for the screen, with the photo's own colours.

    It is in colour, for gray photos too: people are marked in orange.

    Args:
      pixels: [h, w, 3] uint8 or uint16.
      picture: the Photo they belong to.
      longest: the longest side, in pixels, at most.
    """
    def reduced(channels):
        image = Image.fromarray(sixteen_bit.to_eight_bits(channels))
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        return np.asarray(image)

    alpha = None if picture.alpha is None else reduced(picture.alpha)
    pixels, about = colours.for_drawing(reduced(pixels), picture)
    return photo.encode(pixels, ".jpg", photo.Photo(
        pixels, alpha, file_format="JPEG", metadata=about,
        compression={"quality": 90, "subsampling": 0}))


def _people(pixels, attention):
    """[h, w, 3] uint8: the photo in gray, with A in orange."""
    pixels = sixteen_bit.to_eight_bits(pixels)
    gray = pixels.mean(-1, dtype=np.float32, keepdims=True)  # [h, w, 1]
    weight = attention[..., None].astype(np.float32) * (0.6 / 255)
    return (gray + weight * (_PEOPLE - gray)).astype(np.uint8)
