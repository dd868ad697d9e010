"""FastAttention: the paper's attention on folded pixels, with units."""

import numpy as np
import tensorflow as tf

from ha_deblur.model.fast.fast_attention import FastAttention
from ha_deblur.model.fast.folding import folded, unfolded

BLURRED = tf.random.stateless_uniform([1, 512, 64, 3], [0, 1])


def test_the_map_has_the_input_size_and_lies_in_0_1():
    a = FastAttention(width=4, units=1)(100 * BLURRED)
    assert a.shape == [1, 512, 64, 1]
    assert 0 <= float(tf.reduce_min(a)) <= float(tf.reduce_max(a)) <= 1
    assert np.ptp(a) > 0


def test_units_see_farther():
    elsewhere = tf.tensor_scatter_nd_update(
        BLURRED, [[0, 0, 0]], [[9.0, 9.0, 9.0]])
    reach = {}
    for units in (0, 2):
        attention = FastAttention(width=4, units=units)
        attention(BLURRED)
        for unit in attention.units:  # they start as the identity
            unit.conv2.kernel.assign(tf.ones_like(unit.conv2.kernel))
        moved = np.abs(attention(elsewhere) - attention(BLURRED))[0, ..., 0]
        reach[units] = np.nonzero(moved.max(axis=1))[0].max()
    assert reach[0] < 160 < reach[2]


def test_sums_across_keep_what_is_small():
    attention = FastAttention(width=4, units=1)
    attention(BLURRED)
    # With a way up that gives nothing, what the first convolution saw is left.
    for layer in attention.ups:
        layer.kernel.assign(tf.zeros_like(layer.kernel))
    seen = attention.convs[0](folded(BLURRED))
    np.testing.assert_allclose(
        attention(BLURRED), unfolded(attention.predict(seen)), rtol=1e-5)


def test_config_makes_the_same_layer():
    attention = FastAttention(width=4, units=2, name="a")
    again = FastAttention.from_config(attention.get_config())
    assert again.get_config() == attention.get_config()
