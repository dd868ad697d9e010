"""Pictures in, pictures out, in one graph: what every export computes.

`Deblurrer` gives the same results, but by tiles and rows, so that its memory
stays bounded: `scale_by_scale` restores and crops, `deblurred` guards and
quantizes, by the same `padding`, `guard` and `quantize`.
"""

import tensorflow as tf

from ha_deblur.inference import guard
from ha_deblur.model.padding import crop_like, pad_to_multiple
from ha_deblur.quantize import quantized


def restore_uint8(model, images, mask=None, heads=("primary",)):
    """Deblurs pictures of any size.

    Args:
      model: a `MultiScaleDeblur`, or another that `model_directory` loads.
      images: [b, h, w, 3] uint8 RGB.
      mask: [b, h, w, 1] float32 in [0, 1], in place of A; or None.
      heads: the branches to make.

    Returns:
      A dict of uint8 tensors, rounded and clipped: the heads [b, h, w, 3],
      where they can't be right replaced by the picture (see `guard`), and, if
      the model has attention, "attention" [b, h, w, 1], A * 255.
    """
    multiple = model.preset.size_multiple
    blurred = tf.cast(images, tf.float32) / 255
    if mask is not None:
        mask = pad_to_multiple(mask, multiple)
    # [b, H, W, 3], H and W the next multiples that the network takes
    result = model.restore(
        pad_to_multiple(blurred, multiple), mask, heads)[0]
    found = {name: crop_like(result[name], images)  # [b, h, w, c]
             for name in (*heads, "attention") if name in result}
    for name in heads:
        found[name] = guard.guarded(blurred, found[name])
    return {name: quantized(values) for name, values in found.items()}
