"""The exported model: what a SavedModel answers without this package."""

import tensorflow as tf

from ha_deblur.export.one_graph import restore_uint8

ANY_SIZE = (None, None, None, 3)


def deblurring(model, shape=ANY_SIZE):
    """The function that SavedModel, TensorFlow Lite and ONNX files hold.

    Args:
      model: what `model_directory.load` gives.
      shape: of the pictures, [b, h, w, 3]; None is any.

    Returns:
      A tf.function from `images`, uint8 of that shape, to {"sharp": the
      deblurred pictures, uint8 of that shape}.
    """
    @tf.function(input_signature=[tf.TensorSpec(shape, tf.uint8, "images")])
    def deblur_images(images):
        return {"sharp": restore_uint8(model, images)["primary"]}

    return deblur_images


class Serving(tf.Module):
    """A model as it is deployed: bytes or uint8 pictures in, uint8 out.

    A SavedModel of it needs TensorFlow alone, holds no operation and no
    variable that the primary output can do without, and has two signatures:

    - `serving_default`: `images` uint8 [b, h, w, 3] of any size ->
      `sharp` uint8 [b, h, w, 3].
    - `encoded`: `image_bytes` string [b], JPEG or PNG files of any sizes ->
      `png_bytes` string [b], PNG files. The pixels are those that Pillow
      decodes. Alpha is dropped, 16 bits become 8, EXIF is dropped, and its
      orientation not applied.

    Both have one input and one output with the batch first, and the names of
    strings end in `_bytes`: TensorFlow Serving's REST API then takes plain
    lists, and gives base64.

    Args:
      model: what `model_directory.load` gives.

    Example:
      Serving(model).save("exported")
      deblur = tf.saved_model.load("exported").signatures["serving_default"]
      sharp = deblur(images=images)["sharp"]
    """

    def __init__(self, model):
        super().__init__(name="serving")

        def deblur_file(file):
            # takes PNG too; the accurate transform is the one of Pillow
            image = tf.io.decode_jpeg(
                file, channels=3, dct_method="INTEGER_ACCURATE")  # [h, w, 3]
            sharp = restore_uint8(model, image[tf.newaxis])["primary"][0]
            return tf.io.encode_png(sharp)

        @tf.function(input_signature=[
            tf.TensorSpec([None], tf.string, "image_bytes")])
        def deblur_encoded(image_bytes):
            # one after another, which bounds the memory
            return {"png_bytes": tf.map_fn(
                deblur_file, image_bytes, fn_output_signature=tf.string,
                parallel_iterations=1)}

        self.deblur_images = deblurring(model)
        self.deblur_encoded = deblur_encoded
        # The functions hold the model, this object does not: a module saves
        # every variable of its attributes, the unused heads' as well.
        self.needed = self.deblur_images.get_concrete_function().variables

    def save(self, directory):
        """Writes the SavedModel into `directory`, which need not exist."""
        tf.saved_model.save(self, str(directory), signatures={
            "serving_default": self.deblur_images,
            "encoded": self.deblur_encoded})
