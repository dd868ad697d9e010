"""Blur of moving layers against values computed by hand."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_addons as tfa

from ha_deblur.data import moving_layers

STILL = moving_layers.straight_motion(0.0, 0.0)


def noise(height, width, channels=3, seed=0):
    shape = (height, width, channels)
    return np.random.default_rng(seed).random(shape, np.float32)


def square_mask(height, width, top, left, bottom, right):
    mask = np.zeros((height, width, 1), np.float32)
    mask[top:bottom, left:right] = 1
    return mask


def warped(image, motion, centre):
    """The image in the first frame of a motion."""
    flow = moving_layers.motion_flow(motion, *image.shape[:2], centre)
    return tfa.image.dense_image_warp(image[np.newaxis], flow[:1])[0].numpy()


def assert_moved(motion, centre, before, after):
    image = np.zeros((9, 9, 1), np.float32)
    image[before] = 1
    expected = np.zeros_like(image)
    expected[after] = 1
    np.testing.assert_allclose(
        warped(image, motion, centre), expected, atol=1e-5)


def test_motion_of_one_pixel_moves_the_picture_by_one_pixel():
    down_and_left = tf.constant([[1.0, -1.0, 0.0, 0.0]])
    assert_moved(down_and_left, (4.0, 4.0), (2, 3), (3, 2))


def test_positive_angle_turns_anticlockwise_around_the_centre():
    quarter = tf.constant([[0.0, 0.0, np.pi / 2, 0.0]])
    # Around (4, 4): from two pixels right of it to two pixels above it.
    assert_moved(quarter, (4.0, 4.0), (4, 6), (2, 4))


def test_log_scale_magnifies_around_the_centre():
    double = tf.constant([[0.0, 0.0, 0.0, np.log(2.0)]])
    flow = moving_layers.motion_flow(double, 9, 9, (4.0, 4.0))[0].numpy()
    assert flow[4, 4] == pytest.approx([0, 0], abs=1e-6)
    # What is seen at (8, 0) was at (6, 2): it has moved by (2, -2).
    assert flow[8, 0] == pytest.approx([2, -2], abs=1e-5)


def test_straight_motion_is_centred_and_even():
    motion = moving_layers.straight_motion(0.0, 4.0, frames=5).numpy()
    assert motion[:, 1].tolist() == [-2, -1, 0, 1, 2]
    assert not motion[:, [0, 2, 3]].any()


@pytest.mark.parametrize("frames", [1, 10])
def test_frames_without_a_centre_are_refused(frames):
    with pytest.raises(ValueError, match="odd number"):
        moving_layers.straight_motion(1.0, 1.0, frames)


def test_smooth_motion_is_centred_bounded_and_follows_its_seed():
    lengths = []
    for seed in range(40):
        motion = moving_layers.smooth_motion(
            [1, seed], 11, translation=20.0, rotation=0.1, scale=0.05).numpy()
        assert motion.shape == (11, 4)
        assert not motion[5].any()
        steps = np.linalg.norm(np.diff(motion[:, :2], axis=0), axis=1)
        lengths.append(steps.sum())
        # Smooth: no step is far from its neighbours.
        assert (np.abs(np.diff(steps)) < 0.25 * steps[1:]).all()
        assert np.abs(motion[:, 2]).max() <= 0.1
        assert np.abs(motion[:, 3]).max() <= 0.05
    assert max(lengths) <= 20.0 + 1e-4
    assert max(lengths) > 15.0
    assert min(lengths) < 5.0
    again = moving_layers.smooth_motion([1, 39], 11, 20.0, 0.1, 0.05)
    np.testing.assert_array_equal(motion, again)


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
    blurred, _, _ = moving_layers.blur_layers(
        image, mask, STILL, moving_layers.straight_motion(0.0, 10.0))
    # Left of where the person is in the last frames: half of the frames show
    # what is behind; were the person in it too, this would stay at 1.
    assert blurred.numpy()[20, 10, 0] == pytest.approx(
        0.2 + 0.8 * 6 / 11, abs=0.02)


def test_average_of_a_moving_column_is_a_box():
    image = np.zeros((8, 20, 3), np.float32)
    image[:, 9] = 1
    # Shifts of -5 .. 5: every column from 4 to 14 is bright in 1 of 11 frames.
    blurred, sharp, _ = moving_layers.blur_layers(
        image, np.zeros((8, 20, 1), np.float32),
        moving_layers.straight_motion(0.0, 10.0), STILL)
    expected = np.zeros((8, 20, 3), np.float32)
    expected[:, 4:15] = 1 / 11
    np.testing.assert_allclose(blurred, expected, atol=1e-6)
    np.testing.assert_array_equal(sharp, image)


def test_linear_light_keeps_highlights_brighter():
    image = np.zeros((8, 20, 3), np.float32)
    image[:, 9] = 1
    blurred, _, _ = moving_layers.blur_layers(
        image, np.zeros((8, 20, 1), np.float32),
        moving_layers.straight_motion(0.0, 10.0), STILL, gamma=2.0)
    assert blurred.numpy()[4, 6, 0] == pytest.approx((1 / 11) ** 0.5, abs=1e-4)


def test_without_motion_the_photo_comes_back_edges_included():
    image = noise(33, 47)
    mask = square_mask(33, 47, 10, 15, 33, 30)
    blurred, sharp, sharp_mask = moving_layers.blur_layers(
        image, mask, STILL, STILL)
    np.testing.assert_allclose(blurred, image, atol=2e-6)
    np.testing.assert_array_equal(sharp, image)
    np.testing.assert_array_equal(sharp_mask, mask)


def test_layers_move_apart_and_the_sharp_image_is_the_photo():
    image = noise(64, 80)
    mask = square_mask(64, 80, 20, 25, 44, 55)
    background = moving_layers.straight_motion(10.0, 0.0)
    person = moving_layers.straight_motion(0.0, 10.0)
    blurred, sharp, sharp_mask = moving_layers.blur_layers(
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
    straight = moving_layers.straight_motion(7.0, -4.0)
    assert moving_layers.crop_margin(mask, straight, STILL) == 4  # of 3.5
    turning = tf.constant([[0.0, 0.0, angle, 0.0] for angle in (0.1, 0, -0.1)])
    # The corners of 60x90 are 53.2 pixels from the middle, and the greatest
    # part of their way is 44.5 sin 0.1 + 29.5 (1 - cos 0.1) = 4.6.
    assert moving_layers.crop_margin(mask, turning, STILL[:3]) == 5
    # The person's box is 29 x 14: 14.5 sin 0.1 + 7 (1 - cos 0.1) = 1.5.
    assert moving_layers.crop_margin(mask, STILL[:3], turning) == 2
    nobody = np.zeros_like(mask)
    assert moving_layers.crop_margin(nobody, STILL[:3], turning) == 0


@pytest.mark.parametrize(("mask", "box"), [
    (square_mask(20, 30, 3, 4, 10, 8), [3, 4, 9, 7]),
    (np.zeros((20, 30, 1), np.float32), [0, 0, 19, 29]),
])
def test_person_box_holds_the_mask_or_all_of_an_empty_one(mask, box):
    assert moving_layers.person_box(mask).numpy().tolist() == box


def render(image, mask, seed):
    """What a pipeline does, all of it in the graph."""
    background = moving_layers.smooth_motion(seed, 5, 6.0, 0.01, 0.01)
    person = moving_layers.smooth_motion(seed + 1, 5, 6.0, 0.02, 0.02)
    return moving_layers.blur_layers(
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
