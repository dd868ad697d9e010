"""Pictures in, pictures out, in one graph: what every export computes.

`Deblurrer` takes the same steps, but by tiles and bands of rows, so that its
memory stays bounded:

    step               here                  in `ha_deblur.inference`
    pad                pad_to_multiple       scale_by_scale, pad_to
    network            model.restore         scale_by_scale, model.at_scale
    crop               crop_like             scale_by_scale
    keep the photo     guard.guarded         deblurred, guard.trust
    round and clip     quantized             deblurred, quantized

A picture in one tile gets the same result, give or take a level.
"""

import tensorflow as tf

from ha_deblur.inference import guard
from ha_deblur.model.padding import crop_like, pad_to_multiple
from ha_deblur.quantize import quantized

ANY_SIZE = (None, None, None, 3)


def deblurring(model, shape=ANY_SIZE):
    """The function that all exported files hold.

    Args:
      model: what `model_directory.load` gives.
      shape: of the pictures, [b, h, w, 3]; None is any.

    Returns:
      A tf.function from `images`, uint8 of that shape, to {"sharp": the
      deblurred pictures, uint8 of that shape}.
    """
    @tf.function(input_signature=[tf.TensorSpec(shape, tf.uint8, "images")])
    @tf.autograph.experimental.do_not_convert
    def deblur_images(images):
        return {"sharp": restore_uint8(model, images)["primary"]}

    return deblur_images


def restore_uint8(model, images, mask=None, heads=("primary",)):
    """Deblurs pictures of any size.

    Args:
      model: a `MultiScaleDeblur`, or another model that `model_directory`
        loads.
      images: [b, h, w, 3] uint8 RGB.
      mask: [b, h, w, 1] float32 in [0, 1], in place of A; or None.
      heads: the branches to make.

    Returns:
      A dict of uint8 tensors, rounded and clipped: the heads [b, h, w, 3],
      replaced by the picture where they can't be right (see `guard`), and, if
      the model has attention, "attention" [b, h, w, 1], 255 * A.
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
