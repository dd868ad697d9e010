"""ResidualEncoder: nine units in three stages (Eq. 1, sec. 4.2)."""

import numpy as np
import tensorflow as tf

from ha_deblur import ResidualEncoder
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


def test_config_makes_the_same_layer():
    encoder = ResidualEncoder(width=4, units_per_block=2)
    again = ResidualEncoder.from_config(encoder.get_config())
    assert again.get_config() == encoder.get_config()
