"""From all pixel formats of photos to RGB and alpha, and back."""

import dataclasses
import io

import numpy as np
from PIL import Image, ImageCms

from ha_deblur.commandline import UserError
from ha_deblur.files.photo_files import sixteen_bit, tiff_reading

# ITU-R 601 luma in 1/65536, as Pillow has it: gray stays gray to the last bit.
_LUMA = np.array([19595, 38470, 7471], np.uint32)


def read(image, reopen, name, boxes=None):
    """The pixels of an opened Pillow image, which is then loaded.

    Args:
      image: the Pillow image.
      reopen: opens the same file again.
      name: what to call it in messages.
      boxes: the `Boxes` of AVIF and HEIC.

    Returns:
      (pixels [h, w, 3] uint8 or uint16, alpha [h, w] of the same type or None,
      whether they are gray, the ICC profile in place of the file's if the
      colours were converted, else None).

    Raises:
      UserError: it has more than 16 bits a channel, or can't be decoded.
    """
    if isinstance(image, tiff_reading.Tags):
        return _of_any_tiff(image, name)
    if sixteen_bit.is_deep(image):
        stored = sixteen_bit.decode(image, reopen)
        return *_separate(stored, image.info.get("transparency")), None
    image.load()
    if image.mode.startswith("I"):
        stored = _deep_gray(image, name)  # [h, w, 1]
        return *_separate(stored, image.info.get("transparency")), None
    if image.mode in ("CMYK", "LAB"):
        image, profile = _to_srgb(image)
        return np.asarray(image), None, False, profile
    # Pillow makes colours of all AVIF.
    gray = image.mode in ("1", "L", "LA") or (
        boxes is not None and len(boxes.bits) == 1)
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


def for_drawing(pixels, photo):
    """A photo's pixels in a form that can be drawn on in colour.

    A gray ICC profile can't describe colours, so gray is converted to sRGB.

    Args:
      pixels: [h, w, 3] uint8 or uint16 of the photo or its result.
      photo: the `Photo`.

    Returns:
      (pixels [h, w, 3] of the same type, the Metadata of their colours).
    """
    about = photo.metadata.colours()
    profile = about.icc_profile
    if profile[16:20] != b"GRAY":
        return pixels, about
    full = np.iinfo(pixels.dtype).max
    levels = np.arange(256, dtype=np.uint8)[None]
    try:
        srgb = np.asarray(ImageCms.profileToProfile(
            Image.fromarray(levels), ImageCms.ImageCmsProfile(
                io.BytesIO(profile)), ImageCms.createProfile("sRGB"),
            outputMode="RGB"))[0, :, 1]
    except (ImageCms.PyCMSError, OSError):  # it is no usable profile
        srgb = levels[0]
    table = np.interp(np.arange(full + 1) * (255 / full), levels[0], srgb)
    table = np.round(table * (full / 255)).astype(pixels.dtype)
    return table[pixels], dataclasses.replace(about, icc_profile=b"")


def over_white(image):
    """[h, w, c], composited over white if it has alpha."""
    if image.shape[2] in (1, 3):
        return image
    full = np.iinfo(image.dtype).max
    # [h, w, c - 1]; below 2 ** 32, as full * full + full is
    colour, alpha = np.split(image.astype(np.uint32), [-1], axis=2)
    return ((colour * alpha + full * (full - alpha) + full // 2)
            // full).astype(image.dtype)


def cover_hidden(pixels, alpha):
    """Replaces colours that transparency hides by the nearest visible ones.

    Programs leave black, white or old paint under what is fully transparent.
    A network that sees it would sharpen the edge to it, and so change the
    visible pixels.

    Args:
      pixels: [h, w, 3].
      alpha: [h, w], 0 where the pixel is hidden; or None.

    Returns:
      (the picture [h, w, 3], the n hidden colours [n, 3], row by row). If
      nothing is hidden, or nothing visible: (`pixels`, None).
    """
    hidden = None if alpha is None else alpha == 0  # [h, w]
    if hidden is None or not hidden.any() or hidden.all():
        return pixels, None
    from scipy import ndimage
    y, x = ndimage.distance_transform_edt(
        hidden, return_distances=False, return_indices=True)  # [h, w] each
    return pixels[y, x], pixels[hidden]


def restore_hidden(pixels, alpha, hidden):
    """The picture with the hidden colours [n, 3] that `cover_hidden` gave."""
    if hidden is None:
        return pixels
    pixels = pixels.copy()
    pixels[alpha == 0] = hidden
    return pixels


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


def _of_any_tiff(tags, name):
    """As `read`, of what Pillow doesn't decode."""
    pixels, alpha = tags.decode(name)
    if pixels.shape[2] == 4:
        image = Image.fromarray(sixteen_bit.to_eight_bits(pixels), "CMYK")
        image.info = tags.info
        image, profile = _to_srgb(image)
        return (np.asarray(image), None if alpha is None
                else sixteen_bit.to_eight_bits(alpha), False, profile)
    return (np.broadcast_to(pixels, (*pixels.shape[:2], 3)), alpha,
            pixels.shape[2] == 1, None)


def _deep_gray(image, name):
    """[h, w, 1] uint16."""
    pixels = np.asarray(image)
    if pixels.min() < 0 or pixels.max() > 65535:
        raise UserError(f"{name}: has numbers outside 0 to 65535; save it as "
                        "16-bit integers")
    pixels = pixels.astype(np.uint16)
    if image.format == "TIFF" and image.tag_v2.get(258) == (12,):
        pixels = pixels << 4 | pixels >> 8
    if image.format == "TIFF" and image.tag_v2.get(262) == 0:  # 0 is white
        pixels = 65535 - pixels
    return pixels[..., None]


def _to_srgb(image):
    """(RGB image, its ICC profile or b"") of CMYK or LAB.

    The result stays RGB: how much of a changed colour would be black ink is
    the printer's decision.
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
