"""Model directories as older versions wrote them load, or tell why not."""

import json
import re

import h5py
import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import model_directory, older_models
from ha_deblur.commandline import UserError
from ha_deblur.model.attention import alone
from ha_deblur.presets import FastPreset, Preset
from tests.conftest import random_fast, random_model

SWITCHES = {"kernel": 3, "fold": 4, "flat": True, "gated": True,
            "encoder_units": 3, "narrowing": 2, "units_per_block": 1,
            "scales": 1, "attention": True, "bounded": True}
NONE = {"kernel": 5, "fold": 1, "flat": False, "gated": False,
        "encoder_units": None, "narrowing": 1, "deep_units": 0,
        "deep_channels": 0, "bounded": False, "attention_units": 0}


def make_older(directory, limits=True):
    """Turns the files of a `fast` into what an older version wrote."""
    path = directory / "config.json"
    config = json.loads(path.read_text())
    config["network"] = "human_aware"
    config["preset"].update({**SWITCHES, "bounded": limits})
    path.write_text(json.dumps(config))

    def older(name):
        for now, then in (
                ("fast_attention", "human_attention"),
                ("fast_encoder", "residual_encoder"),
                ("fast_decoder", "multi_head_decoder"),
                ("fast_stage", "encoder_stage"),
                ("fast_block", "decoder_block"),
                (r"(bounded|attention)_unit", "residual_unit")):
            name = re.sub(rf"/{now}(?=_\d|/|$)", f"/{then}", name)
        return name

    weights = directory / "model.weights.h5"
    new = weights.rename(directory / "new.h5")
    with h5py.File(new) as source, h5py.File(weights, "w") as target:
        def copy(name, item):
            if isinstance(item, h5py.Group):
                target.require_group(older(name))
            elif limits or item.shape:  # single numbers are limits
                source.copy(item, target, older(name))
        source.visititems(copy)
        assert "layers/residual_encoder/stages/encoder_stage_1/units/" \
            "residual_unit_2/conv1/vars/0" in target
    new.unlink()


@pytest.mark.parametrize("deep_units, attention_units", [(2, 2), (0, 0)])
def test_an_older_fast_loads_equal(tmp_path, deep_units, attention_units):
    model = random_fast("fast", deep_units=deep_units, deep_channels=6,
                        attention_units=attention_units)
    model_directory.save(model, model.preset, tmp_path)
    make_older(tmp_path)
    loaded = model_directory.load(tmp_path)
    assert loaded.preset == model.preset
    for here, there in zip(loaded.weights, model.weights):
        assert here.name == there.name
        np.testing.assert_array_equal(here, there)
    assert not list(tmp_path.glob("*.tmp"))


def test_units_that_had_no_limits_have_none_that_counts(tmp_path):
    model = random_fast("fast")
    model_directory.save(model, model.preset, tmp_path)
    make_older(tmp_path, limits=False)
    loaded = model_directory.load(tmp_path)
    limits = [w.numpy() for w in loaded.weights if "limit" in w.name]
    assert limits == [np.finfo(np.float32).max] * (9 + 1 + 9)
    for unit in (u for u in model.submodules if hasattr(u, "limit")):
        unit.limit.assign(1e9)
    blurred = tf.random.stateless_uniform([1, 32, 32, 3], [0, 0])
    np.testing.assert_array_equal(loaded.restore(blurred)[0]["primary"],
                                  model.restore(blurred)[0]["primary"])


def test_an_older_attention_alone_loads_equal(tmp_path):
    preset = FastPreset("fast", width=4, attention_units=2)
    attention = preset.make_attention()
    model_directory.save(
        alone(attention), preset, tmp_path, kind="attention")
    make_older_attention(tmp_path)
    found = model_directory.read_preset(tmp_path, "attention")
    assert (found.network, found.width, found.attention_units) == ("fast", 4, 2)
    again = found.make_attention()
    model_directory.load_weights(alone(again), tmp_path)
    for here, there in zip(again.weights, attention.weights):
        np.testing.assert_array_equal(here, there)


def make_older_attention(directory):
    path = directory / "config.json"
    config = json.loads(path.read_text())
    config["network"] = "human_aware"
    config["preset"].update(SWITCHES)
    path.write_text(json.dumps(config))
    with h5py.File(directory / "model.weights.h5", "a") as file:
        layers = file["layers"]
        layers.move("fast_attention", "human_attention")
        units = layers["human_attention/units"]
        units.move("attention_unit", "residual_unit")
        units.move("attention_unit_1", "residual_unit_1")


@pytest.mark.parametrize("network", [{"network": "human_aware"}, {}])
def test_an_older_config_of_the_paper_s_network_loads(tmp_path, network):
    model = random_model("micro", width=2, units_per_block=1)
    model_directory.save(model, model.preset, tmp_path)
    path = tmp_path / "config.json"
    preset = {**json.loads(path.read_text())["preset"], **NONE}
    path.write_text(json.dumps({"kind": "model", **network, "preset": preset}))
    loaded = model_directory.load(tmp_path)
    assert loaded.preset == Preset("micro", width=2, units_per_block=1)
    for here, there in zip(loaded.weights, model.weights):
        np.testing.assert_array_equal(here, there)


@pytest.mark.parametrize("change", [
    {"kernel": 3}, {"bounded": True}, {"deep_units": 8},
    {**SWITCHES, "gated": False}, {**SWITCHES, "units_per_block": 2}])
def test_a_network_that_there_is_no_more_is_told_in_one_line(tmp_path, change):
    preset = {"name": "old", "width": 2, "units_per_block": 1, "scales": 3,
              "attention": True, **NONE, **change}
    (tmp_path / "config.json").write_text(json.dumps(
        {"kind": "model", "network": "human_aware", "preset": preset}))
    with pytest.raises(UserError, match="of an older version") as raised:
        model_directory.load(tmp_path)
    assert str(raised.value).startswith(str(tmp_path))
    assert "\n" not in str(raised.value)


def test_what_is_of_today_stays_as_it_is():
    for config in ({"network": "fast", "preset": {"name": "a"}},
                   {"network": "nah2017", "preset": {"fold": 7}}):
        assert older_models.updated(config, "somewhere") == config
