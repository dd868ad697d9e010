"""The SavedModel gives Deblurrer's own pictures, and needs TensorFlow alone.

TensorFlow Serving itself is not run: `alone.py` decodes the requests as its
source does, and hands them to the signatures.
"""

import io
import json
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.experiments.exports import (
    ROOT,
    TOLERANCE,
    levels_apart,
    noise,
    restored_by_layers,
)

ALONE = [sys.executable, "-I",
         str(pathlib.Path(__file__).with_name("alone.py"))]
SIZES = [(64, 96), (1, 1), (17, 301), (255, 257)]


def pixels(file):
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.fixture(scope="module")
def saved_model(saved, made_once, python_command):
    def make(folder):
        done = python_command("experiments.export", f"--model={saved}",
                              f"--output={folder / 'below/saved_model'}")
        assert done.returncode == 0, done.stderr
        assert [path.name for path in (folder / "below").iterdir()] == [
            "saved_model"]
    return made_once("exports", make) / "below" / "saved_model"


@pytest.fixture(scope="module")
def photo():
    """A smooth picture as a JPEG file: its bytes."""
    file = io.BytesIO()
    Image.fromarray(noise(5, 4, 3)).resize((31, 45), Image.BICUBIC).save(
        file, "JPEG", quality=90)
    return file.getvalue()


@pytest.fixture(scope="module")
def answered(saved_model, photo, made_once, tmp_path_factory):
    """A folder of pictures, and what the SavedModel says to them."""
    return made_once("answers", lambda folder: _ask(
        saved_model, photo, folder, tmp_path_factory.mktemp("elsewhere")))


def _ask(saved_model, photo, folder, elsewhere):
    for height, width in SIZES:
        np.save(folder / f"{height}x{width}.npy", noise(1, height, width, 3))
    np.save(folder / "batch.npy", noise(2, 33, 40, 3))
    picture = Image.fromarray(noise(45, 31, 3))
    for mode in ("RGB", "L", "P", "RGBA"):
        picture.convert(mode).save(folder / f"{mode}.png")
    (folder / "photo.jpg").write_bytes(photo)
    (folder / "arrays.json").write_text(json.dumps(
        {"instances": noise(2, 9, 7, 3).tolist()}))
    done = subprocess.run(
        [*ALONE, str(saved_model), str(folder)], text=True,
        cwd=elsewhere, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_saved_model_alone_equals_the_whole_model(model, answered):
    expected = restored_by_layers(model, np.load(answered / "64x96.npy"))
    sharp = np.load(answered / "64x96.npy.answer.npy")
    assert levels_apart(sharp, expected) <= TOLERANCE


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_saved_model_returns_any_size_as_deblurrer_does(
        deblur, answered, height, width):
    (image,) = np.load(answered / f"{height}x{width}.npy")
    (sharp,) = np.load(answered / f"{height}x{width}.npy.answer.npy")
    assert sharp.dtype == np.uint8
    assert levels_apart(sharp, deblur(image)) <= TOLERANCE


def test_saved_model_answers_each_picture_of_a_batch_by_itself(
        deblur, answered):
    images = np.load(answered / "batch.npy")
    sharp = np.load(answered / "batch.npy.answer.npy")
    assert sharp.shape == images.shape
    for image, its in zip(images, sharp):
        assert levels_apart(its, deblur(image)) <= TOLERANCE


@pytest.mark.parametrize(
    "name", ["RGB.png", "L.png", "P.png", "RGBA.png", "photo.jpg"])
def test_files_come_back_as_png_of_what_pillow_reads_deblurred(
        deblur, answered, name):
    image = pixels(answered / name)
    sharp = pixels(answered / f"{name}.answer.png")
    assert levels_apart(sharp, deblur(image)) <= TOLERANCE


def test_arrays_in_a_rest_request_come_back_as_arrays(deblur, answered):
    answer = json.loads((answered / "arrays.json.answer.json").read_text())
    for image, sharp in zip(noise(2, 9, 7, 3), answer["predictions"]):
        assert levels_apart(np.array(sharp), deblur(image)) <= TOLERANCE


@pytest.mark.skipif(not shutil.which("base64") or not shutil.which("sed"),
                    reason="the documented request needs base64 and sed")
def test_the_documented_request_returns_what_deblurrer_does(
        deblur, saved_model, photo, tmp_path):
    (request,) = [
        block for block in re.findall(
            r"(?:\n    .*)+", (ROOT / "README.md").read_text())
        if "/v1/models/ha_deblur:predict" in block]
    (tmp_path / "photo.jpg").write_bytes(photo)
    # a `curl` that answers as the server would, from what it is given to send
    (tmp_path / "requests").mkdir()
    curl = tmp_path / "curl"
    curl.write_text(
        "#!/bin/sh\ncat > requests/it.json\n"
        f"'{ALONE[0]}' -I '{ALONE[2]}' '{saved_model}' requests\n"
        "cat requests/it.json.answer.json\n")
    curl.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", f"PATH='{tmp_path}':$PATH\n{request}"], cwd=tmp_path,
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert levels_apart(
        pixels(tmp_path / "sharp.png"),
        deblur(pixels(tmp_path / "photo.jpg"))) <= TOLERANCE


def test_the_two_signatures_have_one_input_and_output_of_plain_names(
        saved_model):
    done = subprocess.run(
        [sys.executable, "-m", "tensorflow.python.tools.saved_model_cli",
         "show", "--dir", str(saved_model), "--tag_set=serve",
         "--signature_def=encoded"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    for end in ("inputs['image_bytes']", "outputs['png_bytes']"):
        assert f"{end} tensor_info: dtype: DT_STRING shape: (-1)" in shown
    signatures = tf.saved_model.load(str(saved_model)).signatures
    assert sorted(signatures) == ["encoded", "serving_default"]
    default = signatures["serving_default"]
    for end, name in ((default.structured_input_signature[1], "images"),
                      (default.structured_outputs, "sharp")):
        assert end[name].shape.as_list() == [None, None, None, 3]
        assert end[name].dtype == tf.uint8


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
