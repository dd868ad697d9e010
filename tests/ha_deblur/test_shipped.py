"""Trained models that come with the package: names, checksums, float16."""

import json
import shutil

import numpy as np
import pytest

import ha_deblur
from experiments.shipping import half_precision
from ha_deblur import model_directory, shipped
from ha_deblur.commandline import UserError
from tests.conftest import random_fast


@pytest.fixture
def shelf(micro, tmp_path, monkeypatch):
    """A folder of shipped models that holds one, named fast."""
    directory = tmp_path / "shelf" / "fast"
    model_directory.save(micro, micro.preset, directory)
    half_precision.save_weights(micro, directory / model_directory.WEIGHTS)
    path = directory / model_directory.CONFIG
    config = json.loads(path.read_text())
    config["sha256"] = model_directory.sha256(
        directory / model_directory.WEIGHTS)
    config["about"] = {"parameters": 7}
    path.write_text(json.dumps(config))
    monkeypatch.setattr(shipped, "DIRECTORY", tmp_path / "shelf")
    return tmp_path / "shelf"


def test_a_name_loads_weights_rounded_to_float16(shelf, micro):
    loaded = model_directory.load("fast")
    for here, there in zip(loaded.weights, micro.weights):
        assert here.dtype == there.dtype  # float32 again
        np.testing.assert_array_equal(
            here, there.numpy().astype(np.float16).astype(np.float32))
    assert shipped.about("fast") == {"parameters": 7}


def test_half_precision_takes_half_the_bytes(shelf, micro, tmp_path):
    wide = ha_deblur.MultiScaleDeblur(ha_deblur.presets.get("tiny"))
    wide.save_weights(tmp_path / "whole.weights.h5")
    half_precision.save_weights(wide, tmp_path / "half.weights.h5")
    sizes = [(tmp_path / f"{name}.weights.h5").stat().st_size
             for name in ("half", "whole")]
    assert sizes[0] < 0.65 * sizes[1]


def test_limits_of_units_are_single_numbers_and_kept(tmp_path):
    model = random_fast("bounded")
    half_precision.save_weights(model, tmp_path / "a.weights.h5")
    before = [w.numpy() for w in model.weights]
    model.set_weights([np.zeros_like(w) for w in before])
    model.load_weights(tmp_path / "a.weights.h5")
    for weight, kept in zip(model.weights, before):
        np.testing.assert_array_equal(weight, kept.astype(np.float16))


def test_weights_that_float16_can_t_hold_are_refused(micro, tmp_path):
    kept = micro.get_weights()
    micro.set_weights([np.full_like(w, 1e6) for w in kept])
    try:
        with pytest.raises(ValueError, match="float16"):
            half_precision.save_weights(micro, tmp_path / "a.weights.h5")
    finally:
        micro.set_weights(kept)
    assert not (tmp_path / "a.weights.h5").exists()


def test_a_changed_byte_is_noticed(shelf):
    path = shelf / "fast" / model_directory.WEIGHTS
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="SHA-256"):
        model_directory.load("fast")


def test_settings_of_another_type_are_noticed(tmp_path, micro):
    model_directory.save(micro, micro.preset, tmp_path)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text())
    for key, value in (("width", "8"), ("width", None), ("attention", 1.5)):
        path.write_text(json.dumps(
            {**config, "preset": {**config["preset"], key: value}}))
        with pytest.raises(UserError, match=r"config\.json is damaged"):
            model_directory.read_preset(tmp_path)


def test_a_folder_of_that_name_wins(shelf, tmp_path, monkeypatch):
    shutil.copytree(shelf / "fast", tmp_path / "here" / "fast")
    monkeypatch.chdir(tmp_path / "here")
    assert shipped.directory_of("fast").resolve() == tmp_path / "here" / "fast"
    shutil.rmtree("fast")
    assert shipped.directory_of("fast") == shelf / "fast"


def test_an_unknown_name_is_told_those_there_are(shelf):
    with pytest.raises(UserError, match="shipped model's name: fast"):
        model_directory.load("slow")


def test_every_shipped_model_loads_and_has_its_card():
    assert shipped.names()[0] == shipped.DEFAULT
    for name in shipped.names():
        model = model_directory.load(name)
        assert shipped.about(name)["parameters"] == model.count_params()
        assert (shipped.DIRECTORY / name / "README.md").exists()


def test_models_lists_them(command):
    done = command("ha_deblur.commands", "models")
    assert done.returncode == 0, done.stderr
    for name in shipped.names():
        assert name in done.stdout
    told = json.loads(command(
        "ha_deblur.commands", "models", "--json").stdout)
    assert list(told) == shipped.names()
