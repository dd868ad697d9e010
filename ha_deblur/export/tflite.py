"""A model as one TensorFlow Lite program, weights included.

It uses only TensorFlow Lite's built-in operations, so every interpreter runs
it: on phones, on single-board computers, in TensorFlow itself.
"""

import tempfile

import tensorflow as tf

from ha_deblur.export.one_graph import deblurring
from ha_deblur.without_stderr import without_stderr


def lower(model, height=None, width=None, batch=None, float16=False):
    """Converts a model.

    Args:
      model: what `model_directory.load` gives.
      height: h of the pictures; None: any, chosen at every call.
      width: w, the same.
      batch: b, the pictures in a call, the same.
      float16: whether weights are stored in 16 bits, in half of the space;
        arithmetic stays float32.

    Returns:
      Bytes: a .tflite file whose one signature, `serving_default`, takes
      `images`, uint8 [b, h, w, 3] RGB, and returns `sharp`, the deblurred
      pictures, uint8 [b, h, w, 3].
    """
    module = tf.Module()
    module.deblur = deblurring(model, [batch, height, width, 3])
    module.needed = module.deblur.get_concrete_function().variables
    with tempfile.TemporaryDirectory() as directory:
        # through a SavedModel, whose signature the file then has
        tf.saved_model.save(module, directory, signatures=module.deblur)
        converter = tf.lite.TFLiteConverter.from_saved_model(directory)
        if float16:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        with without_stderr():  # a table of constants, "not converted"
            return converter.convert()


def run(program, images):
    """Runs a converted program on the CPU.

    Args:
      program: what `lower` returned.
      images: uint8 [b, h, w, 3].

    Returns:
      The deblurred pictures, a uint8 array like `images`.
    """
    with without_stderr():  # how it runs
        deblur = _interpreter()(model_content=program).get_signature_runner()
        return deblur(images=images)["sharp"]


def _interpreter():
    """LiteRT's, as TensorFlow Lite is called by now, or TensorFlow's own."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        return tf.lite.Interpreter
    return Interpreter
