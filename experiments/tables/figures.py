"""Figs. 5 and 6: a picture's results side by side, with a part enlarged."""

import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from ha_deblur import whole_file
from ha_deblur.annotations import pairs
from ha_deblur.files import photo

_WIDTHS = (280, 480)  # of a panel, in pixels, at least and at most
_GAP, _CAPTION, _FONT_SIZE = 6, 30, 17
_MARK = (255, 40, 40)  # the frame around the enlarged part


def write(settings, models):
    """Writes OUTPUT/figures/NAME-{attention,branches}.png of each picture.

    Args:
      settings: the `plan.Settings`; its pictures are deblurred already.
      models: keys of the models that were; "full" among them.

    Returns:
      The figures' paths.
    """
    sharp = _sharp_pictures(settings)
    written = []
    for path in map(pathlib.Path, settings.images):
        def result(model, kind="", name=path.stem):
            return photo.read(
                settings.pictures(model) / f"{name}{kind}.png").pixels

        blurred = photo.read(path).pixels  # [h, w, 3]
        attention = result("full", "-attention")
        part = detail(attention if attention.ndim == 2
                      else attention[..., 0])
        truth = ({"sharp": photo.read(sharp[path.resolve()]).pixels}
                 if path.resolve() in sharp else {})
        without = ({"without attention": result("without_attention")}
                   if "without_attention" in models else {})
        for name, panels in {
                "attention": {
                    "blurred": blurred, "attention": attention, **without,
                    "with attention": result("full"), **truth},
                "branches": {
                    "blurred": blurred,
                    "foreground branch": result("full", "-foreground"),
                    "background branch": result("full", "-background"),
                    "blended": result("full"), **truth},
        }.items():
            target = settings.output / "figures" / f"{path.stem}-{name}.png"
            with whole_file.writing(target) as partial:
                montage(panels, part).save(partial, format="PNG")
            written.append(target)
    return written


def detail(attention):
    """Where most attention is: [y, x, height, width] of a third of the picture.

    Args:
      attention: [h, w].
    """
    height, width = attention.shape
    size = max(1, height // 3), max(1, width // 3)
    # The mean over the part around each pixel; parts that leave the picture
    # are not chosen.
    means = ndimage.uniform_filter(attention.astype(np.float32), size)
    top, left = size[0] // 2, size[1] // 2
    inside = means[top:height - size[0] + top + 1,
                   left:width - size[1] + left + 1]
    y, x = np.unravel_index(inside.argmax(), inside.shape)
    return int(y), int(x), *size


def montage(panels, part):
    """Panels side by side, and under each the same part of it, enlarged.

    Args:
      panels: {caption: uint8 [h, w, 3] or [h, w]}, all of one size.
      part: [y, x, height, width] of the part in pixels.

    Returns:
      A PIL image.
    """
    height, width = next(iter(panels.values())).shape[:2]
    panel_width = int(np.clip(width, *_WIDTHS))
    whole = (panel_width, round(height * panel_width / width))
    y, x, part_height, part_width = part
    enlarged = (panel_width, round(part_height * panel_width / part_width))
    canvas = Image.new("RGB", (
        len(panels) * (panel_width + _GAP) - _GAP,
        whole[1] + _GAP + enlarged[1] + _CAPTION), "white")
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(_FONT_SIZE)
    for i, (caption, pixels) in enumerate(panels.items()):
        left = i * (panel_width + _GAP)
        picture = Image.fromarray(pixels).convert("RGB")
        canvas.paste(picture.resize(whole, Image.Resampling.LANCZOS),
                     (left, 0))
        cut = picture.crop((x, y, x + part_width, y + part_height))
        canvas.paste(cut.resize(enlarged, Image.Resampling.BICUBIC),
                     (left, whole[1] + _GAP))
        if i == 0:
            scale = panel_width / width
            draw.rectangle([x * scale, y * scale, (x + part_width) * scale - 1,
                            (y + part_height) * scale - 1],
                           outline=_MARK, width=2)
        draw.text((left + panel_width / 2, canvas.height - _CAPTION / 2),
                  f"({'abcdef'[i]}) {caption}", "black", font, anchor="mm")
    return canvas


def _sharp_pictures(settings):
    """{blurred picture: its sharp partner} of all data sets."""
    return {pair.blurred.resolve(): pair.sharp
            for folder in settings.pairs
            for pair in pairs.find_pairs(folder)[0]}
