"""Bounded units: what they add stays within their limit, whatever comes in."""

import numpy as np
import pytest
import tensorflow as tf

import ha_deblur
from ha_deblur import model_directory, shipped
from ha_deblur.model.residual_unit import FIRST_LIMIT, ResidualUnit
from tests.conftest import random_model


def units_of(model):
    return [part for part in model.submodules
            if isinstance(part, ResidualUnit)]


def test_a_branch_is_clipped_by_hand():
    unit = ResidualUnit(1, kernel=1, bounded=True)
    unit(tf.zeros([1, 1, 3, 1]))
    unit.conv1.set_weights([np.ones([1, 1, 1, 1]), np.zeros(1)])
    unit.conv2.set_weights([np.full([1, 1, 1, 1], -2.0), np.zeros(1)])
    assert float(unit.limit) == FIRST_LIMIT
    unit.limit.assign(5)
    # x + clip(-2 relu(x)): nothing of -4, all of -2 * 2, -5 of -2 * 7
    np.testing.assert_allclose(
        unit(tf.reshape([-4., 2., 7.], [1, 1, 3, 1]))[0, 0, :, 0], [-4, -2, 2])


def test_the_limit_is_saved_and_not_trained():
    unit = ResidualUnit(2, kernel=1, bounded=True)
    unit(tf.zeros([1, 1, 1, 2]))
    assert [w.name for w in unit.non_trainable_weights] == [unit.limit.name]
    assert ResidualUnit.from_config(unit.get_config()).bounded
    plain = ResidualUnit(2, kernel=1)
    plain(tf.zeros([1, 1, 1, 2]))
    assert plain.limit is None
    assert not plain.non_trainable_weights


@pytest.mark.parametrize("name", shipped.names())
def test_every_shipped_unit_stays_bounded_for_inputs_of_a_million(name):
    units = units_of(model_directory.load(name))
    assert units
    generator = np.random.default_rng(0)
    for unit in units:
        assert 0 < float(unit.limit) < 10
        widths = unit.conv1.kernel.shape[2], unit.channels
        x, injected = (tf.constant(generator.choice(
            [-1e6, 1e6], [1, 6, 6, width]), tf.float32)
            for width in (widths[1], widths[0] - widths[1]))
        added = unit(x, injected if injected.shape[-1] else None) - x
        # float32 has steps of 1/16 at a million
        assert np.abs(added).max() <= float(unit.limit) + 1 / 16


def test_what_all_units_add_is_bounded_by_the_sum_of_their_limits():
    """From the encoder's first convolution on, whatever the weights are."""
    model = random_model("wild", width=4, units_per_block=1, scales=1, kernel=3,
                         fold=4, flat=True, gated=True, encoder_units=2,
                         bounded=True)
    stages = model.parts.encoder.stages
    for unit in units_of(model):
        unit.limit.assign(0.5)
        unit.conv2.kernel.assign(1e6 * unit.conv2.kernel)
    x = tf.random.stateless_uniform([1, 8, 8, 96], [0, 1])
    first = stages[0].conv(x)
    deepest = model.parts.encoder(x)[0]
    np.testing.assert_array_less(
        np.abs(deepest - first), 6 * 0.5 + 1e-4)  # six units
    assert np.abs(deepest - first).max() > 1


def test_the_fast_preset_is_bounded_and_the_paper_s_is_not():
    assert ha_deblur.presets.get("fast").bounded
    assert not ha_deblur.presets.get("paper").bounded
