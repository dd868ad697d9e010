"""Bounded units: what they add stays within their limit, whatever comes in."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import model_directory, shipped
from ha_deblur.model.fast.bounded_unit import FIRST_LIMIT, BoundedUnit
from ha_deblur.model.fast.branch_limits import units_of
from tests.conftest import random_fast


def one_pixel(channels):
    """A unit, and what sets the middles of its kernels; all else is zero."""
    unit = BoundedUnit(channels)
    unit(tf.zeros([1, 1, 1, channels]))

    def set_middles(first, second):
        for conv, middle in ((unit.conv1, first), (unit.conv2, second)):
            kernel = np.zeros(conv.kernel.shape)
            kernel[1, 1] = middle
            conv.kernel.assign(kernel)
    return unit, set_middles


def test_a_unit_multiplies_by_twice_the_sigmoid_by_hand():
    unit, set_middles = one_pixel(2)
    # the first channel passes, the second, log 3, opens by 2 * 3/4
    set_middles([[1.0, 0.0], [0.0, np.log(3)]], [[2.0, 0.0]])
    x = tf.constant([[[[2.0, 1.0]]], [[[-3.0, 1.0]]]])  # [2, 1, 1, 2]
    np.testing.assert_allclose(
        unit(x)[:, 0, 0], [[2 + 2 * 2 * 1.5, 1.0], [-3.0, 1.0]], rtol=1e-6)


def test_a_branch_is_clipped_by_hand():
    unit, set_middles = one_pixel(2)
    set_middles([[1.0, 0.0], [0.0, 0.0]], [[-2.0, 0.0]])  # an undecided gate
    assert float(unit.limit) == FIRST_LIMIT
    unit.limit.assign(5)
    # x + clip(-2 relu(x)): nothing of -4, all of -2 * 2, -5 of -2 * 7
    x = tf.constant([-4., 2., 7.])[:, None, None, None] * [1.0, 0.0]
    np.testing.assert_allclose(unit(x)[:, 0, 0, 0], [-4, -2, 2])


def test_injected_features_are_seen_and_not_added():
    unit = BoundedUnit(2)
    x, injected = (tf.random.stateless_normal([1, 4, 4, 2], [0, seed])
                   for seed in (1, 2))
    np.testing.assert_array_equal(unit(x, injected), x)
    assert unit.conv1.kernel.shape == [3, 3, 4, 2]


def test_the_limit_is_saved_and_not_trained():
    unit, _ = one_pixel(2)
    assert [w.name for w in unit.non_trainable_weights] == [unit.limit.name]
    again = BoundedUnit.from_config(unit.get_config())
    assert again.get_config() == unit.get_config()


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
    model = random_fast("wild", deep_units=0)
    stages = model.parts.encoder.stages
    for unit in units_of(model):
        unit.limit.assign(0.5)
        unit.conv2.kernel.assign(1e6 * unit.conv2.kernel)
    x = tf.random.stateless_uniform([1, 8, 8, 96], [0, 1])
    first = stages[0].conv(x)
    deepest = model.parts.encoder(x)[0]
    np.testing.assert_array_less(
        np.abs(deepest - first), 9 * 0.5 + 1e-4)  # nine units
    assert np.abs(deepest - first).max() > 1
