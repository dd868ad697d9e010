"""ResidualEncoder: nine units in three stages (Eq. 1, sec. 4.2)."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import ResidualEncoder
from ha_deblur.model.deep_stage import DeepStage
from ha_deblur.model.residual_unit import ResidualUnit


def test_feature_and_shortcuts_have_the_design_s_shapes():
    h, half, full = ResidualEncoder(width=4, units_per_block=1)(
        tf.zeros([2, 32, 48, 6]))
    assert h.shape == [2, 8, 12, 16]
    assert half.shape == [2, 16, 24, 8]
    assert full.shape == [2, 32, 48, 4]


def test_paper_has_nine_units_between_three_5x5_convolutions():
    encoder = ResidualEncoder(width=2)
    units = [u for stage in encoder.stages for u in stage.units]
    assert len(units) == 9
    assert [s.conv.kernel_size for s in encoder.stages] == [(5, 5)] * 3
    assert [s.conv.strides for s in encoder.stages] == [(1, 1), (2, 2), (2, 2)]


def test_unit_adds_conv_relu_conv_by_hand():
    unit = ResidualUnit(1)
    x = tf.constant([[[[2.0], [-3.0]]]])  # [1, 1, 2, 1]
    unit(x)
    centre = np.zeros([5, 5, 1, 1], np.float32)
    centre[2, 2] = 1
    unit.conv1.set_weights([centre * 2, np.array([1.0])])  # 5, -5
    unit.conv2.set_weights([centre * 10, np.array([0.5])])  # 50.5, 0.5
    np.testing.assert_allclose(unit(x)[0, 0, :, 0], [52.5, -2.5])


def test_a_gated_unit_multiplies_by_twice_the_sigmoid_by_hand():
    unit = ResidualUnit(2, kernel=1, gated=True)
    x = tf.constant([[[[2.0, 1.0], [-3.0, 1.0]]]])  # [1, 1, 2, 2]
    unit(x)
    # the first channel passes, the second, log 3, opens by 2 * 3/4
    unit.conv1.set_weights([
        np.array([[[[1.0, 0.0], [0.0, np.log(3)]]]]), np.zeros(2)])
    unit.conv2.set_weights([np.array([[[[10.0, 0.0]]]]), np.zeros(2)])
    np.testing.assert_allclose(
        unit(x)[0, 0], [[2 + 10 * 2 * 1.5, 1.0], [-3.0, 1.0]], rtol=1e-6)


def test_a_deep_stage_starts_as_the_identity_and_then_sees_twice_as_far():
    stage = DeepStage(channels=8, units=2, kernel=3, gated=True)
    x = tf.random.stateless_uniform([1, 32, 32, 4], [1, 2])
    np.testing.assert_array_equal(stage(x), x)
    assert [unit.conv1.kernel.shape for unit in stage.units] == [
        (3, 3, 8, 8)] * 2
    for layer in (stage.up, *(unit.conv2 for unit in stage.units)):
        layer.kernel.assign(
            tf.random.stateless_normal(layer.kernel.shape, [3, 4]))
    changed = np.any(
        (stage(tf.tensor_scatter_nd_add(x, [[0, 16, 16, 0]], [1.0]))
         - stage(x)).numpy() != 0, axis=(0, 3))
    # Row 16 is in rows 7 and 8 of half the size; four 3x3 convolutions make
    # that 3 to 12, from which rows 2 * 3 - 1 to 2 * 12 + 2 are made.
    rows = np.flatnonzero(changed.any(axis=1))
    assert (rows.min(), rows.max()) == (5, 26)


def test_only_what_the_deep_stage_adds_is_added_to_the_features():
    plain = ResidualEncoder(4, 1, 3, flat=True)
    deep = ResidualEncoder(4, 1, 3, flat=True, deep_units=1, deep_channels=6)
    x = tf.random.stateless_uniform([1, 16, 16, 6], [1, 2])
    plain(x), deep(x)
    for stage, same in zip(plain.stages, deep.stages):
        same.set_weights(stage.get_weights())
    for a, b in zip(plain(x), deep(x)):
        np.testing.assert_array_equal(a, b)
    deep.deep.up.bias.assign([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(
        deep(x)[0] - plain(x)[0],
        np.broadcast_to([1.0, 2.0, 3.0, 4.0], [1, 16, 16, 4]), atol=1e-5)
    np.testing.assert_array_equal(deep(x)[1], plain(x)[1])


@pytest.mark.parametrize("settings", [
    {"units_per_block": 2}, {"deep_units": 2, "deep_channels": 6}])
def test_config_makes_the_same_layer(settings):
    encoder = ResidualEncoder(width=4, **settings)
    again = ResidualEncoder.from_config(encoder.get_config())
    assert again.get_config() == encoder.get_config()
