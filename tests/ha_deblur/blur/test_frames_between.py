"""Frames between two real ones, and when they are."""

import numpy as np
import pytest
from PIL import Image

from ha_deblur.blur.frames_between import exposure_times, frame_between
from ha_deblur.blur.optical_flow import flow

pytest.importorskip("cv2", reason="OpenCV is in the extra `detect`")


@pytest.fixture(scope="module")
def passing():
    """Gives the frame [120, 160, 3] at a time, of a camera that pans."""
    coarse = np.random.default_rng(0).integers(0, 256, (12, 20, 3), np.uint8)
    scene = np.asarray(Image.fromarray(coarse).resize(
        (240, 140), Image.Resampling.BICUBIC))

    def at(time):
        dy, dx = round(4 * time), round(12 * time)
        return scene[8 + dy:128 + dy, 40 + dx:200 + dx]
    return at


def psnr(one, other):
    error = np.subtract(one, other, dtype=np.float64)
    return 10 * np.log10(255 ** 2 / np.mean(error ** 2))


@pytest.mark.parametrize("dtype, scale", [(np.uint8, 1), (np.float32, 1 / 255)])
def test_at_its_ends_it_is_the_real_frames(passing, dtype, scale):
    first, second = ((passing(t) * scale).astype(dtype) for t in (0, 1))
    flows = flow(passing(0), passing(1)), flow(passing(1), passing(0))
    for time, real in ((0, first), (1, second)):
        made = frame_between(first, second, *flows, time)
        assert made.dtype == np.float32
        np.testing.assert_allclose(made, real, rtol=0, atol=1e-6 * real.max())


@pytest.mark.parametrize("time", [0.25, 0.5, 0.75])
def test_a_picture_that_moves_is_that_far_on_its_way(passing, time):
    first, second = passing(0), passing(1)
    made = frame_between(
        first, second, flow(first, second), flow(second, first), time)
    interior = slice(16, -16), slice(16, -16)
    assert psnr(made[interior], passing(time)[interior]) > 35
    # For comparison: what a mere fade gives.
    faded = (1 - time) * first + time * np.float32(second)
    assert psnr(faded[interior], passing(time)[interior]) < 25


def test_equation_4_by_hand():
    """One row of a ramp, with flows that do not agree, at t = 1/4."""
    ramp = np.arange(40, dtype=np.float32)[np.newaxis, :, np.newaxis]
    first = ramp.repeat(3, axis=-1)
    second = first + 100
    forward = np.zeros((1, 40, 2), np.float32) + np.float32([0, 4])
    backward = np.zeros((1, 40, 2), np.float32) + np.float32([0, -8])
    # F_t->0 = -3/16 * 4 + 1/16 * -8 = -1.25
    # F_t->1 = 9/16 * 4 - 3/16 * -8 = 3.75
    made = frame_between(first, second, forward, backward, 0.25)
    expected = 0.75 * (20 - 1.25) + 0.25 * (120 + 3.75)
    np.testing.assert_allclose(made[0, 20], expected, atol=0.02)


def test_what_enters_the_picture_is_taken_from_where_it_is_seen():
    """A camera pans by 8 pixels; at the left, `second` alone may tell."""
    first = np.full((30, 60, 3), 50, np.uint8)
    second = np.full((30, 60, 3), 50, np.uint8)
    second[:, :8] = 200  # came in
    forward = np.zeros((30, 60, 2), np.float32) + np.float32([0, 8])
    made = frame_between(first, second, forward, -forward, 0.5)
    np.testing.assert_array_equal(made[:, :4], 200)
    np.testing.assert_array_equal(made[:, 4:], 50)


def test_exposures_begin_and_end_as_told():
    assert exposure_times(2, 1) == [-1, -0.5, 0, 0.5, 1]
    assert exposure_times(1, 3) == [-0.5, -0.25, 0, 0.25, 0.5]
    # 11 frames of 240 fps, of a video that has every eighth.
    np.testing.assert_allclose(
        exposure_times(1.25, 7), np.arange(-5, 6) / 8)
    # Steps of 1/4 don't divide it; smaller ones do.
    np.testing.assert_allclose(
        exposure_times(1.2, 3), np.arange(-3, 4) / 5)
    assert exposure_times(0.1, 1) == [-0.05, 0, 0.05]
