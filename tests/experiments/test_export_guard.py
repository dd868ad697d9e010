"""Every export holds its results to what deblurring can do, as Deblurrer."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.export import onnx, stablehlo, tflite
from ha_deblur.export.serving import Serving
from tests.conftest import random_fast

# Little contrast, so that noise is far beyond it; 40 and 56 are no multiples of
# 32, which the model takes.
PICTURE = np.random.default_rng(1).integers(96, 160, [1, 40, 56, 3], np.uint8)


@pytest.fixture(scope="module")
def exploding():
    """A small `fast` whose last layer is far too large."""
    model = random_fast("wild")
    for weight in model.parts.decoder.primary[-1].end.weights:
        weight.assign(500 * weight)
    unguarded = model(PICTURE[:, :32, :32] / np.float32(255))[0]["primary"]
    assert np.abs(unguarded).max() > 10
    return model


def test_saved_model(exploding, tmp_path):
    Serving(exploding).save(tmp_path / "saved")
    answers = tf.saved_model.load(str(tmp_path / "saved")).signatures
    np.testing.assert_array_equal(
        answers["serving_default"](images=tf.constant(PICTURE))["sharp"],
        PICTURE)
    file = tf.io.encode_png(PICTURE[0])[tf.newaxis]
    png = answers["encoded"](image_bytes=file)["png_bytes"][0]
    np.testing.assert_array_equal(tf.io.decode_png(png), PICTURE[0])


@pytest.mark.parametrize("size", [(), (40, 56, 1)])
def test_tflite(exploding, size):
    np.testing.assert_array_equal(
        tflite.run(tflite.lower(exploding, *size), PICTURE), PICTURE)


def test_onnx(exploding):
    np.testing.assert_array_equal(
        onnx.run(onnx.lower(exploding), PICTURE), PICTURE)


def test_stablehlo(exploding):
    np.testing.assert_array_equal(
        stablehlo.run(stablehlo.lower(exploding, 40, 56), PICTURE), PICTURE)
