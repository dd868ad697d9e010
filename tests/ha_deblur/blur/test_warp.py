"""Both samplers against values computed by hand, and against each other."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.blur import motion, warp

MIDDLE = (4.0, 4.0)


def by_layers(image, path):
    return warp.moved_layers(image[np.newaxis], path[:1], MIDDLE)[0].numpy()


def by_camera(image, path):
    return warp.camera_view(image[np.newaxis], path[:1], 9)[0].numpy()


@pytest.mark.parametrize("warped", [by_layers, by_camera])
@pytest.mark.parametrize(("path", "before", "after"), [
    pytest.param([1.0, -1.0, 0.0, 0.0], (2, 3), (3, 2), id="down and left"),
    # from two pixels right of the middle to two pixels above it
    pytest.param([0.0, 0.0, np.pi / 2, 0.0], (4, 6), (2, 4),
                 id="a positive angle turns anticlockwise"),
    pytest.param([0.0, 0.0, 0.0, np.log(2.0)], (6, 2), (8, 0),
                 id="log scale magnifies"),
])
def test_a_pixel_moves_where_it_should(warped, path, before, after):
    image = np.zeros((9, 9, 1), np.float32)
    image[before] = 1
    moved = warped(image, tf.constant([path]))
    assert moved[after] == pytest.approx(1, abs=1e-5)
    far = np.hypot(*(np.indices((9, 9)) - np.reshape(after, (2, 1, 1)))) > 1.5
    np.testing.assert_allclose(moved[far], 0, atol=1e-5)


def test_displacement_is_where_it_is_minus_where_it_was():
    double = tf.constant([[0.0, 0.0, 0.0, np.log(2.0)]])
    y, x = tf.constant([4.0, 8.0]), tf.constant([4.0, 0.0])
    # What is seen at (8, 0) was at (6, 2): it has moved by (2, -2).
    np.testing.assert_allclose(
        warp.displacement(double, y, x, MIDDLE), [[[0, 0], [2, -2]]],
        atol=1e-5)


def test_each_layer_turns_around_its_own_centre():
    image = np.zeros((2, 9, 9, 1), np.float32)
    image[:, 4, 6] = 1
    quarter = tf.repeat([[0.0, 0.0, np.pi / 2, 0.0]], 2, axis=0)
    moved = warp.moved_layers(
        image, quarter, [[4.0, 4.0], [4.0, 6.0]]).numpy()
    assert moved[0, 2, 4, 0] == pytest.approx(1, abs=1e-5)
    assert moved[1, 4, 6, 0] == pytest.approx(1, abs=1e-5)


def test_samplers_agree_within_a_tenth_of_a_level_inside():
    images = np.random.default_rng(0).random((11, 96, 96, 3), np.float32)
    path = motion.smooth_motion([0, 1], 11, 20.0, 0.05, 0.05)
    np.testing.assert_allclose(
        warp.moved_layers(images, path, (47.5, 47.5))[:, 24:72, 24:72],
        warp.camera_view(images, path, 48), atol=0.1 / 255)


def test_edges_are_repeated_for_layers_and_mirrored_for_cameras():
    image = np.tile(np.arange(9, dtype=np.float32)[:, np.newaxis], 9)[..., None]
    down = tf.constant([[3.0, 0.0, 0.0, 0.0]])
    assert by_layers(image, down)[:4, 4, 0].tolist() == [0, 0, 0, 0]
    assert by_camera(image, down)[:4, 4, 0].tolist() == [2, 1, 0, 0]
