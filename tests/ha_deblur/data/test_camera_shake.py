"""Fresh blur: where pixels come from, and what stays."""

import numpy as np
import tensorflow as tf

from ha_deblur.data import camera_shake, motion


def _sharp(size=40):
    rng = np.random.default_rng(0)
    return tf.constant(rng.integers(0, 256, [size, size, 3], np.uint8))


def test_without_motion_the_patch_is_the_middle_of_what_surrounds_it():
    sharp = _sharp()
    still = camera_shake.blurred(sharp, [1, 2], 16, max_motion=0.0)
    np.testing.assert_array_equal(still, sharp[12:28, 12:28])


def test_a_straight_path_averages_shifted_pictures(monkeypatch):
    sharp = _sharp()
    path = motion.straight_motion(0.0, 10.0)  # -5 to 5 pixels to the right
    monkeypatch.setattr(motion, "handheld_motion", lambda *_, **__: path)
    shifted = [sharp[12:28, 12 - dx:28 - dx] for dx in range(-5, 6)]
    np.testing.assert_array_equal(
        camera_shake.blurred(sharp, [1, 2], 16),
        np.round(np.mean(shifted, axis=0)))


def test_turns_and_growth_are_those_of_the_flow():
    """A point's way agrees with `motion.displacement`, which others test."""
    path = tf.constant([[1.5, -2.0, 0.1, 0.05]])
    projection = camera_shake._projections(path, 40, 16)[0].numpy()
    for y, x in ((0, 0), (3, 11), (15, 15)):
        away = motion.displacement(
            path, tf.constant(float(y)), tf.constant(float(x)),
            [7.5, 7.5])[0].numpy()
        came_from = (np.dot(projection[3:6], [x, y, 1]) - 12,
                     np.dot(projection[:3], [x, y, 1]) - 12)
        np.testing.assert_allclose(came_from, [y - away[0], x - away[1]],
                                   atol=1e-4)


def test_equal_seeds_make_equal_blur_and_others_another():
    sharp = _sharp(80)
    first, again, other = (
        camera_shake.blurred(sharp, [5, seed], 24, 20.0).numpy()
        for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 1


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
