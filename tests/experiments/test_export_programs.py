"""TensorFlow Lite and ONNX programs give Deblurrer's own pictures."""

import importlib.util
import json
import sys

import pytest
import tensorflow as tf

from ha_deblur.commandline import UserError
from ha_deblur.export import onnx, tflite
from tests.experiments.exports import (
    TOLERANCE,
    export,
    levels_apart,
    noise,
)

needs_onnx = pytest.mark.skipif(
    None in map(importlib.util.find_spec, ("tf2onnx", "onnxruntime")),
    reason="the extra `onnx` is not installed")
SHAPES = [(1, 1, 1, 3), (1, 17, 301, 3), (2, 33, 40, 3)]


def program_of(done, output, form):
    """What an export for pictures of any size wrote, after some checks."""
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    about = json.loads((output / "program.json").read_text())
    for end in (about["inputs"][0], about["outputs"][0]):
        assert (end["shape"], end["dtype"]) == ([None, None, None, 3], "uint8")
    assert set(about["how_to_run"]) == {
        "tflite": {"TensorFlow Lite", "LiteRT"},
        "onnx": {"ONNX Runtime"}}[form]
    return (output / f"program.{form}").read_bytes()


def require_deblurred(deblur, images, sharp):
    assert sharp.shape == images.shape
    for i in range(len(images)):
        assert levels_apart(sharp[i], deblur(images[i])) <= TOLERANCE


def test_one_tflite_program_returns_any_size_as_deblurrer_does(
        deblur, saved, tmp_path):
    output = tmp_path / "program"
    done = export(f"--model={saved}", f"--output={output}", "--format=tflite")
    program = program_of(done, output, "tflite")
    assert b"Flex" not in program  # what only TensorFlow itself computes
    run = tf.lite.Interpreter(model_content=program).get_signature_runner(
        "serving_default")
    for shape in SHAPES:
        images = noise(*shape)
        require_deblurred(deblur, images, run(images=images)["sharp"])


def test_tflite_programs_of_one_size_take_it_without_being_resized(
        model, deblur):
    images = noise(1, 17, 35, 3)
    program = tflite.lower(model, height=17, width=35, batch=1)
    (taken,) = tf.lite.Interpreter(model_content=program).get_input_details()
    assert taken["shape_signature"].tolist() == [1, 17, 35, 3]
    require_deblurred(deblur, images, tflite.run(program, images))


def test_tflite_weights_in_16_bits_take_half_of_the_space(model, deblur):
    images = noise(1, 17, 35, 3)
    program = tflite.lower(model, float16=True)
    assert len(program) < 0.6 * 4 * model.count_params()  # of float32's bytes
    require_deblurred(deblur, images, tflite.run(program, images))


@needs_onnx
def test_one_onnx_program_returns_any_size_as_deblurrer_does(
        deblur, saved, tmp_path):
    import onnxruntime
    output = tmp_path / "program"
    done = export(f"--model={saved}", f"--output={output}", "--format=onnx")
    session = onnxruntime.InferenceSession(
        program_of(done, output, "onnx"), providers=["CPUExecutionProvider"])
    for end in (*session.get_inputs(), *session.get_outputs()):
        assert end.shape == ["batch", "height", "width", 3]
        assert end.type == "tensor(uint8)"
    for shape in SHAPES:
        images = noise(*shape)
        (sharp,) = session.run(["sharp"], {"images": images})
        require_deblurred(deblur, images, sharp)


@needs_onnx
def test_onnx_programs_of_one_size_need_no_operations_of_others(model, deblur):
    from onnx import checker, load_from_string
    images = noise(2, 17, 35, 3)
    program = onnx.lower(model, height=17, width=35, batch=2)
    checker.check_model(program)
    graph = load_from_string(program).graph
    assert {node.domain for node in graph.node} == {""}  # ONNX's own
    size = graph.input[0].type.tensor_type.shape.dim
    assert [dimension.dim_value for dimension in size] == [2, 17, 35, 3]
    require_deblurred(deblur, images, onnx.run(program, images))


def test_onnx_without_tf2onnx_ends_in_a_line_that_names_the_remedy(
        model, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(UserError, match=r"ONNX needs tf2onnx .*\[onnx\]"):
        onnx.lower(model)
