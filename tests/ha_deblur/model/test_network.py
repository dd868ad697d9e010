"""What all networks have in common: the contract, and no base in Keras."""

import pytest
import tensorflow as tf

from experiments.models import PRESETS
from ha_deblur.model.network import Network
from ha_deblur.presets import NetworkPreset
from tests.conftest import random_fast

NAMES = ("tiny", "without_attention_tiny", "single_scale_tiny", "nah2017_tiny",
         "tao2018_tiny", "kupyn2018_tiny")


@pytest.fixture(scope="module")
def models():
    made = {name: PRESETS[name].make() for name in NAMES}
    made["fast"] = random_fast("small")
    return made


def test_all_presets_and_models_meet_the_bases(models):
    assert all(isinstance(p, NetworkPreset) for p in PRESETS.values())
    for model in models.values():
        assert isinstance(model, Network)
        side = model.preset.size_multiple
        results = model.restore(tf.zeros([1, side, side, 3]),
                                heads=model.branches)
        assert len(results) == model.preset.scales
        for branch in model.branches:
            assert results[0][branch].shape == [1, side, side, 3]
        if model.preset.scales > 1:
            for name, channels in model.carried.items():
                coarser = model.at_scale(0)(tf.zeros([1, side, side, 3]))
                assert coarser[name].shape[-1] == channels
        if not model.preset.attention:
            with pytest.raises(ValueError, match="no attention"):
                model.restore(tf.zeros([1, side, side, 3]),
                              tf.zeros([1, side, side, 1]))


def test_ours_are_functional_and_the_baselines_are_not(models):
    """Keras would make every common base class of both functional."""
    image = tf.keras.Input([8, 8, 3])
    functional = type(tf.keras.Model(image, image))
    for name, model in models.items():
        ours = model.preset.three_branches
        assert isinstance(model, functional) == ours, name
    assert not issubclass(Network, tf.keras.Model)


def test_config_makes_the_same_model(models):
    for model in models.values():
        again = type(model).from_config(model.get_config())
        assert again.preset == model.preset
        assert [w.shape for w in again.weights] == [
            w.shape for w in model.weights]


def test_a_summary_lists_the_parts(models):
    for name in ("tiny", "fast"):
        lines = []
        models[name].summary(print_fn=lines.append)
        for part in ("attention", "encoder", "gate1", "decoder"):
            assert any(line.strip().startswith(part) for line in lines), part
