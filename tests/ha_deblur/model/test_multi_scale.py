"""MultiScaleDeblur: three scales, one set of weights (sec. 4.2)."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import MultiScaleDeblur, presets
from ha_deblur.model.fusion import BRANCHES
from ha_deblur.model.multi_scale import Bilinear
from ha_deblur.model.pyramid import pyramid
from tests.conftest import random_model

BLURRED = tf.random.stateless_uniform([2, 32, 64, 3], [3, 4])


def test_presets_have_the_design_s_sizes():
    counts = {name: preset.make().count_params()
              for name, preset in presets.PRESETS.items()}
    assert counts == {
        "paper": 15_063_453, "small": 3_770_909, "tiny": 406_813,
        # with limits, and what the attention's units have
        "fast": 7_474_784 + 26 + 3 * 2 * (9 * 256 + 1) * 256,
        "without_attention": 14_543_964, "single_scale": 14_768_138,
        "without_attention_small": 3_640_700,
        "single_scale_small": 3_696_906,
        "without_attention_tiny": 374_092, "single_scale_tiny": 388_170}


def test_single_scale_lacks_just_the_layers_that_join_scales():
    paper = MultiScaleDeblur(presets.get("paper"))
    single = MultiScaleDeblur(presets.get("single_scale"))
    shapes = {w.name: w.shape for w in paper.weights}
    assert {w.name: w.shape for w in single.weights} == {
        name: shape for name, shape in shapes.items()
        if name.split("/")[0] not in (
            "up_image", "up_features", "join_features")}


def test_scales_share_one_set_of_weights():
    three = random_model("three", width=2, units_per_block=1)
    names = [w.name for w in three.weights]
    assert len(names) == len(set(names))
    with tf.GradientTape() as tape:
        coarsest = three.restore(BLURRED)[2]["primary"]
        loss = tf.reduce_sum(coarsest ** 2)
    gradients = tape.gradient(loss, [three.parts.encoder.weights[0]])
    assert np.any(gradients[0])  # the full-size encoder's own weights


def test_results_are_listed_full_size_first(micro):
    results = micro(BLURRED)
    assert [r["primary"].shape[1:3] for r in results] == [
        [32, 64], [16, 32], [8, 16]]
    assert [r["attention"].shape[1:] for r in results] == [
        [32, 64, 1], [16, 32, 1], [8, 16, 1]]
    assert {f"{b}_block{i}" for b in BRANCHES for i in (1, 2, 3)} < set(
        results[0])


def test_untrained_model_returns_the_blurred_picture():
    model = MultiScaleDeblur(presets.get("tiny"))
    for result, blurred in zip(model(BLURRED), pyramid(BLURRED, 3)):
        for branch in BRANCHES:
            np.testing.assert_array_equal(result[branch], blurred)


def test_a_given_mask_replaces_attention_at_every_scale(micro):
    mask = tf.cast(BLURRED[..., :1] > 0.5, tf.float32)
    results = micro.restore(BLURRED, mask=mask)
    for result, expected in zip(results, pyramid(mask, 3)):
        np.testing.assert_array_equal(result["attention"], expected)
    own = micro.restore(BLURRED)
    assert np.any(own[0]["primary"] != results[0]["primary"])
    again = micro.restore(BLURRED, mask=own[0]["attention"])
    np.testing.assert_array_equal(
        again[0]["attention"], own[0]["attention"])


def test_nothing_of_the_people_reaches_the_background_branch_ungated():
    """With A = 1 everywhere D_BG gets zeros: shortcuts are gated too."""
    model = random_model("one", width=2, units_per_block=1, scales=1)
    ones = tf.ones_like(BLURRED[..., :1])
    residuals = [
        model.restore(image, mask=ones, heads=BRANCHES)[0]["background_block3"]
        for image in (BLURRED, 1 - BLURRED)]
    np.testing.assert_array_equal(*residuals)
    residuals = [
        model.restore(image, mask=0 * ones, heads=BRANCHES)[0][
            "foreground_block3"] for image in (BLURRED, 1 - BLURRED)]
    np.testing.assert_array_equal(*residuals)


def test_without_attention_all_branches_take_the_whole_feature():
    model = random_model("blind", width=2, units_per_block=1, attention=False)
    assert not [w for w in model.weights if "attention" in w.name]
    for branch in ("foreground", "background"):  # the same weights as primary
        for block, like in zip(getattr(model.parts.decoder, branch),
                               model.parts.decoder.foreground):
            block.set_weights(like.get_weights())
    result = model.restore(BLURRED, heads=BRANCHES)[0]
    assert "attention" not in result
    np.testing.assert_array_equal(result["foreground"], result["background"])
    with pytest.raises(ValueError, match="no attention"):
        model.restore(BLURRED, mask=BLURRED[..., :1])


def test_eager_equals_graph(micro):
    graph = tf.function(lambda x: micro.restore(x, heads=BRANCHES))
    for eager, traced in zip(micro.restore(BLURRED, heads=BRANCHES),
                             graph(BLURRED)):
        for name in eager:
            np.testing.assert_allclose(
                eager[name], traced[name], atol=2e-5, err_msg=name)


def test_keras_call_equals_restore(micro):
    called = micro(BLURRED)[0]
    restored = micro.restore(BLURRED, heads=BRANCHES)[0]
    assert set(called) == set(restored)
    np.testing.assert_allclose(
        called["primary"], restored["primary"], atol=1e-6)


def test_config_makes_the_same_model(micro):
    again = MultiScaleDeblur.from_config(micro.get_config())
    assert again.preset == micro.preset
    assert [w.shape for w in again.weights] == [w.shape for w in micro.weights]


def test_trains_primary_0_stops_gradients_between_scales(micro):
    """A loss on BG alone must not reach D_Pri through the coarser scales."""
    def gradient(trains_primary):
        with tf.GradientTape() as tape:
            result = micro.restore(BLURRED, heads=BRANCHES,
                                   trains_primary=trains_primary)[0]
            loss = tf.reduce_sum(result["background"] ** 2)
        blocks = (*micro.parts.decoder.primary, *micro.parts.decoder.foreground)
        weights = [w for block in blocks for w in block.weights]
        return tape.gradient(loss, weights,
                             unconnected_gradients="zero")

    assert any(np.any(g) for g in gradient(None))
    assert any(np.any(g) for g in gradient(tf.constant([1.0, 0.0])))
    assert not any(np.any(g) for g in gradient(tf.constant([0.0, 0.0])))
    values = [micro.restore(BLURRED, trains_primary=t)[0]["primary"]
              for t in (None, tf.constant([0.0, 1.0]))]
    np.testing.assert_array_equal(*values)  # only gradients change


def test_up_image_starts_as_bilinear():
    up = tf.keras.layers.Conv2DTranspose(
        3, 4, 2, padding="same", kernel_initializer=Bilinear())
    image = tf.random.stateless_uniform([1, 6, 7, 3], [0, 0])
    expected = tf.image.resize(image, [12, 14])
    np.testing.assert_allclose(
        up(image)[:, 1:-1, 1:-1], expected[:, 1:-1, 1:-1], atol=1e-6)


def test_presets_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        presets.get("paper").width = 3
