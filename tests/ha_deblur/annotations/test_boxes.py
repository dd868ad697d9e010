"""Boxes cut to their picture, and brought to fractions of it."""

import pytest

from ha_deblur.annotations import boxes


@pytest.mark.parametrize("box, expected", [
    ([10, 5, 20, 10], [0.25, 0.25, 0.75, 0.75]),
    ([-10, -5, 20, 10], [0, 0, 0.25, 0.25]),
    ([30, 15, 100, 100], [0.75, 0.75, 1, 1]),
    ([50, 0, 10, 20], [0, 1, 1, 1]),
])
def test_normalized_boxes_are_tensorflows_and_clipped(box, expected):
    assert boxes.normalized(box, width=40, height=20) == expected


@pytest.mark.parametrize("box, expected", [
    ([10, 5, 20, 10], [10, 5, 20, 10]),
    ([-10, -5, 20.123, 10], [0, 0, 10.12, 5]),
    ([30.006, 15, 100, 100], [30.01, 15, 9.99, 5]),
    ([40, 0, 10, 20], None),
    ([5, 5, 0, 3], None),
    ([5, 5, float("nan"), 3], None),
    ([float("-inf"), 5, float("inf"), 3], None),
])
def test_clipped_boxes_keep_what_is_inside_the_picture(box, expected):
    assert boxes.clipped(box, width=40, height=20) == expected
