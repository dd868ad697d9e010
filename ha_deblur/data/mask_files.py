"""Reads mask files, for whoever takes masks: commands, data sets, training."""

import dataclasses
import pathlib

import numpy as np
from PIL import Image, ImageOps

from ha_deblur.commandline import UserError
from ha_deblur.data.mask_shape import shape_of


def read(path, size, photo):
    """The people that a mask file shows, at its photo's size.

    A mask of another size is scaled, if it is of the same proportions.

    Args:
      path: the mask's.
      size: (height, width) of its photo, upright; None: as it is.
      photo: the photo's name, for messages.

    Returns:
      A `MaskShape`.

    Raises:
      UserError: it can't be read, what it means can't be told, or it is not
        of the photo's proportions.
    """
    try:
        with Image.open(path) as image:
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
    height, width = found.share.shape
    if (height, width) == size:
        return found
    # one row or column more or less, at the smaller size, is rounding
    scale = max(size[0] / height, size[1] / width)
    if (abs(height * scale - size[0]) > max(1, scale)
            or abs(width * scale - size[1]) > max(1, scale)):
        raise UserError(
            f"{path}: is {width}x{height}, but its photo {photo} is "
            f"{size[1]}x{size[0]} when upright")

    def resized(values, resample):
        image = Image.fromarray(values).resize(size[::-1], resample)
        return np.asarray(image)

    share = resized(found.share, Image.Resampling.BILINEAR)
    labels = found.labels
    if labels is not None:
        labels = resized(labels.astype(np.int32), Image.Resampling.NEAREST)
    return dataclasses.replace(
        found, share=np.clip(share, 0, 1), labels=labels)
