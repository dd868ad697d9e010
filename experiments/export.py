"""Exports a trained model for deployment, and checks the exported program.

    python -m experiments.export --model=runs/paper --output=exported
    python -m experiments.export --model=runs/paper --output=exported \\
        --format=stablehlo --height=720 --width=1280

saved_model: a TensorFlow SavedModel for pictures of any size; it needs only
TensorFlow. Signatures: `serving_default` (uint8 [b, h, w, 3]) and `encoded`
(the bytes of JPEG or PNG files).

The others are programs that contain the weights, with a `program.json` that
describes their inputs and outputs and how to run them.

stablehlo: `program.stablehlo`, a StableHLO portable artifact for pictures of
one size; IREE, JAX and TensorFlow run it.

tflite: `program.tflite` for TensorFlow Lite, with built-in operations only.

onnx: `program.onnx`, opset 17, for ONNX Runtime and others. It needs tf2onnx
(`pip install .[onnx]`); `paper` takes a minute or more.

The last two take pictures of any size or, with --height and --width, of one
size: drivers of some phones and GPUs accept only that.

All compute the primary output only, for the whole picture at once, without
tiles. An export that differs from the model by more than one of 255 levels, on
a picture of noise, is not kept.
"""

import importlib
import pathlib
import tempfile

import numpy as np
from absl import flags

from ha_deblur import commandline, whole_file
from ha_deblur.commandline import UserError
from ha_deblur.export import program_description

FLAGS = flags.FLAGS
flags.DEFINE_string("model", None, "A model or run directory, or a shipped "
                    "model's name.", required=True)
flags.DEFINE_string("output", None, "The folder to write; absent or empty.",
                    required=True)
flags.DEFINE_enum("format", "saved_model",
                  ["saved_model", "stablehlo", "tflite", "onnx"],
                  "What to write.")
flags.DEFINE_integer("height", None, "Of the pictures, in pixels; needed for "
                     "stablehlo.",
                     lower_bound=1)
flags.DEFINE_integer("width", None, "Of the pictures, in pixels; needed for "
                     "stablehlo.",
                     lower_bound=1)
flags.DEFINE_integer("batch", 1, "Pictures per call, if height and width are "
                     "given.", lower_bound=1)
flags.DEFINE_boolean("float16", False, "Store the weights in float16, in half "
                     "the space; for tflite.")

TOLERANCE = 1  # of 255 levels: kernels sum in different orders, and round so


def main(arguments):
    """Exports one model; see the module's docstring."""
    if arguments:
        raise UserError(f"'{arguments[0]}' is no flag (--help lists them)")
    shape = shape_of_pictures()
    if FLAGS.float16 and FLAGS.format != "tflite":
        raise UserError("--float16 is for --format=tflite")
    output = pathlib.Path(FLAGS.output)
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise UserError(f"{output} exists and is not an empty folder: remove "
                        "it or give another --output")

    from ha_deblur import model_directory
    model = model_directory.load(FLAGS.model)
    if not model.exportable:
        raise UserError(f"{FLAGS.model} can't be exported: '"
                        f"{model.preset.name}' computes a part in Python")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
            prefix=f".{output.name}-", dir=output.parent) as beside:
        # a subfolder, because the temporary folder itself has a private mode
        partial = pathlib.Path(beside) / "exported"
        if FLAGS.format == "saved_model":
            write_saved_model(model, partial)
        else:
            write_program(model, shape, partial)
        if output.exists():
            output.rmdir()  # empty, as checked above
        partial.replace(output)
    size = sum(file.stat().st_size for file in output.rglob("*")
               if file.is_file())
    print(f"{output}: {FLAGS.format}, {size / 1e6:.1f} MB, "
          "checked against the model")


def shape_of_pictures():
    """The export's input shape: [b, h, w, 3], None where it is not fixed.

    Raises:
      UserError: the format does not take, or needs, the flags for the size.
    """
    given = [FLAGS[name].present for name in ("height", "width", "batch")]
    if FLAGS.format == "saved_model" and any(given):
        raise UserError("--format=saved_model takes pictures of any size: "
                        "leave out --height, --width and --batch")
    if None not in (FLAGS.height, FLAGS.width):
        return [FLAGS.batch, FLAGS.height, FLAGS.width, 3]
    if FLAGS.format == "stablehlo":
        raise UserError("--format=stablehlo is of one picture size: give "
                        "--height and --width too")
    if any(given):
        raise UserError("for pictures of one size give --height and --width "
                        "both; for any size leave out --batch too")
    return [None, None, None, 3]


def write_saved_model(model, directory):
    """Writes a SavedModel and checks its default signature."""
    from ha_deblur.export import saved_model
    saved_model.write(model, directory)
    require_equal(model, lambda images: saved_model.run(directory, images),
                  [1, 37, 53, 3])


def write_program(model, shape, directory):
    """Writes `program.FORMAT` and `program.json`, and checks the program."""
    converter = importlib.import_module(f"ha_deblur.export.{FLAGS.format}")
    batch, height, width, _ = shape
    options = {"float16": True} if FLAGS.float16 else {}
    program = converter.lower(model, height, width, batch, **options)
    require_equal(
        model, lambda images: converter.run(program, images),
        [size or any_size for size, any_size in zip(shape, [2, 37, 53, 3])])
    directory.mkdir()
    (directory / f"program.{FLAGS.format}").write_bytes(program)
    about = program_description.describe(FLAGS.format, model.preset, shape)
    whole_file.write_json(directory / "program.json", about)


def require_equal(model, exported, shape):
    """Compares the exported program with the model, on noise of a given shape.

    Raises:
      UserError: they differ by more than TOLERANCE levels.
    """
    from ha_deblur.export.one_graph import restore_uint8
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    expected = restore_uint8(model, images)["primary"].numpy().astype(int)
    difference = np.abs(np.asarray(exported(images)) - expected).max()
    if difference > TOLERANCE:
        raise UserError(
            f"the export of {FLAGS.model} differs from the model by "
            f"{difference} of 255 levels and was not kept: "
            + ("leave out --float16" if FLAGS.float16 else
               "install the TensorFlow version that setup.py names"))


if __name__ == "__main__":
    commandline.run(main)
