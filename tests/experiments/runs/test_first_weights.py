"""What a new run may start from, and what it then has."""

import dataclasses

import numpy as np
import pytest

from experiments.runs import first_weights
from ha_deblur import model_directory
from ha_deblur.commandline import UserError
from ha_deblur.model.attention import alone
from ha_deblur.model.fast.bounded_unit import FIRST_LIMIT
from ha_deblur.presets import FastPreset, Preset
from tests.conftest import random_fast

DEEP = FastPreset("deep", 4, 2, 4, 1)


def saved(directory, preset):
    model = preset.make()
    model_directory.save(model, preset, directory)
    return model


@pytest.mark.parametrize("found", [
    DEEP, FastPreset("other name", 4, 2, 4, 1), FastPreset("a", 4, 2, 4, 0),
    FastPreset("a", 4, 0, 0, 1), FastPreset("a", 4, 0, 0, 0)])
def test_a_fast_may_lack_the_deep_stage_and_units(tmp_path, found):
    saved(tmp_path, found)
    first_weights.check_init(tmp_path, DEEP)


@pytest.mark.parametrize("found", [
    FastPreset("a", 8, 2, 4, 1), FastPreset("a", 4, 1, 4, 1),
    FastPreset("a", 4, 2, 4, 2), Preset("a", width=4, units_per_block=1)])
def test_other_layers_are_refused(tmp_path, found):
    saved(tmp_path, found)
    with pytest.raises(UserError, match="can't go on with; give --preset=a"):
        first_weights.check_init(tmp_path, DEEP)


def test_weights_are_taken_by_name_and_a_missing_limit_is_the_first(tmp_path):
    trained = random_fast("shallow", deep_units=0, deep_channels=0)
    bounded, unbounded = (stage.units[0] for stage in
                          trained.parts.encoder.stages[:2])
    bounded.limit.assign(2.5)
    unbounded.limit.assign(unbounded.limit.dtype.max)  # as an older model's
    model_directory.save(trained, trained.preset, tmp_path)
    model = DEEP.make()
    first_weights.load_init(model, tmp_path)
    found = {weight.name: weight for weight in model.variables}
    for weight in trained.variables:
        if weight is unbounded.limit:
            assert float(found.pop(weight.name)) == FIRST_LIMIT
        else:
            np.testing.assert_array_equal(found.pop(weight.name), weight)
    assert {name.split("/deep/")[0] for name in found} == {"encoder"}


def test_attention_that_gets_units_starts_anew(tmp_path):
    trained = random_fast("plain", 4, 2, 4, attention_units=0)
    model_directory.save(trained, trained.preset, tmp_path)
    model = DEEP.make()
    before = model.parts.attention.get_weights()
    first_weights.load_init(model, tmp_path)
    for kept, weight in zip(before, model.parts.attention.get_weights()):
        np.testing.assert_array_equal(kept, weight)
    for taken, weight in zip(model.parts.decoder.get_weights(),
                             trained.parts.decoder.get_weights()):
        np.testing.assert_array_equal(taken, weight)


def test_a_pretrained_attention_must_be_of_the_same_shape(tmp_path):
    attention = DEEP.make_attention()
    model_directory.save(alone(attention), DEEP, tmp_path, kind="attention")
    first_weights.check_attention(tmp_path, DEEP)
    model = DEEP.make()
    first_weights.load_attention(model, tmp_path)
    for taken, weight in zip(model.parts.attention.get_weights(),
                             attention.get_weights()):
        np.testing.assert_array_equal(taken, weight)
    for other in (dataclasses.replace(DEEP, width=8),
                  dataclasses.replace(DEEP, attention_units=0),
                  Preset("paper", width=4),
                  Preset("blind", width=4, attention=False)):
        with pytest.raises(UserError, match="can't use"):
            first_weights.check_attention(tmp_path, other)
