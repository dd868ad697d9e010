"""A model as one StableHLO program of a fixed size, weights included.

StableHLO (https://openxla.org/stablehlo) is what the compilers of the OpenXLA
family read: XLA, hence JAX and TensorFlow, and IREE. The program is written as
a portable artifact, the serialization that later versions promise to read.
TensorFlow's own wheel does the whole conversion: graph -> "tf" dialect ->
StableHLO.
"""

import re

import tensorflow as tf
from tensorflow.compiler.mlir.stablehlo import stablehlo
from tensorflow.compiler.tf2xla.python import xla
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from ha_deblur.export.one_graph import deblurring

# Newer TensorFlows have it under the second name.
_serialize = getattr(stablehlo, "serialize_portable_artifact", None) or (
    stablehlo.serialize_portable_artifact_str)
# The oldest version that can express the program, so that most readers can.
VERSION = stablehlo.get_minimum_version()

PASSES = ",".join([
    "tf-lower-to-mlprogram-and-hlo",
    # `tf.gather` becomes `torch_index_select`, which the StableHLO
    # specification leaves out; `gather` is in it
    "stablehlo-legalize-to-hlo",
    "func.func(mhlo-legalize-torch-index-select-to-gather)",
    "hlo-legalize-to-stablehlo",
])


def lower(model, height, width, batch=1):
    """Converts a model, for pictures of one size.

    Args:
      model: what `model_directory.load` gives.
      height: h of the pictures, any.
      width: w, the same.
      batch: b, the pictures in a call.

    Returns:
      Bytes: a StableHLO portable artifact whose function `main` takes uint8
      [b, h, w, 3] RGB and returns the deblurred pictures, uint8 [b, h, w, 3].
    """
    deblur = deblurring(model, [batch, height, width, 3])
    frozen = convert_variables_to_constants_v2(deblur.get_concrete_function())
    module = tf.mlir.experimental.run_pass_pipeline(
        tf.mlir.experimental.convert_function(frozen), PASSES)
    # the one function is named after the graph; readers look for `main`
    module = re.sub(r"@\w+", "@main", module, count=1)
    return _serialize(module, VERSION)


def run(program, images):
    """Runs a program on the CPU by the XLA inside TensorFlow.

    For checks only: every call compiles again, which takes seconds or more.

    Args:
      program: what `lower` returned.
      images: uint8 [b, h, w, 3] of the program's size.

    Returns:
      The deblurred pictures, a uint8 array like `images`.
    """
    with tf.device("CPU"):
        (sharp,) = xla.call_module(
            [images], module=program, platforms=["CPU"],
            version=xla.call_module_maximum_supported_version(),
            Tout=[tf.uint8], Sout=[images.shape])
    return sharp.numpy()
