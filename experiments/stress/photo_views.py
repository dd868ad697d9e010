"""A sharp photo at several sizes, turned, mirrored and damaged.

All combinations of all photos would take hours. So a photo is seen in fewer
views the larger they are, and the next photo in the views that follow: over
eight photos each size comes in all eight orientations.
"""

import numpy as np
from PIL import Image
from skimage.util import img_as_ubyte, random_noise

from experiments.stress import measure
from experiments.stress.view import View

# Pixels on the longer side, and in how many of the eight orientations.
SIDES = {128: 8, 160: 8, 256: 4, 384: 2}
FULL_SIDE = 1024  # larger photos are made so small; in one orientation
NEGATIVE_SIDES = (128, 160, 256)
NOISE_SIDE = 160
NOISE_LEVELS = (5, 15, 40)  # standard deviations, of 255
NOISE_SHARE = 0.05  # of the pixels, black or white
BLUR_SIDES = (256, 384)
_FRAMES = 33  # of a hand-held exposure: one a pixel on the longest path
_GAMMA = 2.2  # averaged in linear light
COUNT = (sum(SIDES.values()) + 1 + len(NEGATIVE_SIDES) + len(NOISE_LEVELS) + 1
         + len(BLUR_SIDES))

ORIENTATIONS = tuple(
    f"turned by {90 * turns}{mirrored}"
    for mirrored in ("", ", mirrored") for turns in range(4))


def of(photo, name, number):
    """Yields the COUNT views of a photo, the same every time.

    Args:
      photo: [h, w, 3] uint8 RGB. For sizes larger than its own it is enlarged.
      name: what to call it.
      number: of the photo; it chooses the orientations and the noise.
    """
    sizes = {side: resized(photo, side) for side in SIDES}
    for side, count in SIDES.items():
        for k in range(count):
            turn = (number + k * 8 // count) % 8
            yield View(f"photos, {side} pixels", f"{name}, "
                       f"{ORIENTATIONS[turn]}", oriented(sizes[side], turn))

    turn = number % 8

    def view(kind, what, *pictures):
        return View(kind, f"{name}, {what}, {ORIENTATIONS[turn]}",
                    *(oriented(pixels, turn) for pixels in pictures))

    whole = photo if max(photo.shape) <= FULL_SIDE else resized(
        photo, FULL_SIDE)
    yield view("photos, full size", f"{whole.shape[1]}x{whole.shape[0]}", whole)
    for side in NEGATIVE_SIDES:
        yield view("negatives", f"{side} pixels", 255 - sizes[side])
    for noise, pixels in _noisy(sizes[NOISE_SIDE], number):
        yield view("with noise", noise, pixels)
    for side in BLUR_SIDES:
        yield view("blurred", f"{side} pixels",
                   *exposed(sizes[side], (number, side)))


def resized(photo, side):
    """A photo resized to a length of its longer side.

    Args:
      photo: [h, w, 3] uint8.
      side: of the longer side, in pixels.
    """
    scale = side / max(photo.shape[:2])
    height, width = (max(1, round(scale * n)) for n in photo.shape[:2])
    return np.asarray(Image.fromarray(photo).resize(
        (width, height), Image.Resampling.LANCZOS))


def oriented(pixels, number):
    """Pixels mirrored from 4 on, and turned by 90 degrees, number times.

    Args:
      pixels: [h, w, 3].
      number: of ORIENTATIONS.
    """
    mirrored = pixels[:, ::-1] if number >= 4 else pixels
    return np.ascontiguousarray(np.rot90(mirrored, number % 4))


def exposed(pixels, seed):
    """A photo as a camera in the hand takes it, blurred and sharp.

    Args:
      pixels: [h, w, 3] uint8.
      seed: two integers.

    Returns:
      Both, each [h, w, 3] uint8.
    """
    import tensorflow as tf

    from ha_deblur.blur import camera_shake, motion

    height, width = pixels.shape[:2]
    side = max(height, width)
    # A square, as `exposed` wants it: mirrored, as it does at the edges.
    square = np.pad(pixels, ((0, side - height), (0, side - width), (0, 0)),
                    "symmetric")
    both = camera_shake.exposed(
        tf.constant(square), motion.handheld_motion(
            seed, _FRAMES, longest=2 * measure.PATH), side, gamma=_GAMMA)
    return [picture.numpy()[:height, :width] for picture in both]


def _noisy(pixels, seed):
    for level in NOISE_LEVELS:
        yield f"noise of {level} levels", img_as_ubyte(random_noise(
            pixels, "gaussian", rng=seed, var=(level / 255) ** 2))
    yield "black and white specks", img_as_ubyte(random_noise(
        pixels, "s&p", rng=seed, amount=NOISE_SHARE))
