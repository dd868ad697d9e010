"""Makes the golden pictures anew, when a new model is shipped on purpose.

    python -m tests.ha_deblur.golden.make

Of scikit-image's `astronaut` (NASA, public domain): `sharp.png`, a part of it,
and `blurred.png`, the same as a shaking camera takes it. `detailed.png` is
sharp: letters beside a part made very small. NAME-MODEL.png is what the shipped
model makes of NAME.png. Look at them before you commit them.
"""

import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FOLDER = pathlib.Path(__file__).parent
NAMES = ("blurred", "detailed")


def pair():
    """(blurred, sharp), [160, 160, 3] uint8."""
    import tensorflow as tf
    from skimage import data

    from ha_deblur.blur import camera_shake, motion
    part = data.astronaut()[0:224, 112:336]
    path = motion.handheld_motion((0, 3), longest=14.0)
    blurred, sharp = camera_shake.exposed(tf.constant(part), path, 160)
    return blurred.numpy(), sharp.numpy()


def detailed():
    """Sharp letters and a finely detailed photo, [128, 160, 3] uint8."""
    from skimage import data
    image = Image.new("RGB", (160, 128), "white")
    image.paste(Image.fromarray(data.astronaut()).resize((96, 96)), (64, 32))
    draw = ImageDraw.Draw(image)
    draw.text((2, -4), "HIDE", "black", ImageFont.load_default(40))
    for line in range(8):
        draw.text((2, 34 + 12 * line), "deblurring", "black",
                  ImageFont.load_default(12))
    return np.asarray(image)


def main():
    """Writes all of them."""
    import ha_deblur
    from ha_deblur import shipped
    blurred, sharp = pair()
    pictures = {"blurred": blurred, "detailed": detailed()}
    for name, pixels in {**pictures, "sharp": sharp}.items():
        Image.fromarray(pixels).save(FOLDER / f"{name}.png")
    for model in shipped.names():
        deblurrer = ha_deblur.load(model)
        for name in NAMES:
            Image.fromarray(deblurrer.deblur(pictures[name]).sharp).save(
                FOLDER / f"{name}-{model}.png")


if __name__ == "__main__":
    main()
