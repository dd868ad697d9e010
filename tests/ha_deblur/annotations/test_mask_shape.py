"""Masks as people have them, and what can't be told."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ha_deblur.annotations.mask_shape import shape_of

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
    np.testing.assert_array_equal(found.share, found.labels > 0)
    colours = rgb(128, 0, 0)
    colours[45:60, 60:90] = (0, 64, 0)
    found = shape_of(colours)
    assert sorted(np.bincount(found.labels.ravel())) == [450, 900, 4794]
    np.testing.assert_array_equal(found.share, colours.any(axis=-1))


def test_a_trimap_s_grey_is_half():
    mask = grey(255)
    mask[5:45, 15:55] = 128
    mask[THERE] = 255
    found = shape_of(mask)
    assert found.labels is None
    assert found.share[42, 30] == np.float32(128 / 255)
    assert found.share[20, 30] == 1
    wide = grey(0).repeat(2, 0).repeat(2, 1)
    wide[10:90, 20:120], wide[30:70, 40:100] = 128, 255
    found = shape_of(wide)
    assert found.labels is None
    assert found.share[20, 30] == np.float32(128 / 255)
    mask = grey(128)  # two people, for a trimap's grey is around its white
    mask[45:60, 60:90] = 255
    found = shape_of(mask)
    assert len(np.unique(found.labels)) == 3
    np.testing.assert_array_equal(found.share, mask > 0)


def test_shades_of_white_and_of_black_are_no_people_of_their_own():
    mask = grey(254)
    mask[20:30, 20:50] = 255
    assert shape_of(mask).labels is None
    mask = grey(255)
    mask[50:] = 1  # as JPEG leaves it in the dark, in less area than white
    mask[57:] = 2
    assert shape_of(mask).labels is None


def test_lines_are_people_where_there_are_no_areas():
    mask = rgb(0, 0, 0)
    mask[10:40, 20], mask[10:40, 60:63] = (255, 0, 0), (0, 255, 0)
    found = shape_of(mask)
    assert sorted(np.bincount(found.labels.ravel())) == [30, 90, 6024]


def test_white_beside_labels_is_nobody():
    mask = grey(15)
    mask[41:60, 20:80] = 255
    for labels in (mask, np.uint16(mask)):
        np.testing.assert_array_equal(shape_of(labels).share, THERE)


def test_one_grey_or_colour_with_a_soft_edge_is_whole():
    soft = np.asarray(Image.fromarray(grey(255).repeat(4, 0).repeat(
        4, 1)).filter(ImageFilter.GaussianBlur(1))) / 255
    for mask in (soft * 128, soft * 60, soft[..., None] * (0, 200, 0),
                 soft[..., None] * (120, 10, 90)):
        found = shape_of(mask.astype(np.uint8))
        assert found.labels is None
        np.testing.assert_allclose(found.share, soft, atol=0.02)


def test_people_are_told_apart_through_jpeg():
    for first, second in (((255, 0, 0), (0, 0, 255)), ((100,) * 3, (200,) * 3)):
        mask = rgb(*first)
        mask[10:60, 60:90] = second
        mask = mask.repeat(4, 0).repeat(4, 1)
        found = shape_of(as_jpeg(mask))
        one, other = (np.unique(found.labels[part]) for part in (
            np.s_[50:150, 90:190], np.s_[50:230, 250:350]))
        assert len(one) == len(other) == 1
        assert 0 < one != other > 0
        assert found.labels[:, :10].max() == 0


def test_people_painted_on_transparency_are_told_apart():
    painted = white_with(grey(255))
    painted[45:60, 60:90] = (255, 0, 0, 255)
    found = shape_of(painted)
    assert sorted(np.bincount(found.labels.ravel())) == [450, 900, 4794]
    np.testing.assert_array_equal(found.share, painted[..., 3] > 0)


def test_labels_may_be_any_number():
    mask = grey(24001000012, np.int64)
    mask[45:60, 60:90] = 3
    found = shape_of(mask)
    assert sorted(np.bincount(found.labels.ravel())) == [450, 900, 4794]


@pytest.mark.parametrize(("mask", "reason"), [
    (grey(1) + 1, "has nothing black: its levels are 1 to 2"),
    (0 * grey(1) + 128, "is of one grey, 128, everywhere"),
    (photo(), "looks like a photo"),
    (np.uint8(photo()[..., 0] * 0.6 + 20), "looks like a photo"),
    (np.uint8(photo()[..., 0] * 0.4), "neither labels nor a soft"),
    (np.where(THERE[..., None], (255, 0, 0), (0, 0, 255)), "none of them bla"),
    (np.dstack([grey(255), 0 * OPAQUE]), "is transparent everywhere"),
    (np.full((4, 4), np.nan), "NaN"), (np.full((4, 4), -1), "below 0"),
    (np.zeros((2, 4, 4, 3)), "is of shape"), (np.array([["a"]]), "no levels"),
    (np.zeros((0, 4)), "is of shape")])
def test_what_can_t_be_told_is_refused(mask, reason):
    with pytest.raises(ValueError, match=reason):
        shape_of(mask)
