"""Pictures that no camera takes: gratings, checkerboards, noise, text.

Regular and saturated patterns drive a network further out of what it has
learned than photos do.
"""

import itertools

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from experiments.stress.view import View

SIDE = 96  # pixels: three areas by three
PERIODS = range(2, 33)  # of gratings, in pixels
ANGLES = (0, 90, 45, 20)  # degrees, of a grating's direction
SQUARES = range(1, 33)  # sides of a checkerboard's squares, in pixels
BLOCKS = (1, 2, 4, 8)  # pixels, the sides of noise's grains
LEVELS = (0, 85, 170, 255)  # of flat colours
FONT_SIZES = (8, 12, 16, 24, 40)  # pixels
TEXT_SIDE = 192  # pixels
TINY = range(1, 9)  # pixels

# Two colours each: the darker ones first.
COLOURS = {
    "black and white": ((0, 0, 0), (255, 255, 255)),
    "two greys": ((112, 112, 112), (144, 144, 144)),
    "red and cyan": ((255, 0, 0), (0, 255, 255)),
    "blue and yellow": ((0, 0, 255), (255, 255, 0)),
}
_TEXT = "The quick brown fox jumps over the lazy dog. 0123456789 @#%&?! "


def views():
    """All of them, a list of `View`s, the same every time."""
    return [*_gratings(), *_checkerboards(), *_noise(), *_flat(), *_edges(),
            *_texts(), *_tiny()]


def grating(period, angle, low, high, smooth=False):
    """Stripes of two colours, [SIDE, SIDE, 3] uint8.

    Args:
      period: pixels from stripe to stripe.
      angle: degrees from the x axis to the direction in which colours change.
      low, high: RGB.
      smooth: whether they go over into each other, as a sine.
    """
    y, x = np.mgrid[:SIDE, :SIDE]
    angle = np.radians(angle)
    # rounded, so that upright stripes end where they should
    along = np.round(x * np.cos(angle) + y * np.sin(angle), 9) % period
    if smooth:
        return _mixed((1 + np.cos(2 * np.pi * along / period)) / 2, low, high)
    return _mixed(along < period / 2, high, low)


def checkerboard(square, diagonal, low, high):
    """Squares of two colours, [SIDE, SIDE, 3] uint8.

    Args:
      square: their side in pixels.
      diagonal: whether they stand on a corner.
      low, high: RGB.
    """
    y, x = np.mgrid[:SIDE, :SIDE]
    if diagonal:
        y, x = (x + y) / np.sqrt(2), (x - y) / np.sqrt(2)
    return _mixed((y // square + x // square) % 2, low, high)


def _mixed(share, low, high):
    """[h, w] from 0, low, to 1, high -> [h, w, 3] uint8."""
    share = np.asarray(share, np.float64)[..., np.newaxis]
    return np.uint8(np.round(share * high + (1 - share) * low))


def _gratings():
    kind, bars = "gratings", COLOURS["black and white"]
    for i, period in enumerate(PERIODS):
        for angle in ANGLES:
            yield View(kind, f"black and white, period {period}, {angle} "
                       "degrees", grating(period, angle, *bars))
        for j, (name, pair) in enumerate(COLOURS.items()):
            angle = ANGLES[(i + j) % len(ANGLES)]  # each meets each
            smooth = pair is bars
            yield View(kind, f"{name}{', smooth' * smooth}, period {period}, "
                       f"{angle} degrees",
                       grating(period, angle, *pair, smooth))


def _checkerboards():
    for square, diagonal, (name, pair) in itertools.product(
            SQUARES, (False, True), COLOURS.items()):
        yield View("checkerboards", f"{name}, squares of {square}"
                   f"{', diagonal' * diagonal}",
                   checkerboard(square, diagonal, *pair))


def _noise():
    random = np.random.default_rng(0)
    makers = {
        "uniform": lambda shape: random.integers(0, 256, shape),
        "black and white": lambda shape: 255 * random.integers(0, 2, shape),
        **{f"normal, {level} levels": lambda shape, level=level: np.clip(
            np.round(random.normal(127.5, level, shape)), 0, 255)
           for level in (10, 30, 60)}}
    for (name, make), block, channels in itertools.product(
            makers.items(), BLOCKS, (1, 3)):
        grains = make((SIDE // block, SIDE // block, channels))
        pixels = np.broadcast_to(
            grains.repeat(block, 0).repeat(block, 1), (SIDE, SIDE, 3))
        colour = "grey" if channels == 1 else "coloured"
        yield View("white noise", f"{name}, {colour}, grains of {block}",
                   pixels.astype(np.uint8))


def _flat():
    for colour in itertools.product(LEVELS, repeat=3):
        yield View("flat colours", f"RGB {colour}",
                   np.full((SIDE, SIDE, 3), colour, np.uint8))


def _edges():
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    shapes = {"upright": x > 0, "slanted": 3 * y > x,
              "disc": np.hypot(x, y) < SIDE / 4}
    corners = itertools.product((0, 255), repeat=3)  # of the RGB cube
    for pair in itertools.combinations(corners, 2):
        for name, shape in shapes.items():
            yield View(
                "saturated edges", f"{name}, RGB {pair[0]} and {pair[1]}",
                _mixed(shape, *pair))


def _texts():
    colours = {"black on white": ("black", "white"),
               "white on black": ("white", "black"),
               "yellow on blue": ("yellow", "blue")}
    for size, (name, (ink, paper)) in itertools.product(
            FONT_SIZES, colours.items()):
        image = Image.new("RGB", (TEXT_SIDE, TEXT_SIDE), paper)
        draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
        for line in range(TEXT_SIDE // size):  # each starts a word further on
            words = _TEXT[line % len(_TEXT):] + 2 * _TEXT
            draw.text((0, line * size), words, ink, font)
        yield View("text", f"{name}, {size} pixels high", np.asarray(image))


def _tiny():
    random = np.random.default_rng(1)
    for height, width, number in itertools.product(TINY, TINY, (1, 2)):
        yield View("1x1 to 8x8", f"{width}x{height}, {number}", random.integers(
            0, 256, (height, width, 3), np.uint8))
