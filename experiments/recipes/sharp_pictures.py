r"""Pairs that need no deblurring: patterns and finely detailed photos.

    python -m experiments.recipes.sharp_pictures --photos=FOLDER,FOLDER \
        --output=WORK/still

In GoPro's layout, OUTPUT/train/STILL/{blur,sharp}, both the same: gratings,
checkerboards, text, edges, noise and flat colours of random colours and sizes,
and parts of photos made small, some of them negatives or with noise. A network
that never saw such pictures answers them with noise of its own.
"""

import pathlib

import numpy as np
from absl import flags
from PIL import Image, ImageDraw, ImageFont

from experiments.stress import patterns
from ha_deblur import commandline
from ha_deblur.commandline import UserError

_PHOTOS = flags.DEFINE_list(
    "photos", None, "Folders of sharp photos.", required=True)
_OUTPUT = flags.DEFINE_string(
    "output", None, "Where the pairs go.", required=True)
_COUNT = flags.DEFINE_integer(
    "count", 800, "How many: half of them patterns, half photos.", 2)
_SEED = flags.DEFINE_integer("seed", 0, "Chooses them.", 0)

SIDE = 128  # of a picture, in pixels
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ 0123456789,.!"))


def main(_):
    """Runs the command; returns its exit code."""
    photos = _photos()
    random = np.random.default_rng(_SEED.value)
    folders = [pathlib.Path(_OUTPUT.value) / "train" / "STILL" / kind
               for kind in ("blur", "sharp")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for number in range(_COUNT.value):
        pixels = (pattern(random) if number % 2 else
                  detail(random, photos[random.integers(len(photos))]))
        for folder in folders:
            Image.fromarray(pixels).save(folder / f"{number:06}.png")
    print(f"{_OUTPUT.value}: {_COUNT.value} pairs")


def pattern(random):
    """A pattern of random kind, size and colours, [SIDE, SIDE, 3] uint8."""
    low, high = _colours(random)
    period = np.exp(random.uniform(np.log(2), np.log(48)))
    kind = random.integers(6)
    if kind == 0:
        return _whole(patterns.grating, random, period,
                      random.choice([0, 90, random.uniform(0, 180)]), low,
                      high, bool(random.integers(2)))
    if kind == 1:
        return _whole(patterns.checkerboard, random, period / 1.5,
                      bool(random.integers(2)), low, high)
    if kind == 2:
        return _text(random, low, high)
    if kind == 3:
        grain = int(random.choice([1, 2, 4, 8]))
        noise = random.normal(
            random.uniform(60, 200), random.uniform(5, 80),
            (SIDE // grain, SIDE // grain, random.choice([1, 3])))
        noise = noise.repeat(grain, 0).repeat(grain, 1)
        return np.broadcast_to(np.uint8(np.clip(noise, 0, 255)),
                               (SIDE, SIDE, 3))
    if kind == 4:
        return np.broadcast_to(np.uint8(low), (SIDE, SIDE, 3))
    return _shapes(random, low, high)


def detail(random, path):
    """A part of a photo made small, [SIDE, SIDE, 3] uint8."""
    photo = Image.open(path).convert("RGB")
    shorter = int(random.integers(SIDE, min(photo.size) + 1)) if (
        min(photo.size) > SIDE) else SIDE
    scale = shorter / min(photo.size)
    photo = photo.resize([max(SIDE, round(n * scale)) for n in photo.size],
                         Image.Resampling.LANCZOS)
    left, top = (random.integers(n - SIDE + 1) for n in photo.size)
    pixels = np.asarray(photo.crop((left, top, left + SIDE, top + SIDE)))
    pixels = np.rot90(pixels, random.integers(4))
    change = random.integers(6)
    if change == 0:
        pixels = 255 - pixels
    if change == 1:
        pixels = np.uint8(np.clip(
            pixels + random.normal(0, random.uniform(2, 30), pixels.shape), 0,
            255))
    return np.ascontiguousarray(pixels)


def _photos():
    """Paths of all photos."""
    from ha_deblur.files.image_files import IMAGE_EXTENSIONS
    found = [path for folder in _PHOTOS.value
             for path in sorted(pathlib.Path(folder).glob("*"))
             if path.suffix.lower() in IMAGE_EXTENSIONS]
    if not found:
        raise UserError(f"no photos in {', '.join(_PHOTOS.value)}")
    return found


def _colours(random):
    """Two: black and white, corners of the RGB cube, or any."""
    kind = random.integers(4)
    if kind == 0:
        return (0, 0, 0), (255, 255, 255)
    if kind == 1:
        return tuple(255 * random.integers(0, 2, (2, 3)))
    if kind == 2:
        grey = random.integers(0, 256, (2, 1))
        return tuple(np.broadcast_to(grey, (2, 3)))
    return tuple(random.integers(0, 256, (2, 3)))


def _whole(draw, random, *arguments):
    """A pattern of patterns.SIDE, mirrored around up to SIDE, and shifted."""
    pixels = np.pad(draw(*arguments), [(0, SIDE - patterns.SIDE)] * 2
                    + [(0, 0)], "reflect")
    return np.roll(pixels, random.integers(0, SIDE, 2), (0, 1))


def _text(random, ink, paper):
    size = int(random.integers(7, 44))
    image = Image.new("RGB", (SIDE, SIDE), tuple(map(int, paper)))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for top in range(-int(random.integers(size)), SIDE, size):
        draw.text((0, top), "".join(random.choice(_LETTERS, 40)),
                  tuple(map(int, ink)), font)
    return np.asarray(image)


def _shapes(random, low, high):
    """Discs and rectangles on a ground."""
    image = Image.new("RGB", (SIDE, SIDE), tuple(map(int, low)))
    draw = ImageDraw.Draw(image)
    for _ in range(random.integers(1, 6)):
        (left, right), (top, bottom) = np.sort(
            random.integers(-20, SIDE + 20, (2, 2)))
        box = tuple(map(int, (left, top, right, bottom)))
        shape = draw.ellipse if random.integers(2) else draw.rectangle
        shape(box, fill=tuple(map(int, high)))
    return np.asarray(image)


if __name__ == "__main__":
    commandline.run(main)
