"""Eqs. 4, 8 and 11 against values computed by hand on 2x2 pictures."""

import numpy as np
import tensorflow as tf

from ha_deblur.training import losses

# One 2x2 picture of one channel repeated thrice; left column is a person.
MASK = tf.constant([1.0, 0.0, 1.0, 0.0], shape=[1, 2, 2, 1])
SHARP = tf.zeros([1, 2, 2, 3])
# errors 0.1, 0.2, 0.3, 0.4: squares 0.01, 0.04, 0.09, 0.16
RESTORED = tf.constant(
    np.repeat([0.1, 0.2, 0.3, 0.4], 3), tf.float32, shape=[1, 2, 2, 3])


def test_attention_loss_is_the_mean_squared_error_of_the_map():
    attention = tf.constant([0.5, 0.0, 1.0, 0.2], shape=[1, 2, 2, 1])
    np.testing.assert_allclose(  # (0.25 + 0 + 0 + 0.04) / 4
        losses.attention_loss(MASK, attention), [0.0725], rtol=1e-6)


def test_foreground_loss_counts_people_and_divides_by_all_pixels():
    np.testing.assert_allclose(  # (0.01 + 0.09) / 4
        losses.foreground_loss(SHARP, RESTORED, MASK), [0.025], rtol=1e-6)


def test_background_loss_counts_the_rest_and_divides_by_all_pixels():
    np.testing.assert_allclose(  # (0.04 + 0.16) / 4
        losses.background_loss(SHARP, RESTORED, MASK), [0.05], rtol=1e-6)


def test_primary_loss_counts_all():
    np.testing.assert_allclose(
        losses.primary_loss(SHARP, RESTORED), [0.075], rtol=1e-6)


def test_foreground_gradient_is_exactly_zero_where_no_person_is():
    with tf.GradientTape() as tape:
        tape.watch(RESTORED)
        loss = losses.foreground_loss(SHARP, RESTORED, MASK)
    gradient = tape.gradient(loss, RESTORED).numpy()[0]  # [2, 2, 3]
    assert np.all(gradient[:, 1] == 0)
    np.testing.assert_allclose(  # 2 * error / 12
        gradient[:, 0], np.repeat([[0.1], [0.3]], 3, 1) / 6, rtol=1e-6)


def test_background_gradient_is_exactly_zero_where_a_person_is():
    with tf.GradientTape() as tape:
        tape.watch(RESTORED)
        loss = losses.background_loss(SHARP, RESTORED, MASK)
    gradient = tape.gradient(loss, RESTORED).numpy()[0]
    assert np.all(gradient[:, 0] == 0)
    np.testing.assert_allclose(
        gradient[:, 1], np.repeat([[0.2], [0.4]], 3, 1) / 6, rtol=1e-6)


def test_every_loss_counts_at_every_scale_with_weight_1():
    """Full size as above; the scale below has one pixel: S 0, G 0.5."""
    below = tf.fill([1, 1, 1, 3], 0.5)
    results = [
        {"primary": RESTORED, "foreground": RESTORED, "background": RESTORED,
         "attention": MASK},
        {"primary": below, "foreground": below, "background": below,
         "attention": tf.ones([1, 1, 1, 1])}]
    found = losses.losses_of_all_scales(results, SHARP, MASK)
    expected = {
        "primary": 0.075 + 0.25,
        "foreground": 0.025 + 0.5 * 0.25,
        "background": 0.05 + 0.5 * 0.25,
        "attention": 0.0 + 0.25}
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], [value], rtol=1e-6)


def test_losses_are_one_value_a_sample():
    two = tf.concat([RESTORED, 2 * RESTORED], 0)
    sharp = tf.zeros_like(two)
    np.testing.assert_allclose(
        losses.primary_loss(sharp, two), [0.075, 0.3], rtol=1e-6)
