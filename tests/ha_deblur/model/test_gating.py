"""Attention-enhanced features: Eqs. 5 and 6."""

import numpy as np
import tensorflow as tf

from ha_deblur.model.gating import AttentionGate


def test_foreground_and_background_add_up_to_the_feature():
    h = tf.random.stateless_normal([2, 4, 6, 8], [0, 0])
    a = tf.random.stateless_uniform([2, 16, 24, 1], [0, 1])
    foreground, background = AttentionGate(4)(h, a)
    np.testing.assert_allclose(foreground + background, h, atol=1e-6)


def test_map_is_averaged_down_and_multiplied_by_hand():
    h = tf.constant([[[[10.0, 20.0]]]])  # [1, 1, 1, 2]
    a = tf.constant([0.0, 0.0, 1.0, 0.6], shape=[1, 2, 2, 1])  # mean 0.4
    foreground, background = AttentionGate(2)(h, a)
    np.testing.assert_allclose(foreground[0, 0, 0], [4, 8])
    np.testing.assert_allclose(background[0, 0, 0], [6, 12])
