"""The attention map A of a whole picture, without deblurring it (Eq. 3)."""

import numpy as np
import tensorflow as tf

from ha_deblur import model_directory
from ha_deblur.commandline import UserError
from ha_deblur.model.attention import alone
from ha_deblur.model.padding import crop_like, pad_to_multiple


class AttentionMap:
    """Makes A of a picture of any size.

    A of a picture that goes through the network in one tile is what deblurring
    it shows as attention, but for rounding.

    Args:
      attention: a HumanAttention.
      size_multiple: what height and width must be divisible by; edges are
        reflected up to there.

    Example:
      attention = attention_map.load("fast")(image)  # [h, w] in [0, 1]
    """

    def __init__(self, attention, size_multiple):
        # One trace for all sizes, where there would be one for each.
        @tf.function(input_signature=[
            tf.TensorSpec([1, None, None, 3], tf.uint8)])
        def padded_and_cropped(images):
            blurred = tf.cast(images, tf.float32) / 255
            padded = pad_to_multiple(blurred, size_multiple)
            return crop_like(attention(padded), images)

        self._map = padded_and_cropped

    def __call__(self, image):
        """A, [h, w] float32 in [0, 1], of a picture [h, w, 3] uint8."""
        return self._map(image[np.newaxis])[0, ..., 0].numpy()


def load(model):
    """The AttentionMap of a trained model, or of attention alone.

    Args:
      model: a model's name or directory, or a run of
        experiments.pretrain_attention.

    Raises:
      UserError: there is none, it is damaged, or it has no attention.
    """
    try:
        preset = model_directory.read_preset(model)
        of_model = True
    except UserError as problem:
        try:
            preset = model_directory.read_preset(model, "attention")
        except UserError:
            raise problem from None
        of_model = False
    if not preset.attention:
        raise UserError(
            f"{model}: has no attention (preset '{preset.name}'), so it can't "
            "tell where people are; give another model")
    if of_model:
        attention = model_directory.load(model).parts.attention
    else:
        attention = preset.make_attention()
        model_directory.load_weights(alone(attention), model)
    return AttentionMap(attention, preset.size_multiple)
