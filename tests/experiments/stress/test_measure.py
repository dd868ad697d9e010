"""Changes of areas and of pixels, computed by hand."""

import numpy as np
import pytest

from experiments.stress import measure


def _grey(height, width, level=100):
    return np.full((height, width, 3), level, np.uint8)


def test_an_area_s_change_is_that_of_its_mean():
    before, after = _grey(64, 96), _grey(64, 96)
    after[:32, 64:, 1] += 20
    after[32:48, :32, 2] -= 30  # half of an area: 15
    expected = np.zeros((2, 3, 3))
    expected[0, 2, 1], expected[1, 0, 2] = 20, 15
    np.testing.assert_array_equal(
        measure.area_changes(before, after), expected)


def test_noise_without_a_mean_moves_pixels_and_no_area():
    before, after = _grey(64, 64), _grey(64, 64)
    after[::2] += 20
    after[1::2] -= 20
    assert measure.area_changes(before, after).max() == 0
    assert measure.rms_change(before, after) == pytest.approx(20)


def test_the_last_areas_end_at_the_edge():
    before, after = _grey(40, 33), _grey(40, 33)
    after[8:, -1] = 132  # one of 32 columns, by 32 levels
    changes = measure.area_changes(before, after)
    assert changes.shape == (2, 2, 3)
    np.testing.assert_allclose(changes[1, :, 0], [0, 1])
    np.testing.assert_allclose(changes[0, :, 0], [0, 24 / 32])


@pytest.mark.parametrize("height, width, areas", [
    (1, 1, (1, 1)), (8, 5, (1, 1)), (32, 32, (1, 1)), (5, 70, (1, 3))])
def test_a_picture_smaller_than_an_area_is_one(height, width, areas):
    before, after = _grey(height, width, 255), _grey(height, width, 255)
    after[..., 0] = 0
    changes = measure.area_changes(before, after)
    assert changes.shape == (*areas, 3)
    np.testing.assert_allclose(changes[..., 0], 255)
    assert changes[..., 1:].max() == 0


@pytest.mark.parametrize("level, beyond", [
    (100, 0), (120, 0), (140, 0), (150, 10), (90, 10), (0, 100)])
def test_towards_the_sharp_picture_is_no_change(level, beyond):
    before, after, sharp = (_grey(64, 64, n) for n in (100, level, 140))
    changes = measure.area_changes(before, after, sharp)
    np.testing.assert_array_equal(changes, np.full((2, 2, 3), beyond))


def test_nor_towards_what_the_sharp_picture_is_at_the_path_s_ends():
    before, after, sharp = (_grey(128, 128) for _ in range(3))
    sharp[:, 64:] = 132
    # Up to 16 of an area's 32 columns may be of the other side.
    after[:, 32:64] = 116
    assert measure.area_changes(before, after, sharp).max() == 0
    after[:, 32:64] = 119
    changes = measure.area_changes(before, after, sharp)
    np.testing.assert_array_equal(changes[:, 1], np.full((4, 3), 3))
    after[:, :32] = 116  # too far away
    changes = measure.area_changes(before, after, sharp)
    np.testing.assert_array_equal(changes[:, 0], np.full((4, 3), 16))


def test_root_mean_square():
    before, after = _grey(2, 2), _grey(2, 2)
    after[0, 0] = (112, 100, 84)  # 12 and 16 of 12 values
    assert measure.rms_change(before, after) == pytest.approx(
        ((144 + 256) / 12) ** 0.5)
