"""Rasterized boxes against masks drawn by hand."""

import numpy as np
import tensorflow as tf

from ha_deblur.annotations.masks import rasterize_boxes


def drawn(boxes, *arguments):
    boxes = tf.constant(boxes, tf.float32, shape=[len(boxes), 4])
    mask = rasterize_boxes(boxes, *arguments)
    assert mask.dtype == tf.float32
    return mask.numpy()[..., 0].astype(int).tolist()


def test_a_box_covers_its_pixels():
    # rows 1 to 2, columns 2 to 4, of 4 x 6
    assert drawn([[1 / 4, 2 / 6, 3 / 4, 5 / 6]], 4, 6) == [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 0]]


def test_boxes_that_overlap_stay_binary_and_may_cross_the_border():
    assert drawn([[-0.5, -0.5, 0.5, 0.5], [0.25, 0.25, 2, 0.75]], 4, 4) == [
        [1, 1, 0, 0],
        [1, 1, 1, 0],
        [0, 1, 1, 0],
        [0, 1, 1, 0]]


def test_no_boxes_give_an_empty_mask():
    assert drawn([], 2, 3) == [[0, 0, 0], [0, 0, 0]]


def test_a_pixel_is_inside_when_its_centre_is():
    # centres at 0.125, 0.375, 0.625 and 0.875
    assert drawn([[0.0, 0.13, 1.0, 0.62]], 1, 4) == [[0, 1, 0, 0]]
    assert drawn([[0.0, 0.12, 1.0, 0.63]], 1, 4) == [[1, 1, 1, 0]]


def test_integer_boxes_are_exact_at_video_sizes():
    """Normalizing in float32 must not move an edge by a pixel."""
    for y, x, h, w in ((37, 411, 511, 3), (719, 1279, 1, 1), (0, 1, 1, 7)):
        mask = rasterize_boxes(tf.constant(
            [[y / 720, x / 1280, (y + h) / 720, (x + w) / 1280]]), 720, 1280)
        expected = np.zeros([720, 1280, 1], np.float32)
        expected[y:y + h, x:x + w] = 1
        np.testing.assert_array_equal(mask, expected)


def test_a_window_is_a_part_of_the_whole():
    boxes = tf.constant([[0.1, 0.2, 0.6, 0.7], [0.5, 0.0, 0.9, 0.3]])
    whole = rasterize_boxes(boxes, 30, 40)
    part = tf.function(rasterize_boxes)(boxes, 30, 40, (7, 5, 16, 24))
    np.testing.assert_array_equal(part, whole[7:23, 5:29])
