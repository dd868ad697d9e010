"""Pictures for a model card: what the model can do, and where it fails.

    python -m experiments.failure_pictures --model=fast --output=failures.jpg

Each row shows a crop of a photograph that comes with scikit-image (public
domain or CC0), degraded in one way: blurred, deblurred and sharp, with the PSNR
of the whole photograph.
"""

import dataclasses
import pathlib

import numpy as np
from absl import flags

from ha_deblur import commandline, metrics, whole_file

_MODEL = flags.DEFINE_string(
    "model", "fast", "A model directory, or a shipped model's name.")
_OUTPUT = flags.DEFINE_string("output", None, "The picture to write.",
                              required=True)

FRAMES = 57  # of a path: one per pixel on the longest
GAMMA = 2.2  # averaged in linear light, as most of GoPro is
SIDE = 190  # of a crop, in pixels
_GAP, _CAPTION, _FONT_SIZE = 4, 22, 14


@dataclasses.dataclass(frozen=True)
class Case:
    """A photograph and its degradation.

    Attributes:
      what: the degradation in words.
      photo: its name in skimage.data.
      part: y, x of the crop that is shown, in pixels.
      motion: dy, dx from the first to the last frame, in pixels.
      defocus: standard deviation of a Gaussian blur, in pixels.
      noise: standard deviation of the sensor's noise, in levels of 255.
    """

    what: str
    photo: str
    part: tuple
    motion: tuple = (0, 0)
    defocus: float = 0
    noise: float = 0


CASES = (
    Case("16 pixels of motion: what it is for", "astronaut", (20, 110),
         motion=(6, 15)),
    Case("56 pixels of motion, the longest it was trained on", "astronaut",
         (20, 110), motion=(20, 52)),
    Case("16 pixels of motion over fine print", "page", (0, 120),
         motion=(4, 15)),
    Case("16 pixels of motion, noise of a dark room", "coffee", (90, 180),
         motion=(11, 11), noise=12),
    Case("out of focus, nothing moved", "chelsea", (40, 110), defocus=3),
)


def main(_):
    """Runs the command; returns its exit code."""
    import ha_deblur

    output = pathlib.Path(_OUTPUT.value)
    picture_format = _format(output)
    deblurrer = ha_deblur.load(_MODEL.value)
    rows = []
    for case in CASES:
        blurred, sharp = damaged(case)
        deblurred = deblurrer.deblur(blurred).sharp
        before, after = (metrics.psnr(sharp, restored)
                         for restored in (blurred, deblurred))
        print(f"{case.what}: {before:.2f} -> {after:.2f} dB", flush=True)
        rows.append((case, {
            f"blurred, {before:.2f} dB": blurred,
            f"deblurred, {after:.2f} dB": deblurred, "sharp": sharp}))
    with whole_file.writing(output) as partial:
        drawn(rows).save(partial, format=picture_format, quality=88)
    return 0


def damaged(case):
    """The photograph of a `Case`, degraded and sharp: uint8 [h, w, 3] each.
    """
    import skimage.data
    import tensorflow as tf
    from skimage import color, filters

    from ha_deblur.blur import camera_shake, motion

    sharp = getattr(skimage.data, case.photo)()
    if sharp.ndim == 2:
        sharp = np.uint8(np.round(255 * color.gray2rgb(sharp / 255)))
    side = max(sharp.shape[:2])
    # A square, and around it what the motion brings in: mirrored, as elsewhere.
    rows, columns = (side - length for length in sharp.shape[:2])
    square = np.pad(sharp, ((0, rows), (0, columns), (0, 0)), "symmetric")
    path = motion.straight_motion(*map(float, case.motion), frames=FRAMES)
    blurred, _ = camera_shake.exposed(tf.constant(square), path, side,
                                      gamma=GAMMA)
    blurred = blurred.numpy()[:sharp.shape[0], :sharp.shape[1]] / 255
    if case.defocus:
        blurred = filters.gaussian(blurred, case.defocus, channel_axis=-1)
    noise = np.random.default_rng(0).normal(0, case.noise / 255, sharp.shape)
    return np.uint8(np.round(255 * np.clip(blurred + noise, 0, 1))), sharp


def drawn(rows):
    """A PIL image of rows (case, {caption: uint8 [h, w, 3]})."""
    from PIL import Image, ImageDraw, ImageFont

    step = SIDE + _GAP
    canvas = Image.new(
        "RGB", (3 * step - _GAP, len(rows) * (SIDE + 2 * _CAPTION)), "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(_FONT_SIZE)
    for i, (case, panels) in enumerate(rows):
        top = i * (SIDE + 2 * _CAPTION)
        draw.text((0, top + _CAPTION / 2), case.what, "black", font,
                  anchor="lm")
        y, x = case.part
        for j, (caption, pixels) in enumerate(panels.items()):
            canvas.paste(
                Image.fromarray(pixels).crop((x, y, x + SIDE, y + SIDE)),
                (j * step, top + _CAPTION))
            draw.text((j * step + SIDE / 2, top + SIDE + 1.5 * _CAPTION),
                      caption, "black", font, anchor="mm")
    return canvas


def _format(path):
    from PIL import Image
    suffix = path.suffix.lower()
    known = Image.registered_extensions()
    if suffix not in known:
        raise commandline.UserError(
            f"{path}: '{suffix}' is no picture's ending; use .jpg or .png")
    return known[suffix]


if __name__ == "__main__":
    commandline.run(main)
