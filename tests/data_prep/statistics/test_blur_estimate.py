"""blur_estimate: known motion of a photo is found, and none is made up."""

import math

import numpy as np
import pytest
from scipy import ndimage
from skimage import color, data

from data_prep.statistics import blur_estimate
from data_prep.statistics.blur_estimate import NEEDED, REACH, SIDE

CORNERS = [(10, 80), (130, 10), (250, 130)]  # of textured parts


@pytest.fixture(scope="module")
def photo():
    """[396, 280] gray levels."""
    return 255 * color.rgb2gray(data.astronaut()[50:446, 120:400])


def _moved(photo, length, angle, gamma=1.0):
    """The average along a path, in light of a gamma."""
    dy, dx = -math.sin(math.radians(angle)), math.cos(math.radians(angle))
    places = np.linspace(-length / 2, length / 2, length + 1)
    light = (photo / 255) ** gamma
    mean = np.mean([ndimage.shift(light, (t * dy, t * dx), order=1,
                                  mode="nearest") for t in places], axis=0)
    return 255 * mean ** (1 / gamma)


def _found(sharp, blurred):
    """[(length, angle)] of three squares."""
    sharp, blurred = (blur_estimate.to_gray(np.repeat(
        np.clip(gray, 0, 255).round().astype(np.uint8)[..., None], 3, -1))
        for gray in (sharp, blurred))
    return [blur_estimate.straight_motion(
        sharp[y:y + NEEDED, x:x + NEEDED],
        blurred[y + REACH:y + REACH + SIDE, x + REACH:x + REACH + SIDE])
        for y, x in CORNERS]


def _off(angle, other):
    return abs((angle - other + 90) % 180 - 90)


@pytest.mark.parametrize("length, angle", [
    (8, 0), (8, 30), (8, 100), (20, 10), (20, 52), (20, 90), (20, 135),
    (40, 0), (40, 45), (40, 75), (40, 170)])
def test_known_motion_is_found(photo, length, angle):
    for found in _found(photo, _moved(photo, length, angle)):
        assert found[0] == pytest.approx(length, abs=2)
        assert _off(found[1], angle) <= 8


@pytest.mark.parametrize("length", [0, 20])
def test_noise_neither_makes_motion_up_nor_hides_it(photo, length):
    generator = np.random.default_rng(0)
    sharp, blurred = (gray + generator.normal(0, 6, gray.shape)
                      for gray in (photo, _moved(photo, length, 60)))
    for found, angle in _found(sharp, blurred):
        assert found == pytest.approx(length, abs=2)
        assert angle is None if length == 0 else _off(angle, 60) <= 8


def test_identical_squares_did_not_move(photo):
    assert _found(photo, photo) == 3 * [(0.0, None)]


def test_light_and_brightness_do_not_matter(photo):
    blurred = 0.9 * _moved(photo, 24, 120, gamma=2.2) + 12
    for length, angle in _found(photo, blurred):
        assert length == pytest.approx(24, abs=3)
        assert _off(angle, 120) <= 8


def test_longer_motion_counts_as_the_longest(photo):
    for length, _ in _found(photo, _moved(photo, 70, 0)):
        assert 56 <= length <= blur_estimate.LONGEST


def test_angles_rise_to_the_right():
    """Averaging up and to the right is 45 degrees, not 135."""
    points = np.zeros([NEEDED, NEEDED], np.float32)
    points[10::23, 5::31] = 255
    points = ndimage.gaussian_filter(points, 2) * 10
    blurred = np.mean([np.roll(points, (-t, t), (0, 1))
                       for t in range(-5, 6)], axis=0)
    inside = slice(REACH, REACH + SIDE)
    length, angle = blur_estimate.straight_motion(
        points, blurred[inside, inside])
    assert angle == 45 and length == pytest.approx(10 * 2 ** 0.5)


def test_squares_need_structure_in_two_directions():
    gray = np.zeros([NEEDED, NEEDED + 2 * SIDE], np.float32)
    gray[:, REACH + 10:REACH + 20] = 200  # a bar, along which nothing shows
    noise = np.random.default_rng(0).normal(0, 9, [SIDE, SIDE])
    gray[REACH:REACH + SIDE, REACH + 2 * SIDE:REACH + 3 * SIDE] = noise
    assert blur_estimate.squares(gray) == [(REACH, REACH + 2 * SIDE)]


def test_small_pictures_hold_no_square():
    noise = np.random.default_rng(0).normal(0, 50, [NEEDED - 1, 300])
    assert blur_estimate.squares(noise) == []
