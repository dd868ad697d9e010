"""Paths: their lengths, their bounds, and that they follow their seeds."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.blur import camera_shake, motion, warp


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


def test_handheld_paths_are_nearly_straight_and_seldom_long():
    paths = np.stack([motion.handheld_motion([seed, 0], 11, 10.0, 30.0)
                      for seed in range(300)])[..., :2]
    np.testing.assert_array_equal(paths[:, 5], 0)  # the central frame
    lengths = np.linalg.norm(np.diff(paths, axis=1), axis=-1).sum(1)
    ends = np.linalg.norm(paths[:, -1] - paths[:, 0], axis=-1)
    assert 8 < np.median(lengths) < 13
    assert np.mean(lengths > 32) < 0.05
    assert np.median(ends / lengths) > 0.9
    headings = np.arctan2(*(paths[:, -1] - paths[:, 0]).T)
    assert np.histogram(headings, 4, (-np.pi, np.pi))[0].min() > 50
    assert np.mean(np.abs(paths).max((1, 2)) > camera_shake.margin(30.0)) < 0.01


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
        moved = warp.displacement(
            path, tf.constant([y]), tf.constant([x]), about)[0, 0]
        return y - float(moved[0]), x - float(moved[1])

    for y, x in ((10.0, 4.0), (0.0, 0.0), (3.0, 20.0)):
        expected = before(own, centre, *before(camera, middle, y, x))
        assert before(both, centre, y, x) == pytest.approx(expected, abs=1e-4)


def test_layers_are_carried_together_as_each_by_itself():
    own = tf.stack([motion.smooth_motion([0, k], 5, 9.0, 0.1, 0.1)
                    for k in range(3)])
    camera = motion.shake([1, 0], 5, 4.0, 0.05)
    centres = tf.constant([[6.0, 8.0], [0.0, 3.0], [9.0, 1.0]])
    together = motion.carried(own, centres, camera, centres[0])
    for k in range(3):
        np.testing.assert_array_equal(together[k], motion.carried(
            own[k], centres[k], camera, centres[0]))
    assert not np.any(together[:, 2])  # the central frame
