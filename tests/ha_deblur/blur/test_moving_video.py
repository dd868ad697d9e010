"""Exposures along the motion of video whose flow is known."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.blur import moving_video
from ha_deblur.blur.exposure import Exposure

pytest.importorskip("cv2", reason="OpenCV is not installed")


def video(step=8):
    """A texture [96, 128] that moves right: frames, flows and an empty mask."""
    wide = tf.image.resize(tf.random.stateless_uniform(
        [1, 13, 22, 3], [0, 1]), [104, 176], "bicubic")[0, 4:100]
    wide = np.uint8(np.clip(255 * wide, 0, 255))
    frames = np.stack([wide[:, 24 - shift:152 - shift]
                       for shift in (-step, 0, step)])
    way = np.zeros((48, 64, 2), np.float32)
    way[..., 1] = step
    return frames, np.stack([way, -way, -way, way]), np.zeros(
        (96, 128, 1), np.uint8)


def test_frames_between_follow_the_flow():
    frames, flows, _ = video(step=8)
    made = moving_video._frames_at(
        frames, flows, np.float32([-1, -0.5, 0, 0.25]))
    np.testing.assert_array_equal(made[2], frames[1])
    inside = np.s_[:, 16:-16]
    for picture, shift in ((made[0], -8), (made[1], -4), (made[3], 2)):
        there = np.roll(frames[1], shift, axis=1)
        assert np.abs(picture[inside].astype(int) - there[inside]).mean() < 2


def test_an_exposure_averages_the_frames_while_the_shutter_is_open():
    frames, flows, mask = (part[..., 16:112, :] if part.shape[-2] == 128 else
                           part[..., 8:56, :] for part in video(step=10))
    # Unshaken; open for a whole interval to each side, all but the last of 11
    # frames, not made smaller, averaged as they are: shifts of -10, -8 ... 8.
    draws = tf.constant([0.9, 0.999999, 0.9, 0.9, 1.0, 0.0])
    average, central = moving_video.exposed_anew(
        tf.constant(frames), tf.constant(flows), tf.constant(mask), [0, 1],
        draws, 64, Exposure(sharp_share=0.0))
    assert average.shape == central.shape == [64, 64, 4]
    np.testing.assert_array_equal(central[..., :3], frames[1][16:80, 16:80])
    wide = frames[1].astype(float)
    expected = np.mean([wide[16:80, 16 - shift:80 - shift]
                        for shift in range(-10, 10, 2)], axis=0)
    assert np.abs(average[..., :3] - expected).mean() < 1
