"""Which pixels of a mask are which person."""

import numpy as np

from ha_deblur.annotations.mask_shape import shape_of
from ha_deblur.annotations.people_masks import people_of, person_boxes


def people_in(mask):
    return people_of(shape_of(mask.astype(np.uint8)))


def boxes_in(mask):
    return person_boxes(people_in(mask))


def test_the_parts_of_a_white_mask_are_people_the_farthest_first():
    mask = np.zeros((100, 100))
    mask[10:20, 30:35] = 255
    mask[20:22, 35:37] = 255  # touches by a corner
    mask[0:50, 90:100] = 255
    mask[80, 80] = 255  # less than 0.05 % of 10,000 pixels is under 5
    assert boxes_in(mask) == [[30, 10, 7, 12], [90, 0, 10, 50]]


def test_a_limb_that_the_mask_cut_off_stays_with_its_person():
    mask = np.zeros((200, 200))
    mask[50:150, 50:100] = 1  # people drawn as 1, not as 255
    mask[80:90, 102:120] = 1  # two pixels away
    mask[80:90, 130:150] = 1  # ten pixels from there
    people = people_in(mask)
    assert person_boxes(people) == [[130, 80, 20, 10], [50, 50, 70, 100]]
    assert people.sum() == mask.sum()  # what joined them is not theirs


def test_coloured_masks_have_a_colour_for_each_person():
    mask = np.zeros((100, 100, 3), np.uint8)
    mask[10:60, 10:30] = (128, 0, 0)
    mask[10:70, 30:50] = (0, 128, 0)  # side by side
    mask[80:90, 10:30] = (128, 0, 0)  # his foot, behind a bench
    people = people_in(mask)
    assert person_boxes(people) == [[30, 10, 20, 60], [10, 10, 20, 80]]


def test_nobody_has_no_box():
    people = people_in(np.zeros((10, 12, 3)))
    assert people.shape == (0, 10, 12)
    assert person_boxes(people) == []
    assert person_boxes(np.zeros((1, 10, 12), bool)) == []
