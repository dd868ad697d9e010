"""A model as one ONNX program, weights included.

ONNX Runtime, TensorRT, OpenVINO, DirectML and browsers read ONNX
(https://onnx.ai). tf2onnx converts the model; it and ONNX Runtime come with the
extra `onnx`.
"""

import importlib

from ha_deblur.commandline import UserError

OPSET = 17  # known to ONNX Runtime 1.12 (2022) and later


def lower(model, height=None, width=None, batch=None):
    """Converts a model.

    Args:
      model: what `model_directory.load` gives.
      height: h of the pictures; None: any, chosen at every call.
      width: w, the same.
      batch: b, the pictures in a call, the same.

    Returns:
      Bytes: an .onnx file that takes `images`, uint8 [b, h, w, 3] RGB, and
      returns `sharp`, the deblurred pictures, uint8 [b, h, w, 3]. It uses only
      ONNX's own operations.

    Raises:
      UserError: tf2onnx is not installed.
    """
    tf2onnx = _imported("tf2onnx")
    from ha_deblur.export.one_graph import deblurring
    deblur = deblurring(model, [batch, height, width, 3])
    program, _ = tf2onnx.convert.from_function(
        deblur, deblur.input_signature, opset=OPSET)
    for pictures in (*program.graph.input, *program.graph.output):
        size = pictures.type.tensor_type.shape.dim
        for dimension, name in zip(size, ("batch", "height", "width")):
            if not dimension.dim_value:
                dimension.dim_param = name  # tf2onnx's are numbers
    return program.SerializeToString()


def run(program, images):
    """Runs a converted program on the CPU by ONNX Runtime.

    Args:
      program: what `lower` returned.
      images: uint8 [b, h, w, 3].

    Returns:
      The deblurred pictures, a uint8 array like `images`.

    Raises:
      UserError: ONNX Runtime is not installed.
    """
    onnxruntime = _imported("onnxruntime")
    session = onnxruntime.InferenceSession(
        program, providers=["CPUExecutionProvider"])
    (sharp,) = session.run(["sharp"], {"images": images})
    return sharp


def _imported(name):
    """A module that the extra `onnx` installs."""
    try:
        return importlib.import_module(name)
    # onnx 1.19 looks in vain for types that TensorFlow 2.15's ml_dtypes lacks
    except (ImportError, AttributeError) as error:
        raise UserError(f"ONNX needs {name} ({error}): pip install "
                        "'ha-deblur[onnx]'") from error
