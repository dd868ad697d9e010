"""Optical flow of pictures that move as told, and what is known of failures."""

import numpy as np
import pytest
from PIL import Image

from ha_deblur.blur import optical_flow

pytest.importorskip("cv2", reason="OpenCV is in the extra `detect`")


def texture(height, width, seed=0):
    """Smooth random uint8 [h, w, 3] whose details are about 12 pixels wide."""
    coarse = np.random.default_rng(seed).integers(
        0, 256, (height // 12 + 1, width // 12 + 1, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(
        (width, height), Image.Resampling.BICUBIC))


def shifted(dy, dx, height=150, width=201):
    """Two frames; what is at p in the one is at p + (dy, dx) in the other."""
    scene = texture(height + 40, width + 40)
    return scene[20:-20, 20:-20], scene[20 - dy:20 - dy + height,
                                        20 - dx:20 - dx + width]


@pytest.mark.parametrize("dy, dx", [(0, 0), (3, -7), (-5, 12), (1, 0)])
def test_a_shifted_picture_gives_its_shift(dy, dx):
    first, second = shifted(dy, dx)
    forward = optical_flow.flow(first, second)
    assert forward.shape == (150, 201, 2) and forward.dtype == np.float32
    interior = forward[20:-20, 20:-20]
    np.testing.assert_allclose(
        np.median(interior, axis=(0, 1)), [dy, dx], atol=0.2)
    assert np.mean(np.hypot(*np.moveaxis(interior - [dy, dx], -1, 0))) < 0.3
    assert optical_flow.fastest(forward) == pytest.approx(
        np.hypot(dy, dx), rel=0.2, abs=0.5)  # at the border it errs more


def test_a_good_flow_fits_and_is_consistent():
    first, second = shifted(3, -7)
    forward = optical_flow.flow(first, second)
    backward = optical_flow.flow(second, first)
    assert optical_flow.misfit(first, second, forward).mean() < 2
    assert optical_flow.inconsistent(forward, backward).mean() < 0.02
    wrong = np.full_like(forward, 9)
    assert optical_flow.misfit(first, second, wrong).mean() > 10
    assert optical_flow.inconsistent(wrong, backward).mean() > 0.8


def test_the_flow_between_two_shots_is_distrusted():
    first, second = texture(150, 201), texture(150, 201, seed=1)
    forward = optical_flow.flow(first, second)
    backward = optical_flow.flow(second, first)
    assert optical_flow.misfit(first, second, forward).mean() > 9
    assert optical_flow.inconsistent(forward, backward).mean() > 0.3


def test_misfit_is_the_difference_in_gray_levels():
    gray = np.full((40, 60, 3), 100, np.uint8)
    lighter = gray + np.uint8(7)
    still = np.zeros((40, 60, 2), np.float32)
    np.testing.assert_array_equal(
        optical_flow.misfit(gray, lighter, still), np.full((40, 60), 7))
    # What is led out of the frame, here by two columns, can't be judged.
    misfit = optical_flow.misfit(gray, lighter, still + np.float32([0, 2]))
    np.testing.assert_array_equal(misfit[:, :-2], 7)
    np.testing.assert_array_equal(misfit[:, -2:], 0)


def test_there_and_back_must_end_where_they_began():
    there = np.zeros((40, 60, 2), np.float32) + np.float32([0, 5])
    back = -there
    assert not optical_flow.inconsistent(there, back).any()
    back[:, 30:] = 0  # what is at 25 or more is led there
    disagree = optical_flow.inconsistent(there, back)
    # At 55 or more it leaves the frame, where nothing can be told.
    assert disagree[:, 25:55].all()
    assert not disagree[:, :25].any() and not disagree[:, 55:].any()


def test_one_area_speaks_for_itself():
    forward = np.zeros((160, 320, 2), np.float32)
    forward[40:60, 50:70] = 3, 4  # an arm
    forward[0, 0] = 99  # a stray vector
    assert optical_flow.fastest(forward) == 5
    misfit = np.zeros((160, 320), np.float32)
    misfit[40:60, 50:70] = 80
    assert misfit.mean() < 1
    assert optical_flow.worst_area(misfit) == 80


def test_sampling_is_bilinear_and_repeats_the_border():
    ramp = np.arange(5, dtype=np.float32)[np.newaxis].repeat(3, axis=0)
    half = np.zeros((3, 5, 2), np.float32) + np.float32([0, 0.5])
    np.testing.assert_allclose(
        optical_flow.sampled(ramp, half)[1], [0.5, 1.5, 2.5, 3.5, 4])
    np.testing.assert_array_equal(
        optical_flow.inside(half * 2)[1], [True, True, True, True, False])


@pytest.mark.parametrize("size", [
    (1, 1), (1, 40), (2, 3), (7, 5), (8, 8), (17, 16), (31, 33), (9, 400)])
def test_no_size_is_too_small_or_too_odd(size):
    first = texture(*size)
    forward = optical_flow.flow(first, first)
    assert forward.shape == (*size, 2)
    np.testing.assert_allclose(forward, 0, atol=0.1)
    assert optical_flow.misfit(first, first, forward).shape == size
    assert optical_flow.fastest(forward) < 0.1


def test_a_picture_turned_on_its_side_will_do():
    first = np.rot90(texture(60, 80))  # a view, not contiguous
    assert optical_flow.flow(first, first).shape == (80, 60, 2)


def test_frames_of_different_sizes_are_refused():
    with pytest.raises(ValueError, match="differ in size"):
        optical_flow.flow(texture(40, 40), texture(40, 42))
