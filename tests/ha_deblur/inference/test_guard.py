"""What can't be right never leaves the program; what deblurring does, does."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ha_deblur import Deblurrer, MultiScaleDeblur, presets
from ha_deblur.export.one_graph import restore_uint8
from ha_deblur.inference import guard
from tests.conftest import random_model

GOPRO = pathlib.Path(__file__).parents[4] / "shared/data/gopro/train"


def as_batch(picture):
    return tf.constant(picture[np.newaxis], tf.float32)


def test_cell_means_by_hand():
    """Cells at the edges are means of the pixels that they have."""
    picture = np.zeros([10, 17, 1])
    picture[:8, :8] = 1
    picture[8, 3] = 4  # one of 2x8 pixels
    picture[9, 16] = 6  # one of 2x1
    np.testing.assert_allclose(
        guard.cell_means(as_batch(picture))[0, ..., 0],
        [[1, 0, 0], [4 / 16, 0, 3]], atol=1e-6)
    assert guard.cell_means(tf.ones([1, 1, 1, 3])).shape == [1, 1, 1, 3]


@pytest.mark.parametrize("change, trust", [
    (0.0, 1), (0.02, 1), (-0.02, 1), (0.025, 0.5), (0.03, 0), (-0.3, 0),
    (np.nan, 0), (np.inf, 0)])
def test_trust_on_a_flat_picture_by_hand(change, trust):
    """Nothing near differs, so that 0.02 is fine, and 1.5 times too much."""
    found = guard.trust(tf.fill([1, 6, 7, 3], 0.5),
                        tf.fill([1, 6, 7, 3], np.float32(change)))
    np.testing.assert_allclose(found, np.full([1, 6, 7, 1], trust), atol=1e-5)


@pytest.mark.parametrize("tint, trust", [
    (0.01, 1), (0.0125, 0.5), (0.015, 0), (-0.02, 0)])
def test_colours_where_there_are_none_are_not_trusted(tint, trust):
    """The red channel alone, less than all three together may change."""
    found = guard.trust(tf.fill([1, 6, 7, 3], 0.5), tf.constant(
        np.broadcast_to(np.float32([tint, 0, 0]), [1, 6, 7, 3])))
    np.testing.assert_allclose(found, np.full([1, 6, 7, 1], trust), atol=1e-5)


@pytest.mark.parametrize("tint, trust", [
    (0.11, 1), (-0.1375, 0.5), (0.17, 0)])
def test_a_tint_of_the_whole_picture_is_not_trusted(tint, trust):
    """Areas differ by 0.8 nearby, and each alone may change by that.

    Five rows of cells black, five white: the means of five are 0, 0.2, ... 1,
    0.8, ...; their standard deviation is 0.3, three tenths of it are 0.09.
    """
    rows = tf.constant(100 * (5 * [0.0] + 5 * [1.0]))
    photo = tf.tile(rows[None, :, None, None], [1, 1, 6, 3])
    found = guard.trust(photo, tf.fill(photo.shape, tint))
    np.testing.assert_allclose(found, np.full_like(found, trust), atol=0.01)


def test_more_is_trusted_where_the_picture_differs_nearby():
    photo = np.zeros([1, 40, 80, 3], np.float32)
    photo[:, :, :10] = 1  # an edge at the left, far from the right
    change = np.zeros_like(photo)
    change[:, 10:15, 8:13] = change[:, 10:15, 60:65] = -0.4  # 5x5 cells
    trust = guard.trust(tf.constant(photo), tf.constant(change))[0, ..., 0]
    assert trust[12, 10] == 1
    assert trust[12, 62] == 0
    assert trust[12, 40] == trust[30, 62] == 1  # far from both


def test_trust_in_pixels_is_linear_between_the_middles_of_cells():
    cells = tf.constant([[0., 1.], [0., 1.]])[tf.newaxis, ..., tf.newaxis]
    line = guard.at_pixels(cells, tf.range(3, 5), 16)[0, 1, :, 0]
    np.testing.assert_allclose(line, np.clip(
        (np.arange(16) + 0.5) / 8 - 0.5, 0, 1), atol=1e-6)


def test_noise_gives_the_picture_back_and_fades_in_without_a_step(photos):
    blurred = as_batch(photos(256, 320) / 4 + 96) / 255  # little contrast
    noise = np.zeros(blurred.shape, np.float32)
    noise[:, 96:160, 128:192] = np.random.default_rng(0).normal(
        0.3, 0.3, [64, 64, 3])
    # a change of all that is small enough comes through beside it
    found = guard.guarded(blurred, blurred + noise + 0.01) - blurred
    np.testing.assert_allclose(found[0, :20], 0.01, atol=1e-5)
    np.testing.assert_allclose(found[0, 96:160, 128:192], 0, atol=1 / 255)
    steps = np.abs(np.diff(found[0, 128, :, 0]))
    assert steps.max() < 0.001  # a seam would be 0.01


@pytest.mark.parametrize("height, width", [(1, 1), (3, 8), (8, 2), (7, 31)])
def test_small_pictures(height, width):
    blurred = tf.fill([1, height, width, 3], 0.5)
    np.testing.assert_allclose(
        guard.guarded(blurred, blurred + 0.02), blurred + 0.02, atol=1e-6)
    np.testing.assert_array_equal(
        guard.guarded(blurred, blurred + 0.5), blurred)


def test_real_pairs_pass():
    """What really is behind the blur is trusted nearly everywhere."""
    if not GOPRO.exists():
        pytest.skip("needs ../shared/data/gopro")
    for path in sorted(GOPRO.glob("*/blur/*.png"))[::3]:
        blurred, sharp = (as_batch(np.asarray(Image.open(p)) / 255) for p in (
            path, path.parents[1] / "sharp" / path.name))
        trust = guard.trust(guard.cell_means(blurred),
                            guard.cell_means(sharp - blurred)).numpy()
        assert (trust < 1).mean() < 0.01, path


@pytest.fixture
def exploding():
    """A model whose result is noise of 500 times white, but flat where flat."""
    model = random_model("wild", width=2, units_per_block=1, scales=1)
    for weight in model.parts.decoder.primary[-1].end.weights:
        weight.assign(500 * weight)
    return model


@pytest.fixture
def detailed():
    """Noise of little contrast, [90, 140, 3] uint8: no multiple of any size."""
    return np.random.default_rng(1).integers(96, 160, [90, 140, 3], np.uint8)


def test_a_model_that_explodes_gives_the_input_back(exploding, detailed):
    found = restore_uint8(exploding, tf.constant(detailed[None]))["primary"][0]
    np.testing.assert_array_equal(found, detailed)
    result = Deblurrer(exploding).deblur(detailed)
    np.testing.assert_array_equal(result.sharp, detailed)
    assert "stayed as it was" in result.warning
    assert "all of it" in result.warning
    deep = detailed.astype(np.uint16) * 257
    np.testing.assert_array_equal(Deblurrer(exploding).deblur(deep).sharp, deep)


def test_nan_gives_the_input_back(detailed):
    model = MultiScaleDeblur(presets.get("tiny"))
    assert Deblurrer(model).deblur(detailed).warning is None  # no change yet
    model.parts.decoder.primary[-1].end.bias.assign([np.nan, 0, np.inf])
    result = Deblurrer(model).deblur(detailed)
    np.testing.assert_array_equal(result.sharp, detailed)
    assert "all of it" in result.warning


class ReddensCorners:
    """In a Deblurrer: adds 0.02 everywhere, and 1 where it is all red."""

    preset = presets.get("single_scale_tiny")
    branches = ("primary",)
    exportable = False

    @property
    def carried(self):
        return {}

    def at_scale(self, k):
        def restore(blurred, mask=None, coarser=None, heads=("primary",)):
            return {"primary": blurred + 0.02 + tf.cast(
                blurred[..., :1] > 0.9, tf.float32)}
        return restore


def test_where_it_stayed_is_told_and_tiles_show_no_seams():
    picture = np.full([224, 480, 3], 96, np.uint8)
    picture[:, :, 1:] = np.random.default_rng(2).integers(
        90, 110, [224, 480, 2])
    picture[:48, :48, 0] = 250
    deblurrer = Deblurrer(ReddensCorners())
    whole, tiled = (deblurrer.deblur(picture, tile=tile) for tile in (0, 192))
    np.testing.assert_array_equal(whole.sharp, tiled.sharp)
    np.testing.assert_array_equal(whole.sharp[:48, :48], picture[:48, :48])
    np.testing.assert_array_equal(
        whole.sharp[:, 240:], picture[:, 240:] + np.uint8(5))
    assert "of it, at x 0 to " in whole.warning
    assert ", y 0 to " in whole.warning
