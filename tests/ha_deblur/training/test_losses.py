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


def test_charbonnier_is_the_error_beyond_epsilon_and_epsilon_at_none():
    np.testing.assert_allclose(  # 0.75, 1, 1.25: 3, 4, 5
        losses.charbonnier(tf.constant([0.0, 0.5, -0.5, 0.75e-3])),
        [1e-3, 0.500001, 0.500001, 1.25e-3], rtol=1e-6)


def test_charbonnier_losses_count_their_region_and_divide_by_all_pixels():
    penalty = losses.charbonnier
    for found, expected in (
            (losses.primary_loss(SHARP, RESTORED, penalty), 1.0 / 4),
            (losses.foreground_loss(SHARP, RESTORED, MASK, penalty), 0.4 / 4),
            (losses.background_loss(SHARP, RESTORED, MASK, penalty), 0.6 / 4)):
        np.testing.assert_allclose(found, [expected], rtol=1e-4)


def test_charbonnier_gradients_are_exactly_zero_outside_the_region():
    for loss, outside in ((losses.foreground_loss, 1),
                          (losses.background_loss, 0)):
        with tf.GradientTape() as tape:
            tape.watch(RESTORED)
            value = loss(SHARP, RESTORED, MASK, losses.charbonnier)
        gradient = tape.gradient(value, RESTORED).numpy()[0]  # [2, 2, 3]
        assert np.all(gradient[:, outside] == 0)
        np.testing.assert_allclose(  # e / |e| / 12
            gradient[:, 1 - outside], 1 / 12, rtol=1e-4)


def test_settings_change_the_branches_losses_but_not_attention_s():
    results = [{
        "primary": RESTORED, "foreground": RESTORED, "background": RESTORED,
        "attention": tf.constant([0.5, 0.0, 1.0, 0.2], shape=[1, 2, 2, 1])}]
    found = losses.losses_of_all_scales(
        results, SHARP, MASK, pixel_loss="charbonnier", fft_weight=0.1)
    expected = {  # coefficients, see test_frequency_loss: 1.0, -0.4, -0.2, 0
        "primary": 0.25, "foreground": 0.1, "background": 0.15,
        "attention": 0.0725, "frequency": 0.1 * 1.6 / 8}
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], [value], rtol=1e-4)


def test_losses_are_one_value_a_sample():
    two = tf.concat([RESTORED, 2 * RESTORED], 0)
    sharp = tf.zeros_like(two)
    np.testing.assert_allclose(
        losses.primary_loss(sharp, two), [0.075, 0.3], rtol=1e-6)
