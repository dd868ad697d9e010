"""Paths and flow against values computed by hand."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_addons as tfa

from ha_deblur.blur import motion


def warped(image, path, centre):
    """The image in the first frame of a motion."""
    flow = motion.motion_flow(path, *image.shape[:2], centre)
    return tfa.image.dense_image_warp(image[np.newaxis], flow[:1])[0].numpy()


def assert_moved(path, centre, before, after):
    image = np.zeros((9, 9, 1), np.float32)
    image[before] = 1
    expected = np.zeros_like(image)
    expected[after] = 1
    np.testing.assert_allclose(
        warped(image, path, centre), expected, atol=1e-5)


def test_motion_of_one_pixel_moves_the_picture_by_one_pixel():
    down_and_left = tf.constant([[1.0, -1.0, 0.0, 0.0]])
    assert_moved(down_and_left, (4.0, 4.0), (2, 3), (3, 2))


def test_positive_angle_turns_anticlockwise_around_the_centre():
    quarter = tf.constant([[0.0, 0.0, np.pi / 2, 0.0]])
    # Around (4, 4): from two pixels right of it to two pixels above it.
    assert_moved(quarter, (4.0, 4.0), (4, 6), (2, 4))


def test_log_scale_magnifies_around_the_centre():
    double = tf.constant([[0.0, 0.0, 0.0, np.log(2.0)]])
    flow = motion.motion_flow(double, 9, 9, (4.0, 4.0))[0].numpy()
    assert flow[4, 4] == pytest.approx([0, 0], abs=1e-6)
    # What is seen at (8, 0) was at (6, 2): it has moved by (2, -2).
    assert flow[8, 0] == pytest.approx([2, -2], abs=1e-5)


def test_straight_motion_is_centred_and_even():
    path = motion.straight_motion(0.0, 4.0, frames=5).numpy()
    assert path[:, 1].tolist() == [-2, -1, 0, 1, 2]
    assert not path[:, [0, 2, 3]].any()


@pytest.mark.parametrize("frames", [1, 10])
def test_frames_without_a_centre_are_refused(frames):
    with pytest.raises(ValueError, match="odd number"):
        motion.straight_motion(1.0, 1.0, frames)


def test_smooth_motion_is_centred_bounded_and_follows_its_seed():
    lengths = []
    for seed in range(40):
        path = motion.smooth_motion(
            [1, seed], 11, translation=20.0, rotation=0.1, scale=0.05).numpy()
        assert path.shape == (11, 4)
        assert not path[5].any()
        steps = np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1)
        lengths.append(steps.sum())
        # Smooth: no step is far from its neighbours.
        assert (np.abs(np.diff(steps)) < 0.25 * steps[1:]).all()
        assert np.abs(path[:, 2]).max() <= 0.1
        assert np.abs(path[:, 3]).max() <= 0.05
    assert max(lengths) <= 20.0 + 1e-4
    assert max(lengths) > 15.0
    assert min(lengths) < 5.0
    again = motion.smooth_motion([1, 39], 11, 20.0, 0.1, 0.05)
    np.testing.assert_array_equal(path, again)


def test_shake_swings_about_the_central_frame_within_its_reach():
    farthest = []
    for seed in range(40):
        path = motion.shake([2, seed], 11, reach=6.0, rotation=0.02).numpy()
        assert path.shape == (11, 4)
        assert not path[5].any()
        assert not path[:, 3].any()
        assert np.abs(path[:, 2]).max() <= 0.02
        farthest.append(np.abs(path[:, :2]).max())
    assert max(farthest) <= 6.0
    assert max(farthest) > 4.0
    again = motion.shake([2, 39], 11, reach=6.0, rotation=0.02)
    np.testing.assert_array_equal(path, again)
    assert not motion.shake([2, 39], 11, reach=0.0).numpy().any()


def test_a_carried_layer_moves_as_first_itself_and_then_the_camera():
    own = tf.constant([[1.0, -2.0, 0.3, 0.1]])
    camera = tf.constant([[-3.0, 0.5, -0.2, 0.05]])
    centre, middle = (10.0, 4.0), (6.0, 8.0)
    both = motion.carried(own, centre, camera, middle)

    def before(path, about, y, x):  # where what is at (y, x) was
        moved = motion.displacement(
            path, tf.constant([y]), tf.constant([x]), about)[0, 0]
        return y - float(moved[0]), x - float(moved[1])

    for y, x in ((10.0, 4.0), (0.0, 0.0), (3.0, 20.0)):
        expected = before(own, centre, *before(camera, middle, y, x))
        assert before(both, centre, y, x) == pytest.approx(expected, abs=1e-4)
