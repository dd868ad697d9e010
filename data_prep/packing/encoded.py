"""A picture as the bytes that a record holds: what training reads is what
everything else sees in the file.

Pillow decides what a file shows, TensorFlow decodes records, and the two differ
in many ways: TIFF called .jpg, CMYK, EXIF that says how a photo is turned. So
both decode the file, and unless they agree on every pixel, what Pillow shows is
stored as PNG.
"""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from ha_deblur.data import records
from ha_deblur.files.image_files import read_image

# Counts up when other bytes are stored: stopped runs don't go on then.
RULES = 3
# How JPEG and PNG files begin; a record holds nothing else. Newer TensorFlows
# decode more, but older ones may read the record.
_KEPT = (b"\xff\xd8\xff", b"\x89PNG")


def of(path):
    """(the bytes for a record, whether they are other than the file's own).

    Raises:
      UserError: the file is missing or damaged.
    """
    pixels, content = read_image(path), path.read_bytes()
    if content.startswith(_KEPT) and shows(content, pixels):
        return content, False
    return png(pixels), True


def shows(content, pixels):
    """Whether training reads just these pixels [h, w, 3] from some bytes.

    To the last level, JPEG too: `records.decode` uses the transform that Pillow
    does. Elsewhere libjpeg may have been built otherwise; then that picture is
    stored as PNG, which takes more room and is as right.
    """
    try:
        return np.array_equal(records.decode(content).numpy(), pixels)
    except tf.errors.OpError:
        return False


def png(pixels):
    """Pixels [h, w, 3] uint8 as the bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    return file.getvalue()
