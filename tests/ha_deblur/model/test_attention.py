"""HumanAttention: Eq. 3 and the architecture of sec. 4.2."""

import numpy as np
import tensorflow as tf

from ha_deblur import HumanAttention


def test_map_has_the_input_size_and_lies_in_0_1():
    attention = HumanAttention(width=4)
    blurred = tf.random.stateless_uniform([2, 16, 40, 3], [0, 0])
    a = attention(100 * blurred)
    assert a.shape == [2, 16, 40, 1]
    assert a.dtype == tf.float32
    assert 0 <= float(tf.reduce_min(a)) <= float(tf.reduce_max(a)) <= 1
    assert np.ptp(a) > 0


def test_layers_are_those_of_the_paper():
    attention = HumanAttention(width=4)
    attention(tf.zeros([1, 8, 8, 3]))
    shapes = {w.name: w.shape.as_list() for w in attention.weights
              if "kernel" in w.name}
    assert list(shapes.values()) == [
        [3, 3, 3, 4], [3, 3, 4, 8], [3, 3, 8, 16],  # w, 2w, 4w
        [4, 4, 16, 16], [4, 4, 8, 16], [4, 4, 4, 8],  # out, in: 4w, 2w, w
        [1, 1, 4, 1]]


def test_config_makes_the_same_layer():
    attention = HumanAttention(width=4, name="a")
    again = HumanAttention.from_config(attention.get_config())
    assert again.get_config() == attention.get_config()
