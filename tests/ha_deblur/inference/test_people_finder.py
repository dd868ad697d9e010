"""Boxes of people by attention at several scales."""

import numpy as np
import pytest

from ha_deblur.inference.people_finder import PeopleFinder, scaled_sizes


def bright(image):
    """An attention that takes what is bright for people."""
    return np.where(image[..., 0] > 127, 0.8, 0.1).astype(np.float32)


def test_boxes_are_in_the_picture_s_own_pixels():
    image = np.zeros((600, 1200, 3), np.uint8)
    image[150:450, 300:400] = image[60:540, 900:1050] = 255
    (first, score), (second, other) = PeopleFinder(bright)(image)
    np.testing.assert_allclose(first, [900, 60, 150, 480], atol=4)
    np.testing.assert_allclose(second, [300, 150, 100, 300], atol=4)
    # The maps' edges are soft where they were made larger.
    assert score == pytest.approx(0.8, abs=0.03)
    assert other == pytest.approx(0.8, abs=0.03)


def test_the_scales_maps_are_fused():
    image = np.zeros((200, 300, 3), np.uint8)

    def surest_at_one_scale(image):
        sure = 0.95 if len(image) == 100 else 0.55
        return np.full(image.shape[:2], sure, np.float32)

    for fusion, value in (("mean", 0.75), ("max", 0.95)):
        finder = PeopleFinder(surest_at_one_scale, (100, 200), fusion)
        attention = finder.attention(image)
        assert attention.shape == (200, 300)
        np.testing.assert_allclose(attention, value, atol=1e-6)
        assert finder(image) == [
            ([0, 0, 300, 200], pytest.approx(value))]


def test_scales_are_bounded():
    assert scaled_sizes(1000, 2000) == [
        (256, 512), (384, 768), (512, 1024), (768, 1536)]
    # At most half as large again, and each size once.
    assert scaled_sizes(300, 400) == [(256, 341), (384, 512), (450, 600)]
    assert scaled_sizes(10, 20) == [(15, 30)]
    # Not even of a panorama more than 2 megapixels.
    for sizes in (scaled_sizes(1000, 100_000), scaled_sizes(100_000, 1000)):
        assert all(height * width < 2.2e6 for height, width in sizes)
    assert scaled_sizes(1, 10_000_000)[0][0] == 1


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3)])
def test_tiny_pictures_pass(size):
    finder = PeopleFinder(bright)
    assert finder(np.zeros((*size, 3), np.uint8)) == []
    [(box, score)] = finder(np.full((*size, 3), 255, np.uint8))
    np.testing.assert_allclose(box, [0, 0, size[1], size[0]])
    assert score == pytest.approx(0.8)
