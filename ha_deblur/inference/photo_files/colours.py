"""From every kind of pixel that photos have to RGB and alpha, and back."""

import io

import numpy as np
from PIL import ImageCms

from ha_deblur.commandline import UserError
from ha_deblur.inference.photo_files import sixteen_bit

# ITU-R 601 luma in 1/65536, as Pillow has it: gray stays gray to the last bit.
_LUMA = np.array([19595, 38470, 7471], np.uint32)


def read(image, reopen, name):
    """The pixels of an opened Pillow image, which is then loaded.

    Args:
      image: the Pillow image.
      reopen: opens the same file anew.
      name: what to call it in messages.

    Returns:
      (pixels [h, w, 3] uint8 or uint16, alpha [h, w] of the same type or None,
      whether they are gray, the ICC profile in place of the file's if the
      colours were converted, else None).

    Raises:
      UserError: it has more than 16 bits a channel, or planes of 16.
    """
    _refuse_planes(image, name)
    if sixteen_bit.is_deep(image):
        stored = sixteen_bit.decode(image, reopen)
        return *_separate(stored, image.info.get("transparency")), None
    image.load()
    if image.mode.startswith("I"):
        stored = _deep_gray(image, name)  # [h, w, 1]
        return *_separate(stored, image.info.get("transparency")), None
    if image.mode == "F":
        raise UserError(_too_deep(name))
    if image.mode in ("CMYK", "LAB"):
        image, profile = _to_srgb(image)
        return np.asarray(image), None, False, profile
    gray = image.mode in ("1", "L", "LA")
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"))
    return np.asarray(image.convert("RGB")), alpha, gray, None


def channels(pixels, alpha, gray):
    """The channels to write.

    Args:
      pixels: [h, w, 3], or [h, w] for one channel.
      alpha: [h, w] or None.
      gray: whether to write RGB as one channel.

    Returns:
      [h, w, c]: gray, gray and alpha, RGB or RGBA.
    """
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    elif gray:
        luma = sum(pixels[..., i].astype(np.uint32) * _LUMA[i]
                   for i in range(3))
        pixels = ((luma + 32768) >> 16).astype(pixels.dtype)[..., None]
    if alpha is None:
        return pixels
    return np.concatenate([pixels, alpha[..., None]], axis=2)


def over_white(image):
    """[h, w, c] with its alpha, if it has any, laid over white."""
    if image.shape[2] in (1, 3):
        return image
    full = np.iinfo(image.dtype).max
    # [h, w, c - 1]; below 2 ** 32, as full * full + full is
    colour, alpha = np.split(image.astype(np.uint32), [-1], axis=2)
    return ((colour * alpha + full * (full - alpha) + full // 2)
            // full).astype(image.dtype)


def _separate(stored, transparency):
    """(RGB, alpha or None, whether gray) of [h, w, 1 to 4] uint16.

    Args:
      stored: the channels as they are in the file.
      transparency: the one colour of a PNG that is transparent, or None.
    """
    count = stored.shape[2]
    alpha = stored[..., -1] if count in (2, 4) else None
    colour = stored[..., :3] if count > 2 else stored[..., :1]
    if alpha is None and transparency is not None:
        seen = (colour != np.asarray(transparency, np.uint16)).any(axis=2)
        alpha = seen * np.uint16(65535)
    return np.broadcast_to(colour, (*colour.shape[:2], 3)), alpha, count < 3


def _refuse_planes(image, name):
    """Refuses a TIFF of planes of 16 bits, which Pillow would misread."""
    if (image.format == "TIFF" and image.tag_v2.get(284) == 2
            and max(image.tag_v2.get(258, (8,))) > 8):
        raise UserError(
            f"{name}: has its channels one after the other, in 16 bits, which "
            "can't be read; save it with them interleaved")


def _deep_gray(image, name):
    """[h, w, 1] uint16."""
    pixels = np.asarray(image)
    if image.mode == "I" and (
            image.format != "PNG" or pixels.min() < 0 or pixels.max() > 65535):
        raise UserError(_too_deep(name))
    if image.format == "TIFF" and image.tag_v2.get(262) == 0:  # 0 is white
        pixels = 65535 - pixels
    return pixels.astype(np.uint16)[..., None]


def _too_deep(name):
    return (f"{name}: has 32 bits a channel, of which it doesn't say how they "
            "are meant; save it as 16-bit")


def _to_srgb(image):
    """(RGB image, its ICC profile or b"") of CMYK or LAB.

    Written as RGB, for no CMYK has a place for what the network changes: how
    much of a colour is black ink is the printer's own affair.
    """
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    try:
        if image.mode == "LAB":
            given = ImageCms.createProfile("LAB")
        else:
            given = ImageCms.ImageCmsProfile(
                io.BytesIO(image.info.get("icc_profile") or b""))
        converted = ImageCms.profileToProfile(
            image, given, srgb, outputMode="RGB")
        return converted, srgb.tobytes()
    except (ImageCms.PyCMSError, OSError, ValueError):
        # Without a usable profile there are only the plain complements.
        return image.convert("RGB"), b""
