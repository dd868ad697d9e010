"""Reads mask files, for commands, data sets and training."""

import dataclasses
import io
import pathlib

import numpy as np
from PIL import Image, ImageOps

from ha_deblur.annotations.mask_shape import MaskShape, shape_of
from ha_deblur.commandline import UserError
from ha_deblur.files import image_files, orientation


def read(path, size, photo):
    """The people that a mask file shows, at its photo's size.

    A mask of another size is scaled, if it is of the same proportions, and
    turned as its photo is, if it then is. All photos are seen upright.

    Args:
      path: the mask's.
      size: (height, width) of its photo, upright; None: as it is.
      photo: the photo's path, or what to call it in messages.

    Returns:
      A `MaskShape`.

    Raises:
      UserError: it can't be read, what it means can't be told, or it is not
        of the photo's proportions.
    """
    try:
        # By its path, Pillow mixes up the pixels of a TIFF that is turned.
        content = io.BytesIO(pathlib.Path(path).read_bytes())
        with Image.open(content) as image:
            found = shape_of(pixels(ImageOps.exif_transpose(image)))
    except ValueError as error:
        raise UserError(f"{path}: as a mask {error}") from error
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or (
            "it is none" if isinstance(error, Image.UnidentifiedImageError)
            else " ".join(str(error).split()))
        raise UserError(
            f"{path}: can't be read as a mask ({reason})") from error
    return found if size is None else _scaled(found, tuple(size), path, photo)


def in_folder(folder, extensions):
    """{path below the folder, without its ending: mask file} of a folder.

    Args:
      folder: of masks that are laid out as their photos are.
      extensions: what masks may end in, such as ".png".
    """
    folder = pathlib.Path(folder)
    return {path.relative_to(folder).with_suffix("").as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.suffix.lower() in extensions
            and not path.name.startswith(".")}


def pixels(image):
    """A PIL image as `shape_of` takes it: [h, w] or [h, w, 2 to 4].

    Of a palette image these are the colours, or the palette's numbers where
    it gives several of them one colour.
    """
    if image.mode == "P":
        indices = np.asarray(image)
        rgba = np.asarray(image.convert("RGBA"))
        # Some palettes are left empty: then only the numbers tell.
        used = np.unique(indices)
        shown = np.unique(rgba[_first(indices, used)], axis=0)
        return rgba if len(shown) == len(used) else indices
    if "transparency" in image.info:  # one colour or level is
        image = image.convert("LA" if image.mode in ("1", "L") else "RGBA")
    if image.mode in ("1", "L", "LA", "RGB", "RGBA", "I", "F") or (
            image.mode.startswith("I;16")):
        return np.asarray(image.convert("L") if image.mode == "1" else image)
    return np.asarray(image.convert("RGBA" if "A" in image.mode else "RGB"))


def _first(indices, used):
    """Where [h, w] indices first hold each of those that are used."""
    return np.unravel_index(
        [np.argmax(indices == index) for index in used], indices.shape)


def _scaled(found, size, path, photo):
    if found.share.shape == size:
        return found
    if not _alike(found.share.shape, size):
        height, width = found.share.shape
        found = _upright(found, photo)
        if not _alike(found.share.shape, size):
            raise UserError(
                f"{path}: is {width}x{height}, but its photo {photo} is "
                f"{size[1]}x{size[0]} when upright")

    def resized(values, resample):
        image = Image.fromarray(np.ascontiguousarray(values))
        image = image.resize(size[::-1], resample)
        return np.asarray(image)

    share = resized(found.share, Image.Resampling.BILINEAR)
    labels = found.labels
    if labels is not None:
        labels = resized(labels.astype(np.int32), Image.Resampling.NEAREST)
    return dataclasses.replace(
        found, share=np.clip(share, 0, 1), labels=labels)


def _alike(size, other):
    """Whether these are of the same proportions."""
    # one row or column more or less, at the smaller size, is rounding
    scale = max(new / old for new, old in zip(other, size))
    return all(abs(old * scale - new) <= max(1, scale)
               for new, old in zip(other, size))


def _upright(found, photo):
    """A mask of the photo as it is stored, turned as that is."""
    if not pathlib.Path(photo).is_file():
        return found
    try:
        turn = image_files.size_and_orientation(photo)[1]
    except UserError:  # not a kind of file that data sets have
        return found
    return MaskShape(
        *(None if part is None else orientation.upright(part, turn)
          for part in (found.share, found.labels)))
