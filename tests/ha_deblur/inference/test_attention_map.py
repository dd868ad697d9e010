"""Attention without deblurring: of models, and of attention alone."""

import json

import numpy as np
import pytest

from ha_deblur import model_directory, presets
from ha_deblur.commandline import UserError
from ha_deblur.inference import attention_map
from ha_deblur.model.attention import alone
from tests.conftest import random_model


PAPER = presets.Preset("micro", width=2, scales=1)
FAST = presets.FastPreset("micro", width=4, attention_units=1)


def save_attention(directory, preset=PAPER):
    """A run of attention alone; gives its HumanAttention."""
    attention = preset.make_attention()
    model_directory.save(
        alone(attention), preset, directory, kind="attention")
    return attention


def test_it_is_the_map_that_deblurring_takes(photos, tmp_path):
    micro = random_model("micro", width=2, units_per_block=1, scales=1)
    model_directory.save(micro, micro.preset, tmp_path)
    image = photos(37, 53)  # no multiples of 8
    padded = np.pad(image, ((0, 3), (0, 3), (0, 0)), mode="reflect")
    taken = micro.restore(np.float32(padded[np.newaxis]) / 255)[0]["attention"]
    assert np.ptp(taken) > 0.01
    np.testing.assert_allclose(
        attention_map.load(tmp_path)(image), taken[0, :37, :53, 0], atol=1e-6)


@pytest.mark.parametrize("preset", [PAPER, FAST])
def test_a_run_of_attention_alone_has_a_map(tmp_path, photos, preset):
    attention = save_attention(tmp_path, preset)
    image = photos(32, 64)
    np.testing.assert_allclose(
        attention_map.load(tmp_path)(image),
        attention(np.float32(image[np.newaxis]) / 255)[0, ..., 0], atol=1e-6)


def test_models_that_see_nobody_are_refused_by_name(tmp_path):
    for name, config in (
            ("plain", {"preset": {"name": "plain", "attention": False}}),
            ("other", {"network": "nah2017", "preset": {"name": "nah2017"}})):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(
            json.dumps({"kind": "model", **config}))
        with pytest.raises(UserError, match="has no attention") as raised:
            attention_map.load(tmp_path / name)
        assert str(raised.value).startswith(str(tmp_path / name))


@pytest.mark.parametrize("config, complaint", [
    (None, "is no model directory"), ("{", "is damaged"), ("[]", "is damaged"),
    ('{"kind": "attention", "preset": {"name": "a", "width": 2}}',
     "holds no model.weights.h5")])
def test_missing_and_damaged_models_are_refused_by_name(
        tmp_path, config, complaint):
    if config:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(UserError, match=complaint) as raised:
        attention_map.load(tmp_path)
    assert str(raised.value).startswith(str(tmp_path))


def test_damaged_weights_are_refused(tmp_path):
    save_attention(tmp_path)
    weights = tmp_path / "model.weights.h5"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(UserError, match="is damaged"):
        attention_map.load(tmp_path)
