"""What is exported gives the model's own pictures, and needs nothing else.

Tolerance: one of 255 levels. The same sums in another order round apart by
some 1e-6, which moves a value to the next level only when it lies between two.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import model_directory, presets
from ha_deblur.inference import stablehlo
from ha_deblur.inference.deblurrer import Deblurrer
from ha_deblur.model.multi_scale import MultiScaleDeblur

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOLERANCE = 1
SIZES = [(64, 96), (1, 1), (17, 301), (255, 257)]

# Answers every picture of a folder, in a process that has no ha_deblur.
ALONE = """
import pathlib, sys
sys.modules["ha_deblur"] = None  # import fails even where it is installed
try:
    import ha_deblur
except ImportError:
    import numpy as np
    import tensorflow as tf
else:
    sys.exit("ha_deblur can be imported")
saved_model, folder = sys.argv[1:]
signatures = tf.saved_model.load(saved_model).signatures
answers = {}
for path in sorted(pathlib.Path(folder).iterdir()):
    if path.suffix == ".npy":
        answer = signatures["serving_default"](images=np.load(path))
    else:
        answer = signatures["encoded"](encoded=tf.constant(path.read_bytes()))
        path.with_suffix(".answer").write_bytes(answer["png"].numpy())
    answers[path.name] = answer["sharp"].numpy()
np.savez(folder + ".npz", **answers)
"""


def export(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "experiments.export", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True)


def noise(*shape):
    # of middle brightness: what is restored stays between black and white
    return np.random.default_rng(7).integers(64, 192, shape, np.uint8)


def levels_apart(a, b):
    assert a.shape == b.shape
    return np.abs(a.astype(int) - b.astype(int)).max()


def restored_by_layers(model, images):
    """The whole model, all heads, on a size that needs no padding."""
    restored = model(images / np.float32(255))[0]["primary"].numpy()
    return np.clip(np.round(255 * restored), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model directory; its last layers, zeros at first, are filled."""
    tf.keras.utils.set_random_seed(0)
    model = MultiScaleDeblur(presets.get("tiny"))
    for seed, variable in enumerate(model.variables):
        if "to_rgb" in variable.name or "bias" in variable.name:
            variable.assign_add(0.01 * tf.random.stateless_normal(
                variable.shape, [seed, 0]))
    directory = tmp_path_factory.mktemp("model")
    model_directory.save(model, model.preset, directory)
    return directory


@pytest.fixture(scope="module")
def model(saved):
    return model_directory.load(saved)


@pytest.fixture(scope="module")
def deblur(model):
    """From Python: uint8 [h, w, 3] of any size to the same."""
    deblurrer = Deblurrer(model)
    return lambda image: deblurrer.deblur(image, branches=False).sharp


@pytest.fixture(scope="module")
def saved_model(saved, tmp_path_factory):
    directory = tmp_path_factory.mktemp("exports") / "below" / "saved_model"
    done = export(f"--model={saved}", f"--output={directory}")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in directory.parent.iterdir()] == ["saved_model"]
    return directory


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A folder of pictures: arrays and files."""
    folder = tmp_path_factory.mktemp("given")
    for height, width in SIZES:
        np.save(folder / f"{height}x{width}.npy", noise(1, height, width, 3))
    np.save(folder / "batch.npy", noise(2, 33, 40, 3))
    picture = noise(45, 31, 3)
    (folder / "rgb.png").write_bytes(tf.io.encode_png(picture).numpy())
    (folder / "gray.png").write_bytes(
        tf.io.encode_png(picture[..., :1]).numpy())
    (folder / "photo.jpg").write_bytes(tf.io.encode_jpeg(picture).numpy())
    return folder


@pytest.fixture(scope="module")
def answers(saved_model, given, tmp_path_factory):
    """What the SavedModel says in a process without this package."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(saved_model), str(given)],
        cwd=tmp_path_factory.mktemp("elsewhere"), capture_output=True,
        text=True)
    assert done.returncode == 0, done.stderr
    return dict(np.load(f"{given}.npz"))


def test_the_model_under_test_changes_pictures_and_does_not_saturate(model):
    images = noise(1, 64, 96, 3)
    restored = restored_by_layers(model, images)
    assert np.abs(restored.astype(int) - images).mean() > 5
    assert np.isin(restored, (0, 255)).mean() < 0.05


def test_saved_model_alone_equals_the_whole_model(model, given, answers):
    images = np.load(given / "64x96.npy")
    expected = restored_by_layers(model, images)
    assert levels_apart(answers["64x96.npy"], expected) <= TOLERANCE


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_saved_model_returns_any_size_as_deblurrer_does(
        deblur, given, answers, height, width):
    sharp = answers[f"{height}x{width}.npy"]
    assert sharp.dtype == np.uint8
    assert sharp.shape == (1, height, width, 3)
    [image] = np.load(given / f"{height}x{width}.npy")
    assert levels_apart(sharp[0], deblur(image)) <= TOLERANCE


def test_saved_model_answers_each_picture_of_a_batch_by_itself(
        deblur, given, answers):
    images = np.load(given / "batch.npy")
    assert answers["batch.npy"].shape == images.shape
    for image, sharp in zip(images, answers["batch.npy"]):
        assert levels_apart(sharp, deblur(image)) <= TOLERANCE


@pytest.mark.parametrize("name", ["rgb.png", "gray.png", "photo.jpg"])
def test_encoded_pictures_come_back_as_pixels_and_as_png(
        deblur, given, answers, name):
    image = tf.io.decode_image((given / name).read_bytes(), channels=3)
    assert levels_apart(answers[name], deblur(image)) <= TOLERANCE
    png = tf.io.decode_png((given / name).with_suffix(".answer").read_bytes())
    np.testing.assert_array_equal(png, answers[name])


def test_saved_model_holds_nothing_of_the_heads_it_does_not_answer(
        model, saved_model):
    graph = (saved_model / "saved_model.pb").read_bytes()
    for name in (b"primary_block3", b"foreground_block2", b"background_block2"):
        assert name in graph
    for name in (b"foreground_block3", b"background_block3"):
        assert name not in graph
    left_out = [variable for variable in model.variables
                if "foreground_block3" in variable.name
                or "background_block3" in variable.name]
    # a residual unit's two convolutions and the one to RGB, of two branches
    assert len(left_out) == 2 * 3 * 2
    stored = [shape for name, shape in tf.train.list_variables(
        str(saved_model / "variables" / "variables"))
        if name.endswith("VARIABLE_VALUE")]
    assert len(stored) == len(model.variables) - len(left_out)
    assert (sum(int(np.prod(shape)) for shape in stored)
            == model.count_params() - sum(int(tf.size(v)) for v in left_out))


def test_stablehlo_program_equals_the_whole_model(model, saved, tmp_path):
    output = tmp_path / "program"
    output.mkdir()  # an empty folder is welcome
    done = export(f"--model={saved}", f"--output={output}",
                  "--format=stablehlo", "--height=32", "--width=64")
    assert done.returncode == 0, done.stderr
    about = json.loads((output / "program.json").read_text())
    program = (output / "program.stablehlo").read_bytes()
    assert program.startswith(b"ML\xefR")  # MLIR bytecode
    assert b"StableHLO_v" + about["stablehlo_version"].encode() in program[:32]
    for end in (about["inputs"][0], about["outputs"][0]):
        assert (end["shape"], end["dtype"]) == ([1, 32, 64, 3], "uint8")
    assert about["preset"]["name"] == "tiny"
    images = noise(1, 32, 64, 3)
    assert levels_apart(
        stablehlo.run(program, images).numpy(),
        restored_by_layers(model, images)) <= TOLERANCE


def test_stablehlo_programs_are_of_any_fixed_size_and_batch(model, deblur):
    images = noise(2, 17, 35, 3)
    program = stablehlo.lower(model, height=17, width=35, batch=2)
    assert b"torch_index_select" not in program  # not in the specification
    sharp = stablehlo.run(program, images).numpy()
    assert sharp.shape == images.shape
    for i in range(2):
        assert levels_apart(sharp[i], deblur(images[i])) <= TOLERANCE


def test_an_export_that_differs_from_the_model_is_not_kept(saved, tmp_path):
    # the program's runner is replaced by one that returns what it is given
    wrong = (
        "import runpy\n"
        "from ha_deblur.inference import stablehlo\n"
        "stablehlo.run = lambda program, images: images\n"
        "runpy.run_module('experiments.export', run_name='__main__')\n")
    done = subprocess.run(
        [sys.executable, "-c", wrong, f"--model={saved}",
         f"--output={tmp_path / 'program'}", "--format=stablehlo",
         "--height=32", "--width=32"],
        cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "differs from the model" in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_never_overwritten(saved, tmp_path):
    (tmp_path / "precious").write_text("kept")
    done = export(f"--model={saved}", f"--output={tmp_path}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {tmp_path} exists")
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize(("arguments", "remedy"), [
    (["--format=stablehlo", "--height=32"], "give --height and --width"),
    (["--height=32", "--width=32"], "leave out --height, --width"),
    (["--format=stablehlo", "--height=0", "--width=32"], "--height=0"),
    (["stray"], "'stray'"),
    ([], "absent_model is no model directory"),
])
def test_wrong_arguments_end_in_one_line(tmp_path, arguments, remedy):
    done = export("--model=absent_model", f"--output={tmp_path / 'out'}",
                  *arguments)
    assert done.returncode == 2
    assert remedy in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out").exists()
