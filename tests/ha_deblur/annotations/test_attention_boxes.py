"""From maps of attention to boxes."""

import numpy as np
import pytest

from ha_deblur.annotations.attention_boxes import boxes_of


def test_each_region_of_a_map_is_a_box_with_its_mean():
    attention = np.full((100, 200), 0.1)
    attention[20:60, 30:50] = 0.75  # 800 pixels
    attention[10:90, 120:160] = 0.9  # 3,200 pixels
    attention[10:50, 120:160] = 0.7
    assert boxes_of(attention, threshold=0.5) == [
        ([120, 10, 40, 80], pytest.approx(0.8)),
        ([30, 20, 20, 40], pytest.approx(0.75))]
    assert boxes_of(attention, threshold=0.8) == [
        ([120, 50, 40, 40], pytest.approx(0.9))]
    assert boxes_of(attention, threshold=0.05) == [
        ([0, 0, 200, 100], pytest.approx(attention.mean()))]


def test_a_map_without_people_has_no_boxes():
    assert boxes_of(np.full((8, 8), 0.7), threshold=0.7) == []


def test_parts_that_touch_by_a_corner_are_one_and_specks_are_none():
    attention = np.zeros((100, 100))
    attention[10:20, 10:20] = attention[20:30, 20:30] = 0.75
    attention[50:52, 50:52] = 1  # 4 pixels; 0.05 % of 10,000 are 5
    assert boxes_of(attention) == [([10, 10, 20, 20], 0.75)]


def test_a_crumb_inside_a_person_s_box_is_no_person():
    attention = np.zeros((100, 100))
    attention[10:90, 10:20] = attention[80:90, 10:60] = 0.75  # an L
    attention[50:55, 40:45] = 1  # inside of its box
    attention[20:30, 55:75] = 1  # a quarter of it
    assert boxes_of(attention) == [
        ([10, 10, 50, 80], 0.75), ([55, 20, 20, 10], 1)]
