"""A model as a TensorFlow SavedModel.

It needs TensorFlow alone, holds no operation and no variable that the primary
output can do without, and has two signatures:

- `serving_default`: `images` uint8 [b, h, w, 3] of any size -> `sharp` uint8
  [b, h, w, 3].
- `encoded`: `image_bytes` string [b], JPEG or PNG files of any sizes ->
  `png_bytes` string [b], PNG files. The pixels are those that Pillow decodes.
  Alpha is dropped, 16 bits become 8, EXIF is dropped, and its orientation not
  applied.

Both have one input and one output with the batch first, and the names of
strings end in `_bytes`: TensorFlow Serving's REST API then takes plain lists,
and gives base64.
"""

import tensorflow as tf

from ha_deblur.export.one_graph import deblurring, restore_uint8


def write(model, directory):
    """Writes a model as a SavedModel.

    Args:
      model: what `model_directory.load` gives.
      directory: the folder, which need not exist.
    """
    module = tf.Module(name="serving")
    module.deblur_images = deblurring(model)
    module.deblur_encoded = _deblurring_of_files(model)
    # The functions hold the model, the module does not: a module saves every
    # variable of its attributes, those of unused heads as well.
    module.needed = module.deblur_images.get_concrete_function().variables
    tf.saved_model.save(module, str(directory), signatures={
        "serving_default": module.deblur_images,
        "encoded": module.deblur_encoded})


def run(directory, images):
    """Runs a SavedModel's `serving_default`.

    Args:
      directory: what `write` wrote.
      images: uint8 [b, h, w, 3].

    Returns:
      The deblurred pictures, a uint8 array like `images`.
    """
    loaded = tf.saved_model.load(str(directory))
    deblur = loaded.signatures["serving_default"]
    return deblur(images=tf.constant(images))["sharp"].numpy()


def _deblurring_of_files(model):
    """The tf.function of the signature `encoded`."""
    def deblur_file(file):
        # takes PNG too; the accurate transform is the one of Pillow
        image = tf.io.decode_jpeg(
            file, channels=3, dct_method="INTEGER_ACCURATE")  # [h, w, 3]
        sharp = restore_uint8(model, image[tf.newaxis])["primary"][0]
        return tf.io.encode_png(sharp)

    @tf.function(input_signature=[
        tf.TensorSpec([None], tf.string, "image_bytes")])
    @tf.autograph.experimental.do_not_convert
    def deblur_encoded(image_bytes):
        # one after another, which bounds the memory
        return {"png_bytes": tf.map_fn(
            deblur_file, image_bytes, fn_output_signature=tf.string,
            parallel_iterations=1)}

    return deblur_encoded
