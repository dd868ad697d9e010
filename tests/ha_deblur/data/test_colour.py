"""Recolouring of a pair of patches against values computed by hand."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.data import colour

NOTHING = (0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
ORDER, EXPOSURE, RED, GREEN, BLUE, SATURATION, GAMMA = range(7)
PIXEL = np.array([[[0.2, 0.4, 0.5]]], np.float32)


def draws(**of):
    values = list(NOTHING)
    for name, value in of.items():
        values[globals()[name]] = value
    return tf.constant(values)


def recoloured(pixel, **of):
    blurred, sharp = colour.recolour(draws(**of), pixel, pixel / 2)
    return blurred.numpy(), sharp.numpy()


def test_draws_of_one_half_change_nothing():
    blurred, sharp = recoloured(PIXEL, ORDER=0.49)
    np.testing.assert_allclose(blurred, PIXEL, rtol=1e-6)
    np.testing.assert_allclose(sharp, PIXEL / 2, rtol=1e-6)


@pytest.mark.parametrize("of, factor", [
    ({"EXPOSURE": 1.0}, [1.4, 1.4, 1.4]),
    ({"EXPOSURE": 0.0}, [1 / 1.4, 1 / 1.4, 1 / 1.4]),
    ({"RED": 1.0, "BLUE": 0.0}, [1.2, 1, 1 / 1.2]),
    ({"EXPOSURE": 1.0, "GREEN": 1.0}, [1.4, 1.4 * 1.2, 1.4]),
])
def test_exposure_and_white_balance_multiply_both_alike(of, factor):
    blurred, sharp = recoloured(PIXEL, **of)
    np.testing.assert_allclose(blurred[0, 0], PIXEL[0, 0] * factor, rtol=1e-6)
    np.testing.assert_allclose(sharp, blurred / 2, rtol=1e-6)


def test_saturation_moves_away_from_grey_and_back():
    # grey: 0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.5 = 0.35158
    for draw, factor in ((1.0, 1.5), (0.0, 0.5)):
        blurred, _ = recoloured(PIXEL, SATURATION=draw)
        np.testing.assert_allclose(
            blurred[0, 0], 0.35158 + factor * (PIXEL[0, 0] - 0.35158),
            rtol=1e-4)


def test_gamma_bends_what_lies_between_black_and_white():
    pixel = np.array([[[0, 0.5, 1]]], np.float32)
    np.testing.assert_allclose(  # 0.5 ** 1.25
        recoloured(pixel, GAMMA=1.0)[0][0, 0], [0, 0.420448, 1], rtol=1e-5)


def test_half_of_the_patches_keep_their_order_and_all_orders_come():
    orders = {}
    for step in range(100):
        blurred, sharp = recoloured(PIXEL, ORDER=(step + 0.5) / 100)
        np.testing.assert_allclose(sharp, blurred / 2, rtol=1e-6)
        order = tuple(np.argsort(blurred[0, 0]))
        orders[order] = orders.get(order, 0) + 1
    assert orders.pop((0, 1, 2)) == 50
    assert len(orders) == 5 and set(orders.values()) == {10}


def test_in_tf_data_patches_stay_in_0_1_and_equal_draws_make_equal_patches():
    patches = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)

    def patch(index):
        of = tf.random.stateless_uniform([colour.DRAWS], [3, index % 50])
        return colour.recolour(of, *patches)

    dataset = tf.data.Dataset.range(100).map(patch).batch(50)
    (blurred, sharp), again = dataset.as_numpy_iterator()
    assert blurred.shape == sharp.shape == (50, 8, 8, 3)
    for found in (blurred, sharp):
        assert found.dtype == np.float32
        assert found.min() >= 0 and found.max() <= 1
    np.testing.assert_array_equal((blurred, sharp), again)
    assert np.unique(blurred.mean(axis=(1, 2, 3))).size == 50
