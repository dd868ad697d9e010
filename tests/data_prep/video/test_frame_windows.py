"""Windows of frames, and what is measured in them."""

import weakref

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from data_prep.video.frame_windows import (
    edges,
    fastest_motion,
    is_cut,
    structured_squares,
    windows,
)


def gray(seed=0, size=(120, 240)):
    """A coarse random pattern [h, w] of gray levels."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 12), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(
        size[::-1], Image.Resampling.BICUBIC), np.float32)


@pytest.mark.parametrize("step", [0, 1, 2.5, 6])
def test_motion_of_the_camera_is_measured_in_pixels(step):
    before = gray()
    after = ndimage.shift(before, (0, step), order=1, mode="nearest")
    assert fastest_motion(before, after) == pytest.approx(step, abs=0.5)


def test_one_moving_part_is_enough():
    before = gray()
    after = before.copy()
    part = np.s_[32:80, 64:112]
    after[part] = ndimage.shift(before, (0, 4), order=1)[part]
    assert fastest_motion(before, after) == pytest.approx(4, abs=0.5)


def test_flat_parts_say_nothing_about_motion():
    noise = np.random.default_rng(0).normal(100, 1, (2, 64, 96))
    assert fastest_motion(*noise.astype(np.float32)) == 0


def test_a_square_is_structured_if_a_quarter_of_it_is_steep():
    picture = np.zeros((48, 40), np.float32)
    picture[:16, :16] = 7 * np.arange(16)  # steeper than 6 levels a pixel
    picture[16:32, :16] = 5 * np.arange(16)
    picture[32:48, 18] = 250  # one thin line: 2 of 16 columns are steep
    np.testing.assert_array_equal(
        structured_squares(edges(picture)),
        [[True, False], [False, False], [False, False]])


def test_cuts_are_other_pictures_and_other_gray_levels():
    picture = gray()
    moved = ndimage.shift(picture, (0, 5), order=1, mode="nearest")
    assert not is_cut(picture, picture)
    assert not is_cut(picture, moved)
    assert is_cut(picture, gray(seed=1))
    assert is_cut(np.full((64, 96), 20.0), np.full((64, 96), 220.0))
    assert is_cut(picture / 8, 200 + picture / 8)


def test_noise_on_a_wall_is_no_cut():
    noise = np.random.default_rng(0).normal(130, 4, (2, 64, 96))
    assert not is_cut(*noise)


def test_windows_begin_at_the_first_frame_of_a_shot():
    def shot(seed, count):
        return [np.repeat(gray(seed)[..., np.newaxis], 3, axis=-1).astype(
            np.uint8)] * count
    frames = shot(0, 7) + shot(1, 4) + [None] + shot(1, 3) + [
        frame[:100] for frame in shot(1, 3)]
    numbers = [[frame.number for frame in window]
               for window in windows(frames, 3, 2)]
    assert numbers == [
        [1, 2, 3], [3, 4, 5], [5, 6, 7], [7],
        [8, 9, 10], [10, 11], [13, 14, 15], [15], [16, 17, 18], [18]]


def test_long_videos_need_no_more_memory_than_short_ones():
    alive = weakref.WeakValueDictionary()

    class Pixels(np.ndarray):
        """An array that can be counted."""

    most = 0

    def stream():
        nonlocal most
        for i in range(60):
            frame = np.full((32, 32, 3), i, np.uint8).view(Pixels)
            alive[i] = frame
            most = max(most, len(alive))
            yield frame

    lengths = [len(window) for window in windows(stream(), 11, 5)]
    assert lengths == [11] * 10 + [10]
    # A window, that which the caller still looks at, and the newest frame.
    assert most <= 11 + 5 + 1


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 40)])
def test_frames_of_a_few_pixels_are_measured_too(size):
    before, after = np.random.default_rng(0).uniform(
        0, 255, (2, *size)).astype(np.float32)
    assert structured_squares(edges(before)).size
    assert fastest_motion(before, after) >= 0
    assert is_cut(before, after) in (True, False)
