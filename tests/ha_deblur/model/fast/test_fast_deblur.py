"""FastDeblur: what it shares with the paper's network, and what it doesn't."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import presets
from ha_deblur.model.fast.fast_deblur import (
    DeepStage,
    FastDecoder,
    FastEncoder,
    FastStage,
)
from ha_deblur.model.fusion import BRANCHES
from tests.conftest import random_fast

BLURRED = tf.random.stateless_uniform([2, 32, 64, 3], [3, 4])


@pytest.fixture
def fast():
    return random_fast("small")


def test_features_stand_for_squares_of_pixels_at_one_size(fast):
    assert fast.preset.size_multiple == 32
    result = fast.restore(BLURRED, heads=BRANCHES)[0]
    assert result["attention"].shape == [2, 32, 64, 1]
    for block in (1, 2):
        assert result[f"primary_block{block}"].shape == [2, 8, 16, 4]
        assert result[f"foreground_block{block}"].shape == [2, 8, 16, 2]
    for branch in BRANCHES:
        assert result[branch].shape == [2, 32, 64, 3]
    assert [len(stage.units) for stage in fast.parts.encoder.stages] == [3] * 3
    assert len(fast.parts.decoder.primary[0].units) == 1


def test_settings_of_the_preset_are_those_of_the_layers():
    preset = dataclasses.replace(
        presets.get("fast"), deep_units=5, attention_units=2, width=8,
        deep_channels=12)
    model = preset.make()
    assert model.preset == preset
    assert len(model.parts.encoder.deep.units) == 5
    assert model.parts.encoder.deep.units[0].channels == 12
    assert len(model.parts.attention.units) == 2
    assert model.parts.decoder.primary[0].units[0].channels == 8


def test_an_untrained_model_returns_the_blurred_picture():
    (result,) = presets.FastPreset("new", 4, 1, 4, 1).make()(BLURRED)
    for branch in BRANCHES:
        np.testing.assert_array_equal(result[branch], BLURRED)


def test_keras_call_equals_restore(fast):
    (called,), (restored,) = fast(BLURRED), fast.restore(
        BLURRED, heads=BRANCHES)
    assert set(called) == set(restored)
    for name in BRANCHES:
        np.testing.assert_allclose(called[name], restored[name], atol=1e-5)
    (primary,) = fast.restore(BLURRED)
    assert set(called) - set(primary) == {
        "foreground", "background", "foreground_block3", "background_block3"}


def test_a_given_mask_replaces_attention(fast):
    mask = tf.cast(BLURRED[..., :1] > 0.5, tf.float32)
    (result,), (own,) = fast.restore(BLURRED, mask), fast.restore(BLURRED)
    np.testing.assert_array_equal(result["attention"], mask)
    assert np.any(own["primary"] != result["primary"])


def test_a_mask_of_people_alone_leaves_the_background_branch_nothing(fast):
    whole = tf.ones([2, 32, 64, 1])
    first, second = (fast.restore(pictures, whole, BRANCHES)[0]
                     for pictures in (BLURRED, BLURRED[:, ::-1]))
    # All that is gated is zero, whatever the picture shows.
    np.testing.assert_array_equal(
        first["background_block2"], second["background_block2"])
    assert np.any(first["foreground_block2"] != second["foreground_block2"])


def test_a_deep_stage_starts_as_the_identity_and_then_sees_twice_as_far():
    stage = DeepStage(channels=8, units=2)
    x = tf.random.stateless_uniform([1, 32, 32, 4], [1, 2])
    np.testing.assert_array_equal(stage(x), x)
    assert [unit.conv1.kernel.shape for unit in stage.units] == [
        (3, 3, 8, 8)] * 2
    for layer in (stage.up, *(unit.conv2 for unit in stage.units)):
        layer.kernel.assign(
            tf.random.stateless_normal(layer.kernel.shape, [3, 4]))
    changed = np.any(
        (stage(tf.tensor_scatter_nd_add(x, [[0, 16, 16, 0]], [1.0]))
         - stage(x)).numpy() != 0, axis=(0, 3))
    # Row 16 is in rows 7 and 8 of half the size; four 3x3 convolutions make
    # that 3 to 12, from which rows 2 * 3 - 1 to 2 * 12 + 2 are made.
    rows = np.flatnonzero(changed.any(axis=1))
    assert (rows.min(), rows.max()) == (5, 26)


def test_only_what_the_deep_stage_adds_is_added_to_the_features():
    plain, deep = FastEncoder(4, 0, 0), FastEncoder(4, 1, 6)
    x = tf.random.stateless_uniform([1, 16, 16, 6], [1, 2])
    plain(x), deep(x)
    for stage, same in zip(plain.stages, deep.stages):
        same.set_weights(stage.get_weights())
    for a, b in zip(plain(x), deep(x)):
        np.testing.assert_array_equal(a, b)
    deep.deep.up.bias.assign([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(
        deep(x)[0] - plain(x)[0],
        np.broadcast_to([1.0, 2.0, 3.0, 4.0], [1, 16, 16, 4]), atol=1e-5)
    np.testing.assert_array_equal(deep(x)[1], plain(x)[1])


@pytest.mark.parametrize("layer", [
    FastStage(4, first=True), DeepStage(6, 2), FastEncoder(4, 2, 6),
    FastDecoder(4)])
def test_config_makes_the_same_layer(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
