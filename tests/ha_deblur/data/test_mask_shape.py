"""Masks as people have them, and what can't be told."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ha_deblur.data.mask_shape import shape_of

THERE = np.zeros((64, 96), bool)
THERE[10:40, 20:50] = True
OPAQUE = np.full((64, 96), 255, np.uint8)


def grey(white, dtype=np.uint8):
    return (THERE * white).astype(dtype)


def rgb(red, green, blue):
    return np.dstack([grey(red), grey(green), grey(blue)])


def as_jpeg(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=75)
    return np.asarray(Image.open(file))


def white_with(alpha):
    return np.dstack([np.full((64, 96, 3), 255, np.uint8), alpha])


def photo(seed=0):
    return np.random.default_rng(seed).integers(
        0, 255, (64, 96, 3)).astype(np.uint8)


@pytest.mark.parametrize("mask", [
    THERE, grey(1), grey(2), grey(15), grey(128), grey(255),
    grey(1, np.uint16), grey(255, np.uint16), grey(4095, np.uint16),
    grey(65535, np.uint16), grey(7, np.int32), grey(1.0, np.float32),
    grey(255.0, np.float32), rgb(255, 255, 255), rgb(128, 0, 0),
    white_with(grey(255)), white_with(grey(90)),  # painted, half transparent
    np.dstack([0 * rgb(1, 1, 1), grey(255)]),  # a black silhouette
    np.dstack([photo(), grey(255)]),  # a person cut out of a photo
    np.dstack([grey(255), OPAQUE]), np.dstack([rgb(255, 255, 255), OPAQUE]),
    # white on black, on a layer that doesn't reach the left border
    np.dstack([rgb(255, 255, 255), OPAQUE * (np.arange(96) > 9)])])
def test_the_shape_is_found(mask):
    found = shape_of(mask)
    assert found.share.dtype == np.float32
    np.testing.assert_array_equal(found.share, THERE)
    assert found.labels is None


@pytest.mark.parametrize("mask", [
    as_jpeg(grey(255)), as_jpeg(rgb(255, 255, 255)),
    np.asarray(Image.fromarray(grey(255)).filter(ImageFilter.GaussianBlur(4)))])
def test_soft_and_noisy_edges_stay_soft(mask):
    found = shape_of(mask)
    assert found.labels is None
    np.testing.assert_allclose(
        found.share, mask.reshape(64, 96, -1)[..., 0] / 255, atol=1e-6)


def test_what_is_in_0_1_is_taken_as_it_is():
    faint = np.float64(THERE) * 0.3
    np.testing.assert_array_equal(shape_of(faint).share, np.float32(faint))
    assert not shape_of(0 * grey(1)).share.any()
    assert shape_of(OPAQUE).share.all()
    assert not shape_of(white_with(0 * OPAQUE)).share.any()  # nothing painted


def test_labels_are_people():
    mask = grey(1)
    mask[45:60, 60:90] = 2
    mask[44, 60:90] = 255  # "not known", as VOC draws edges
    found = shape_of(mask)
    assert [(found.labels == label).sum() for label in (1, 2)] == [900, 450]
    assert found.labels.max() == 2
    np.testing.assert_array_equal(found.share, mask > 0)
    colours = rgb(128, 0, 0)
    colours[45:60, 60:90] = (0, 64, 0)
    found = shape_of(colours)
    assert sorted(np.bincount(found.labels.ravel())) == [450, 900, 4794]
    np.testing.assert_array_equal(found.share, colours.any(axis=-1))


def test_a_trimap_s_grey_is_half():
    mask = grey(255)
    mask[40:50, 20:50] = 128
    found = shape_of(mask)
    assert found.labels is None
    assert found.share[45, 30] == np.float32(128 / 255)
    assert found.share[20, 30] == 1


@pytest.mark.parametrize(("mask", "reason"), [
    (grey(1) + 1, "has nothing black: its levels are 1 to 2"),
    (0 * grey(1) + 128, "is of one grey, 128, everywhere"),
    (photo(), "looks like a photo"),
    (np.uint8(photo()[..., 0] * 0.6 + 20), "looks like a photo"),
    (np.uint8(photo()[..., 0] * 0.4), "none above 101 of 255"),
    (np.where(THERE[..., None], (255, 0, 0), (0, 0, 255)), "none of them bla"),
    (np.dstack([grey(255), 0 * OPAQUE]), "is transparent everywhere"),
    (np.full((4, 4), np.nan), "NaN"), (np.full((4, 4), -1), "below 0"),
    (np.zeros((2, 4, 4, 3)), "is of shape"), (np.array([["a"]]), "no levels"),
    (np.zeros((0, 4)), "is of shape")])
def test_what_can_t_be_told_is_refused(mask, reason):
    with pytest.raises(ValueError, match=reason):
        shape_of(mask)
