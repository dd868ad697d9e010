"""`program.json`, which stands beside an exported program and describes it."""

import dataclasses

import ha_deblur

HOW_TO_RUN = {
    "stablehlo": {
        "IREE": [
            "iree-compile --iree-hal-target-device=local"
            " --iree-hal-local-target-device-backends=llvm-cpu"
            " --iree-llvmcpu-target-cpu=host program.stablehlo"
            " -o program.vmfb",
            "iree-run-module --module=program.vmfb --device=local-task"
            " --function=main --input=@images.npy --output=@sharp.npy",
        ],
        "JAX": [
            "backend = jax.extend.backend.get_backend()",
            "devices = jaxlib.xla_client.DeviceList("
            "tuple(backend.local_devices()[:1]))",
            "program = backend.compile_and_load("
            "open('program.stablehlo', 'rb').read(), devices)",
            "(sharp,) = program.execute([jax.device_put(images)])",
        ],
        "TensorFlow": [
            "sharp = ha_deblur.export.stablehlo.run("
            "open('program.stablehlo', 'rb').read(), images)",
        ],
    },
    "tflite": {
        "LiteRT": [
            "import ai_edge_litert.interpreter",
            "interpreter = ai_edge_litert.interpreter.Interpreter("
            "'program.tflite')",
            "deblur = interpreter.get_signature_runner()",
            "sharp = deblur(images=images)['sharp']",
        ],
        "TensorFlow Lite": [
            "interpreter = tf.lite.Interpreter('program.tflite')",
            "deblur = interpreter.get_signature_runner()",
            "sharp = deblur(images=images)['sharp']",
        ],
    },
    "onnx": {
        "ONNX Runtime": [
            "session = onnxruntime.InferenceSession('program.onnx')",
            "(sharp,) = session.run(['sharp'], {'images': images})",
        ],
    },
}


def describe(form, preset, shape):
    """A program's inputs, outputs, versions and how to run it.

    Args:
      form: "stablehlo", "tflite" or "onnx".
      preset: the model's, a dataclass.
      shape: of the pictures, [b, h, w, 3]; None is any.

    Returns:
      A dict that JSON can hold.
    """
    import tensorflow as tf
    pictures = {"shape": shape, "dtype": "uint8", "range": [0, 255],
                "layout": "NHWC, RGB"}
    return {
        **_about(form),
        "inputs": [{"name": "images", **pictures}],
        "outputs": [{"name": "sharp", **pictures}],
        "preset": dataclasses.asdict(preset),
        "ha_deblur_version": ha_deblur.__version__,
        "tensorflow_version": tf.__version__,
        "how_to_run": HOW_TO_RUN[form],
    }


def _about(form):
    if form == "stablehlo":
        from ha_deblur.export import stablehlo
        return {"format": "StableHLO portable artifact (VHLO bytecode)",
                "stablehlo_version": stablehlo.VERSION, "function": "main"}
    if form == "tflite":
        return {"format": "TensorFlow Lite, built-in operations alone",
                "signature": "serving_default"}
    from ha_deblur.export import onnx
    return {"format": "ONNX", "opset": onnx.OPSET}
