"""Models to export, test and ship, and what is expected of the exports."""

import pytest
import tensorflow as tf

from ha_deblur import model_directory, presets
from ha_deblur.inference.deblurrer import Deblurrer
from ha_deblur.model.multi_scale import MultiScaleDeblur
from tests.conftest import random_fast


@pytest.fixture(scope="session")
def saved(made_once):
    """A model directory; its last layers, zeros at first, are filled.

    The same in all three colours, and little: else the guard would step in.
    """
    return made_once("filled-tiny", _save_filled)


def _save_filled(directory):
    tf.keras.utils.set_random_seed(0)
    model = MultiScaleDeblur(presets.get("tiny"))
    for seed, variable in enumerate(model.variables):
        if "to_rgb" in variable.name or "bias" in variable.name:
            last = "to_rgb" in variable.name
            shape = [*variable.shape[:-1], 1] if last else variable.shape
            variable.assign_add((0.003 if last else 0.01) * tf.broadcast_to(
                tf.random.stateless_normal(shape, [seed, 0]), variable.shape))
    model_directory.save(model, model.preset, directory)


@pytest.fixture(scope="session")
def model(saved):
    return model_directory.load(saved)


@pytest.fixture(scope="session")
def deblur(model):
    """From Python: uint8 [h, w, 3] of any size to the same."""
    deblurrer = Deblurrer(model)
    return lambda image: deblurrer.deblur(image, branches=False).sharp


@pytest.fixture
def identity(tmp_path):
    """A model directory whose network changes nothing: its last layers are 0.

    It is a quick one, for many pictures.
    """
    model = random_fast("quick", deep_units=0)
    for weight in model.weights:
        if "to_rgb" in weight.name:
            weight.assign(tf.zeros_like(weight))
    model_directory.save(model, model.preset, tmp_path / "identity")
    return tmp_path / "identity"
