"""Matching, precision and recall, computed by hand."""

import numpy as np
import pytest

from ha_deblur.annotations.box_matching import (
    Matched,
    average_precision,
    intersection_over_union,
    match,
    totals,
)


def test_intersection_over_union_of_boxes():
    one = [[0, 0, 10, 10], [20, 0, 10, 10]]
    other = [[5, 0, 10, 10], [0, 0, 10, 10], [22, 5, 4, 5]]
    np.testing.assert_allclose(
        intersection_over_union(one, other),
        [[50 / 150, 1, 0], [0, 0, 20 / 100]])
    assert intersection_over_union([], other).shape == (0, 3)
    assert intersection_over_union(one, []).shape == (2, 0)


def test_a_person_has_one_box_at_most_and_the_surest_comes_first():
    true = [[0, 0, 10, 10], [100, 0, 10, 10]]
    found = [[0, 0, 10, 8], [0, 0, 10, 9], [50, 50, 10, 10]]
    assert match(found, true, [0.6, 0.9, 0.7]) == Matched(
        2, [(0.9, 0.9), (0.7, None), (0.6, None)])
    # Without scores the first box comes first.
    assert match(found, true) == Matched(
        2, [(None, 0.8), (None, None), (None, None)])
    assert match(found, true, min_iou=0.85) == Matched(
        2, [(None, None), (None, 0.9), (None, None)])


def test_a_box_takes_the_person_it_overlaps_most_of_those_still_free():
    true = [[0, 0, 10, 10], [2, 0, 10, 10]]
    found = [[2, 0, 10, 10], [2, 0, 10, 10]]
    assert match(found, true, [0.9, 0.8]).found == [
        (0.9, 1), (0.8, pytest.approx(80 / 120))]


def test_people_in_the_distance_are_neither_missed_nor_false():
    true = [[0, 0, 10, 30], [50, 0, 5, 15]]
    found = [[0, 0, 10, 30],  # on the near one
             [50, 0, 5, 20],  # on the far one, itself tall enough: IoU 0.75
             [51, 0, 5, 16],  # on the same
             [90, 0, 9, 19],  # on nobody, too low to count
             [90, 0, 9, 20]]  # on nobody
    assert match(found, true, min_height=20) == Matched(
        1, [(None, 1), (None, None)])
    assert match(found[1:4], true, min_height=20) == Matched(1, [])
    assert match([], [], min_height=20) == Matched(0, [])
    assert match(found[:1], []) == Matched(0, [(None, None)])


def test_totals_of_two_pictures():
    # Surest first: hit, miss, hit; one of three people stays without a box.
    pictures = [Matched(2, [(0.9, 0.8), (0.5, 0.6)]), Matched(1, [(0.7, None)])]
    assert totals(pictures) == {
        "people": 3, "found": 3, "matched": 2,
        "precision": pytest.approx(2 / 3), "recall": pytest.approx(2 / 3),
        "mean_iou": pytest.approx(0.7),
        # Precision 1 up to a recall of 1/3, then 2/3 up to 2/3, then 0.
        "average_precision": pytest.approx((1 + 2 / 3) / 3)}
    assert totals([Matched(0, [])]) == {
        "people": 0, "found": 0, "matched": 0, "precision": None,
        "recall": None, "mean_iou": None, "average_precision": None}


def test_precision_never_grows_with_recall():
    # Miss, hit, hit: 2/3 is had at a recall of 1, so at 1/2 as well.
    assert average_precision(
        [(0.9, None), (0.8, 0.7), (0.7, 0.7)], 2) == pytest.approx(2 / 3)
    assert average_precision([], 2) == 0
    assert average_precision([(0.9, 0.7), (None, None)], 2) is None
