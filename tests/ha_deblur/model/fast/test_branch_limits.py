"""Limits come from what units add to ordinary pictures."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.model.fast import branch_limits
from tests.conftest import random_fast


@pytest.fixture
def bounded():
    return random_fast("fast")


def first_branch(model, picture):
    """What the encoder's first unit would add without a limit."""
    x = tf.cast(picture[None], tf.float32) / 255
    x = tf.nn.space_to_depth(tf.concat([x, x], -1), 4)
    stage = model.parts.encoder.stages[0]
    unit = stage.units[0]
    return unit.conv2(unit.conv1(stage.conv(x)))


def test_limits_by_hand(bounded, photos):
    pictures = [photos(32, 64, seed=i) for i in range(3)]
    largest = [np.abs(first_branch(bounded, p)).max() for p in pictures]
    before = [w.numpy() for w in bounded.trainable_weights]
    limits = branch_limits.set_limits(bounded, iter(pictures))
    assert len(limits) == 3 * 3 + 1 + 3 * 3  # encoder, deep stage, decoder
    wanted = branch_limits.SHARE * np.percentile(
        largest, branch_limits.PERCENTILE)
    unit = bounded.parts.encoder.stages[0].units[0]
    assert float(unit.limit) == pytest.approx(wanted, rel=1e-5)
    assert limits[unit.limit.name] == pytest.approx(wanted, rel=1e-5)
    assert np.abs(unit(bounded.parts.encoder.stages[0].conv(
        tf.random.stateless_normal([1, 8, 8, 96], [0, 1], stddev=1e4))
    )).max() > wanted  # x itself comes through
    for weight, kept in zip(bounded.trainable_weights, before):
        np.testing.assert_array_equal(weight, kept)
    # and nothing watches any more: a second time gives the same
    assert branch_limits.set_limits(bounded, pictures) == limits


def test_other_models_and_no_pictures_are_refused(bounded, micro):
    with pytest.raises(ValueError, match="no unit of preset 'micro'"):
        branch_limits.set_limits(micro, [])
    with pytest.raises(ValueError, match="no pictures"):
        branch_limits.set_limits(bounded, [])


def test_only_units_without_a_limit_get_the_first_one(bounded):
    given, without = branch_limits.units_of(bounded)[:2]
    given.limit.assign(2.5)
    without.limit.assign(without.limit.dtype.max)
    branch_limits.limit_what_has_none(bounded)
    assert float(given.limit) == 2.5
    assert float(without.limit) == branch_limits.FIRST_LIMIT
