"""Writes a trained model for deployment, and checks what was written.

    python -m experiments.export --model=runs/paper --output=exported
    python -m experiments.export --model=runs/paper --output=exported \\
        --format=stablehlo --height=720 --width=1280

saved_model: a TensorFlow SavedModel for pictures of any size; it needs
TensorFlow alone. Signatures: `serving_default` (uint8 [b, h, w, 3]) and
`encoded` (the bytes of a JPEG or PNG file).

stablehlo: `program.stablehlo`, a StableHLO portable artifact for pictures of
one size, and `program.json`, which says what it takes, what it gives and how
IREE, JAX and TensorFlow run it.

Both compute the primary output only. What differs from the model by more than
one of 255 levels, on a picture of noise, is not kept.
"""

import dataclasses
import json
import pathlib
import tempfile

import numpy as np
from absl import flags, logging

import ha_deblur
from ha_deblur import commandline
from ha_deblur.commandline import UserError

FLAGS = flags.FLAGS
flags.DEFINE_string("model", None, "A model directory, or a run's.",
                    required=True)
flags.DEFINE_string("output", None, "The folder to write; absent or empty.",
                    required=True)
flags.DEFINE_enum("format", "saved_model", ["saved_model", "stablehlo"],
                  "What to write.")
flags.DEFINE_integer("height", None, "Of the pictures, in pixels; needed for "
                     "stablehlo.",
                     lower_bound=1)
flags.DEFINE_integer("width", None, "Of the pictures, in pixels; needed for "
                     "stablehlo.",
                     lower_bound=1)
flags.DEFINE_integer("batch", 1, "Pictures a call; for stablehlo.",
                     lower_bound=1)

TOLERANCE = 1  # of 255 levels: kernels that sum in another order round apart

HOW_TO_RUN = {
    "IREE": [
        "iree-compile --iree-hal-target-device=local"
        " --iree-hal-local-target-device-backends=llvm-cpu"
        " --iree-llvmcpu-target-cpu=host program.stablehlo -o program.vmfb",
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
        "sharp = ha_deblur.inference.stablehlo.run("
        "open('program.stablehlo', 'rb').read(), images)",
    ],
}


def main(arguments):
    """Exports one model; see the module's docstring."""
    if arguments:
        raise UserError(f"'{arguments[0]}' is no flag (--help lists them)")
    fixed_size = FLAGS.format == "stablehlo"
    if fixed_size and None in (FLAGS.height, FLAGS.width):
        raise UserError("--format=stablehlo is of one picture size: give "
                        "--height and --width too")
    if not fixed_size and (FLAGS["height"].present or FLAGS["width"].present
                           or FLAGS["batch"].present):
        raise UserError("--format=saved_model takes pictures of any size: "
                        "leave out --height, --width and --batch")
    output = pathlib.Path(FLAGS.output)
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise UserError(f"{output} exists and is not an empty folder: remove "
                        "it or give another --output")

    logging.set_verbosity(logging.WARNING)  # saving names temporary files
    from ha_deblur import model_directory
    model = model_directory.load(FLAGS.model)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
            prefix=f".{output.name}-", dir=output.parent) as beside:
        # a folder in the temporary one, whose own mode would be private
        partial = pathlib.Path(beside) / "exported"
        if fixed_size:
            write_stablehlo(model, partial)
        else:
            write_saved_model(model, partial)
        if output.exists():
            output.rmdir()  # empty, seen above
        partial.replace(output)
    size = sum(file.stat().st_size for file in output.rglob("*")
               if file.is_file())
    print(f"{output}: {FLAGS.format}, {size / 1e6:.1f} MB, "
          "checked against the model")


def write_saved_model(model, directory):
    """Writes a SavedModel and checks its default signature."""
    import tensorflow as tf

    from ha_deblur.inference.serving import Serving
    Serving(model).save(directory)
    deblur = tf.saved_model.load(str(directory)).signatures["serving_default"]
    require_equal(
        model, lambda images: deblur(images=images)["sharp"], [1, 37, 53, 3])


def write_stablehlo(model, directory):
    """Writes `program.stablehlo` and `program.json`, and checks the program."""
    import tensorflow as tf

    from ha_deblur.inference import stablehlo
    shape = [FLAGS.batch, FLAGS.height, FLAGS.width, 3]
    program = stablehlo.lower(
        model, FLAGS.height, FLAGS.width, FLAGS.batch)
    require_equal(model, lambda images: stablehlo.run(program, images), shape)
    directory.mkdir()
    (directory / "program.stablehlo").write_bytes(program)
    pictures = {"shape": shape, "dtype": "uint8", "range": [0, 255],
                "layout": "NHWC, RGB"}
    (directory / "program.json").write_text(json.dumps({
        "format": "StableHLO portable artifact (VHLO bytecode)",
        "stablehlo_version": stablehlo.VERSION,
        "function": "main",
        "inputs": [{"name": "images", **pictures}],
        "outputs": [{"name": "sharp", **pictures}],
        "preset": dataclasses.asdict(model.preset),
        "ha_deblur_version": ha_deblur.__version__,
        "tensorflow_version": tf.__version__,
        "how_to_run": HOW_TO_RUN,
    }, indent=1) + "\n")


def require_equal(model, exported, shape):
    """Compares what was exported with the model, on noise of a shape.

    Raises:
      UserError: they differ by more than TOLERANCE levels.
    """
    import tensorflow as tf

    from ha_deblur.inference.restore import restore_uint8
    images = tf.constant(
        np.random.default_rng(0).integers(0, 256, shape, np.uint8))
    expected = restore_uint8(model, images)["primary"].numpy().astype(int)
    difference = np.abs(exported(images).numpy() - expected).max()
    if difference > TOLERANCE:
        raise UserError(
            f"the export of {FLAGS.model} differs from the model by "
            f"{difference} of 255 levels and was not kept: install the "
            "TensorFlow version that setup.py names")


if __name__ == "__main__":
    commandline.run(main)
