"""Blur of moving layers against values computed by hand."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.blur import moving_layers
from ha_deblur.blur.motion import smooth_motion, straight_motion

STILL = straight_motion(0.0, 0.0)


def noise(height, width, channels=3, seed=0):
    shape = (height, width, channels)
    return np.random.default_rng(seed).random(shape, np.float32)


def blur_layers(image, mask, background, person, **settings):
    """Of one person."""
    blurred, sharp, people = moving_layers.blur_layers(
        image, mask[tf.newaxis], background, person[tf.newaxis],
        **settings)
    return blurred, sharp, people[0]


def crop_margin(mask, background, person):
    return moving_layers.crop_margin(
        mask[np.newaxis], background, person[tf.newaxis])


def square_mask(height, width, top, left, bottom, right):
    mask = np.zeros((height, width, 1), np.float32)
    mask[top:bottom, left:right] = 1
    return mask


def test_filled_hole_takes_the_colours_around_it():
    image = np.full((32, 32, 3), 0.5, np.float32)
    image[:, 16:] = 0.8
    hole = square_mask(32, 32, 8, 4, 20, 12)  # 4 pixels from the bright half
    image[hole[..., 0] == 1] = 0.0
    filled = moving_layers.fill_behind(image, hole).numpy()
    inside = hole[..., 0] == 1
    np.testing.assert_array_equal(filled[~inside], image[~inside])
    assert filled[inside].min() >= 0.5 - 1e-5
    assert filled[8:20, 4:6].max() < 0.6  # far from the bright half
    assert filled[inside].max() <= 0.8 + 1e-5


def test_person_does_not_leak_into_what_is_filled_behind():
    image = np.full((40, 40, 3), 0.2, np.float32)
    image[10:30, 10:30] = 1.0  # a person one pixel larger than the mask
    mask = square_mask(40, 40, 11, 11, 29, 29)
    blurred, _, _ = blur_layers(
        image, mask, STILL, straight_motion(0.0, 10.0))
    # Left of where the person is in the last frames: half of the frames show
    # what is behind; were the person in it too, this would stay at 1.
    assert blurred.numpy()[20, 10, 0] == pytest.approx(
        0.2 + 0.8 * 6 / 11, abs=0.02)


def test_average_of_a_moving_column_is_a_box():
    image = np.zeros((8, 20, 3), np.float32)
    image[:, 9] = 1
    # Shifts of -5 .. 5: every column from 4 to 14 is bright in 1 of 11 frames.
    blurred, sharp, _ = blur_layers(
        image, np.zeros((8, 20, 1), np.float32),
        straight_motion(0.0, 10.0), STILL)
    expected = np.zeros((8, 20, 3), np.float32)
    expected[:, 4:15] = 1 / 11
    np.testing.assert_allclose(blurred, expected, atol=1e-6)
    np.testing.assert_array_equal(sharp, image)


def test_linear_light_keeps_highlights_brighter():
    image = np.zeros((8, 20, 3), np.float32)
    image[:, 9] = 1
    blurred, _, _ = blur_layers(
        image, np.zeros((8, 20, 1), np.float32),
        straight_motion(0.0, 10.0), STILL, gamma=2.0)
    assert blurred.numpy()[4, 6, 0] == pytest.approx((1 / 11) ** 0.5, abs=1e-4)


def test_without_motion_the_photo_comes_back_edges_included():
    image = noise(33, 47)
    mask = square_mask(33, 47, 10, 15, 33, 30)
    blurred, sharp, sharp_mask = blur_layers(
        image, mask, STILL, STILL)
    np.testing.assert_allclose(blurred, image, atol=2e-6)
    np.testing.assert_array_equal(sharp, image)
    np.testing.assert_array_equal(sharp_mask, mask)


def test_layers_move_apart_and_the_sharp_image_is_the_photo():
    image = noise(64, 80)
    mask = square_mask(64, 80, 20, 25, 44, 55)
    background = straight_motion(10.0, 0.0)
    person = straight_motion(0.0, 10.0)
    blurred, sharp, sharp_mask = blur_layers(
        image, mask, background, person, margin=5)
    np.testing.assert_array_equal(sharp, image[5:-5, 5:-5])
    np.testing.assert_array_equal(sharp_mask, mask[5:-5, 5:-5])
    # Deep inside a layer only its own motion is seen.
    row, column = 32, 40
    inside = image[row, column - 5:column + 6].mean(axis=0)
    np.testing.assert_allclose(blurred[row - 5, column - 5], inside, atol=1e-5)
    row, column = 12, 70
    outside = image[row - 5:row + 6, column].mean(axis=0)
    np.testing.assert_allclose(
        blurred[row - 5, column - 5], outside, atol=1e-5)


def test_crop_margin_leaves_nothing_smeared():
    mask = square_mask(60, 90, 30, 40, 60, 55)
    straight = straight_motion(7.0, -4.0)
    assert crop_margin(mask, straight, STILL) == 4  # of 3.5
    turning = tf.constant([[0.0, 0.0, angle, 0.0] for angle in (0.1, 0, -0.1)])
    # The corners of 60x90 are 53.2 pixels from the middle, and the greatest
    # part of their way is 44.5 sin 0.1 + 29.5 (1 - cos 0.1) = 4.6.
    assert crop_margin(mask, turning, STILL[:3]) == 5
    # The person's box is 29 x 14: 14.5 sin 0.1 + 7 (1 - cos 0.1) = 1.5.
    assert crop_margin(mask, STILL[:3], turning) == 2
    nobody = np.zeros_like(mask)
    assert crop_margin(nobody, STILL[:3], turning) == 0


def test_everybody_walks_alone_and_the_nearer_hides_the_farther():
    image = np.full((40, 80, 3), 0.2, np.float32)
    image[:, 10:20] = 0.6  # walks right by 30 pixels, from -15 to 15
    image[:, 40:50] = 1.0  # the nearer one: walks left by as much
    people = np.stack([square_mask(40, 80, 0, 10, 40, 20),
                       square_mask(40, 80, 0, 40, 40, 50)])
    motions = tf.stack([straight_motion(0.0, 30.0, 3),
                        straight_motion(0.0, -30.0, 3)])
    blurred, _, there = moving_layers.blur_layers(
        image, people, STILL[:3], motions, feather=0.3)
    row = blurred.numpy()[20, :, 0]
    # Frames: the far one covers -5..5, 10..20, 25..35, the near one
    # 55..65, 40..50 and 25..35, where it hides the other.
    expected = {2: (0.6 + 0.2 + 0.2) / 3, 15: (0.2 + 0.6 + 0.2) / 3,
                30: (0.2 + 0.2 + 1.0) / 3, 45: (0.2 + 1.0 + 0.2) / 3,
                60: (1.0 + 0.2 + 0.2) / 3, 75: 0.2}
    assert {x: row[x] for x in expected} == pytest.approx(expected, abs=1e-3)
    np.testing.assert_array_equal(there, people)


def test_people_whose_edges_meet_come_back_without_motion():
    image = noise(40, 60)
    people = np.stack([square_mask(40, 60, 5, 10, 40, 30),
                       square_mask(40, 60, 15, 30, 40, 50)])
    blurred, _, _ = moving_layers.blur_layers(
        image, people, STILL, tf.stack([STILL, STILL]))
    np.testing.assert_allclose(blurred, image, atol=5e-6)


@pytest.mark.parametrize(("mask", "box"), [
    (square_mask(20, 30, 3, 4, 10, 8), [3, 4, 9, 7]),
    (np.zeros((20, 30, 1), np.float32), [0, 0, 19, 29]),
])
def test_layer_boxes_hold_the_mask_or_all_of_an_empty_one(mask, box):
    boxes = moving_layers.layer_boxes(mask[np.newaxis])
    assert boxes.numpy().tolist() == [[0, 0, 19, 29], box]


def render(image, mask, seed):
    """What a pipeline does, all of it in the graph."""
    background = smooth_motion(seed, 5, 6.0, 0.01, 0.01)
    person = smooth_motion(seed + 1, 5, 6.0, 0.02, 0.02)
    return blur_layers(
        image, mask, background, person, margin=8)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_graph_and_xla_equal_eager(jit_compile):
    image, mask = noise(48, 56), square_mask(48, 56, 12, 20, 48, 40)
    seed = tf.constant([3, 4])
    compiled = tf.function(render, jit_compile=jit_compile)
    expected = render(image, mask, seed)
    results = compiled(image, mask, seed)
    for result, other in zip(results, expected):
        np.testing.assert_allclose(result, other, atol=1e-4)
    assert np.abs(expected[0] - expected[1]).max() > 0.1


def test_maps_over_a_dataset_with_static_shapes():
    image, mask = noise(48, 56), square_mask(48, 56, 12, 20, 48, 40)
    samples = tf.data.Dataset.from_tensors((image, mask)).repeat(2)
    samples = samples.enumerate().map(
        lambda index, sample: render(*sample, tf.stack([index, 0])))
    assert samples.element_spec[0].shape == (32, 40, 3)
    first, second = (blurred.numpy() for blurred, _, _ in samples)
    assert np.abs(first - second).max() > 0.1  # another seed, another motion
