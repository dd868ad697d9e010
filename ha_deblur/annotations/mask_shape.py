"""What a picture of a mask means: where the people are, and which is which."""

import dataclasses
import typing

import numpy as np
from scipy import ndimage

from ha_deblur.annotations import mask_areas

_FEW = 16  # levels, or fewer: labels rather than the soft edge of a shape
_MANY = 64  # levels or colours: more can't be labels
_SCALES = (255, 1023, 4095, 65535, 2**31 - 1, 2**32 - 1)  # white, by depth
_SAME = 1 / 12  # of white: colours that are no further apart are shades of one


@dataclasses.dataclass(frozen=True)
class MaskShape:
    """Where the people are.

    Attributes:
      share: [h, w] float32 in [0, 1], how much of a pixel is people.
      labels: [h, w] integers, a different one above 0 for each person; None
        if the mask does not distinguish them.
    """

    share: np.ndarray
    labels: typing.Optional[np.ndarray] = None


def shape_of(pixels):
    """The shape that a mask shows, in any of the ways that people have them.

    Black is nobody, and the shape is what is not black: white, with a soft
    edge or without; one grey or one colour; labels, such as 1, 2 or 15, or
    colours, one for every person. White beside small labels is "not known",
    and nobody. Where a mask has transparency that is not the same everywhere,
    and no black that is seen, the shape is what is seen.

    Args:
      pixels: [h, w] or [h, w, 1 to 4], of any type of numbers: grey, grey and
        alpha, RGB, or RGB and alpha. Floats up to 1, bools, and integers up to
        1 are taken as they are.

    Returns:
      A `MaskShape`.

    Raises:
      ValueError: what it means can't be told, or it is not a picture.
    """
    pixels = _checked(pixels)
    alpha = None
    if pixels.shape[2] in (2, 4):
        pixels, alpha = pixels[..., :-1], pixels[..., -1]
    if alpha is None or ((alpha == alpha.max()).all() and alpha.any()):
        return _drawn(pixels)
    flat = (pixels == pixels[:1, :1]).all()
    if not alpha.any():
        if not flat:
            raise ValueError("is transparent everywhere; save it without "
                             "transparency")
        return MaskShape(np.zeros(alpha.shape, np.float32))
    seen = alpha > 0
    if not _is_drawn_in_black(pixels[seen]):
        share = _of_grey(alpha).share
        return MaskShape(share, _labels_of_paint(pixels, share > 0.5))
    drawn = _drawn(pixels * seen[..., None].astype(pixels.dtype))
    return MaskShape(drawn.share * _of_grey(alpha).share, drawn.labels)


def _checked(pixels):
    """[h, w, 1 to 4] numbers, not negative, as floats if they were not whole.
    """
    pixels = np.asarray(pixels)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if (pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4)
            or 0 in pixels.shape):
        raise ValueError(f"is of shape {list(pixels.shape)}; a mask is "
                         "[height, width]")
    if pixels.dtype.kind == "b":
        pixels = pixels.astype(np.uint8)
    if pixels.dtype.kind not in "uif":
        raise ValueError(f"holds {pixels.dtype}, which are no levels")
    if not np.isfinite(pixels).all():
        raise ValueError("holds NaN or infinite values")
    if pixels.min() < 0:
        raise ValueError("holds values below 0; of logits, give where they "
                         "are above 0")
    return pixels


def _is_drawn_in_black(seen):
    """Whether [n, c] seen pixels are a mask by themselves: black and bright.
    """
    brightness = seen.max(axis=1) / max(1, seen.max())
    dark, bright = (brightness < _SAME).mean(), (brightness > 1 - _SAME).mean()
    return dark > 0.01 and bright > 0.01 and dark + bright > 0.9


def _drawn(pixels):
    """The shape in [h, w, 1 or 3] without transparency."""
    grey = pixels.max(axis=-1)
    if (pixels == pixels[..., :1]).all():
        return _of_grey(grey)
    top = int(np.argmax(grey))
    brightest = pixels.reshape(-1, 3)[top] / max(grey.max(), 1e-9)
    white = grey.max() if grey.dtype.kind == "f" else _white(grey.max())
    off = np.abs(pixels - grey[..., None] * brightest).max()
    if off <= _SAME * white:  # shades of one colour, mostly of white
        return _of_grey(grey)
    return _of_colours(pixels)


def _white(top):
    return next((white for white in _SCALES if top <= white), np.inf)


def _of_grey(grey):
    if grey.max() <= 1:
        return MaskShape(grey.astype(np.float32))
    levels, numbered = mask_areas.numbered(grey)
    top, white = levels[-1], _white(levels[-1])
    if len(levels) == 1:
        if top != white:
            raise ValueError(f"is of one grey, {top:g}, everywhere; draw "
                             "people white and all else black")
        return MaskShape(np.ones(grey.shape, np.float32))
    if levels[0] > top / 8:
        raise ValueError(f"has nothing black: its levels are {levels[0]:g} to "
                         f"{top:g}; draw all but the people black")
    raised = _raised(levels, numbered, white)
    if len(levels) > _FEW:
        drawn = _is_filled(grey, white) and mask_areas.flat_colours(
            grey[..., None], white)
        if drawn:
            return _labelled(grey, *drawn)
        between = (raised > _SAME * white) & (raised < (1 - _SAME) * white)
        if top >= white / 2 and between.sum() < 2:
            return _soft(grey, white)
    if len(levels) > _MANY:
        raise ValueError(f"has {len(levels)} levels, which are neither labels "
                         "nor a soft edge; draw people white and all else "
                         "black")
    if _is_trimap(raised, levels[numbered], white):
        return _soft(grey, white)
    labels = raised[raised < _SAME * white]
    if top == white and len(labels) and raised[len(labels):].sum() in (0, top):
        raised, grey = labels, grey * (grey < white)  # white is "not known"
    whole = raised[0] if len(raised) else top
    share = np.clip(grey / whole, 0, 1).astype(np.float32)
    if len(raised) < 2:
        return MaskShape(share)
    labels = np.where(np.isin(levels, raised), np.arange(len(levels)), 0)
    return MaskShape(share, labels[numbered])


def _raised(levels, numbered, white):
    """The levels that fill areas and are not the background's.

    Beside a white area all that is nearly white is white, and what is nearly
    black in less area is noise, as JPEG has it.
    """
    solid = mask_areas.solid(numbered)
    solid[0] = False
    raised = levels[solid]
    if not len(raised) or raised[-1] < (1 - _SAME) * white:
        return raised
    areas = np.bincount(numbered.ravel())[solid]
    run = levels == np.arange(len(levels))  # noise has every level from 0
    noise = ((raised < _SAME * white) & (areas < areas[-1])
             & np.logical_and.accumulate(run)[solid])
    near_white = (raised >= (1 - _SAME) * white) & (raised < raised[-1])
    return raised[~noise & ~near_white]


def _is_filled(grey, white):
    """Whether most of what is not black is not white either."""
    bright = grey > _SAME * white
    return (bright & (grey < (1 - _SAME) * white)).sum() > bright.sum() / 2


def _labelled(grey, colours, numbered):
    """The shape of what was drawn in few colours, the first of which is black.
    """
    tops = colours.max(axis=-1)
    tops[0] = tops[1:].min()  # for a soft edge
    share = np.clip(grey / tops[numbered], 0, 1).astype(np.float32)
    return MaskShape(share, numbered if len(colours) > 2 else None)


def _soft(grey, white):
    """Levels that mean how much of a pixel is people."""
    share = (grey / white).astype(np.float32)
    if ((share > 1 / 8) & (share < 7 / 8)).mean() > 2 / 3:
        raise ValueError("looks like a photo: most of it is neither black nor "
                         "white")
    return MaskShape(share)


def _is_trimap(raised, grey, white):
    """Whether the middle grey is "not known", as for matting: around white."""
    if len(raised) != 2 or raised[1] != white or (
            abs(raised[0] / white - 0.5) > 0.05):
        return False
    inside = grey == white
    around = ndimage.maximum_filter(inside, 5) & ~inside
    return (grey[around] < raised[0] / 2).mean() < 0.5


def _of_colours(pixels):
    """A colour for every person."""
    if pixels.dtype.kind == "f":
        raise ValueError("is of several colours in floats; save it with 8 "
                         "bits")
    grey = pixels.max(axis=-1)
    colours, numbered = mask_areas.numbered(_codes(pixels))
    if len(colours) > _MANY:
        drawn = mask_areas.flat_colours(pixels, _white(grey.max()))
        if drawn is None:
            raise ValueError("looks like a photo")
        return _labelled(grey, *drawn)
    if colours[0]:
        raise ValueError("is of several colours, none of them black; draw all "
                         "but the people black")
    solid = mask_areas.solid(numbered)
    solid[0] = False  # black
    if not solid.any():
        solid[1:] = True
    labels = np.where(solid, np.arange(len(colours)), 0)[numbered]
    share = np.clip(grey / grey[labels > 0].min(), 0, 1).astype(np.float32)
    return MaskShape(share, labels if solid.sum() > 1 else None)


def _labels_of_paint(pixels, seen):
    """The labels of what is painted on transparency; None if it is a photo.

    Args:
      pixels: [h, w, 1 or 3].
      seen: [h, w] bool, what is not transparent.
    """
    if pixels.dtype.kind == "f":
        return None
    _, numbered = mask_areas.numbered((_codes(pixels) + np.uint64(1)) * seen)
    if numbered.max() > _FEW:
        return None
    solid = mask_areas.solid(numbered)
    solid[0] = False  # transparent
    labels = np.where(solid, np.arange(len(solid)), 0)[numbered]
    return labels if solid.sum() > 1 else None


def _codes(pixels):
    """[h, w] a number for each colour; 0 for black."""
    places = np.array([2**32, 2**16, 1], np.uint64)
    return pixels.astype(np.uint64) @ places[-pixels.shape[2]:]
