"""The exported model: what a SavedModel answers without this package."""

import tensorflow as tf

from ha_deblur.inference.restore import restore_uint8


class Serving(tf.Module):
    """A model as it is deployed: bytes or uint8 pictures in, uint8 out.

    A SavedModel of it needs TensorFlow alone, holds no operation and no
    variable that the primary output can do without, and has two signatures:

    - `serving_default`: `images` uint8 [b, h, w, 3] of any size ->
      `sharp` uint8 [b, h, w, 3].
    - `encoded`: `encoded`, the bytes of one JPEG or PNG file, a string [] ->
      `sharp` uint8 [h, w, 3] and `png`, the same as the bytes of a PNG file.
      Alpha is dropped, 16 bits become 8, EXIF orientation is not applied.

    Args:
      model: a `MultiScaleDeblur`.

    Example:
      Serving(model).save("exported")
      deblur = tf.saved_model.load("exported").signatures["serving_default"]
      sharp = deblur(images=images)["sharp"]
    """

    def __init__(self, model):
        super().__init__(name="serving")

        @tf.function(input_signature=[
            tf.TensorSpec([None, None, None, 3], tf.uint8, "images")])
        def deblur_images(images):
            return {"sharp": restore_uint8(model, images)["primary"]}

        @tf.function(input_signature=[tf.TensorSpec([], tf.string, "encoded")])
        def deblur_encoded(encoded):
            image = tf.io.decode_image(
                encoded, channels=3, expand_animations=False)
            image.set_shape([None, None, 3])  # decode_image leaves it unknown
            sharp = restore_uint8(model, image[tf.newaxis])["primary"][0]
            return {"sharp": sharp, "png": tf.io.encode_png(sharp)}

        self.deblur_images = deblur_images
        self.deblur_encoded = deblur_encoded
        # The functions hold the model, this object does not: a module saves
        # every variable of its attributes, the unused heads' as well.
        self.needed = deblur_images.get_concrete_function().variables

    def save(self, directory):
        """Writes the SavedModel into `directory`, which need not exist."""
        tf.saved_model.save(self, str(directory), signatures={
            "serving_default": self.deblur_images,
            "encoded": self.deblur_encoded})
