"""What stands beside an exported program is true: its recipes run."""

import importlib.util
import json

import numpy as np
import pytest
import tensorflow as tf

import ha_deblur
import ha_deblur.export.stablehlo
from ha_deblur.export import one_graph, program_description, tflite

SHAPE = [1, 32, 32, 3]


@pytest.mark.parametrize("form, tool, lower", [
    ("stablehlo", "TensorFlow", ha_deblur.export.stablehlo.lower),
    ("tflite", "TensorFlow Lite", tflite.lower),
    pytest.param("tflite", "LiteRT", tflite.lower, marks=pytest.mark.skipif(
        not importlib.util.find_spec("ai_edge_litert"),
        reason="ai-edge-litert is not installed"))])
def test_the_python_lines_deblur(
        form, tool, lower, micro, tmp_path, monkeypatch):
    (tmp_path / f"program.{form}").write_bytes(lower(micro, 32, 32, 1))
    monkeypatch.chdir(tmp_path)
    images = np.random.default_rng(0).integers(64, 192, SHAPE, np.uint8)
    names = {"ha_deblur": ha_deblur, "tf": tf, "images": images}
    exec("\n".join(program_description.HOW_TO_RUN[form][tool]), names)
    expected = one_graph.restore_uint8(micro, images)["primary"].numpy()
    assert np.abs(names["sharp"].astype(int) - expected).max() <= 1


@pytest.mark.parametrize("form, known", [
    ("stablehlo", {"function": "main"}),
    ("tflite", {"signature": "serving_default"}), ("onnx", {"opset": 17})])
def test_a_description_is_json_and_tells_shapes_and_versions(
        form, known, micro):
    about = program_description.describe(form, micro.preset, SHAPE)
    assert json.loads(json.dumps(about)) == about
    assert known.items() <= about.items()
    assert about["inputs"] == [{
        "name": "images", "shape": SHAPE, "dtype": "uint8",
        "range": [0, 255], "layout": "NHWC, RGB"}]
    assert about["outputs"] == [{**about["inputs"][0], "name": "sharp"}]
    assert about["preset"]["width"] == 2
    assert about["ha_deblur_version"] == ha_deblur.__version__
    assert about["how_to_run"] == program_description.HOW_TO_RUN[form]
