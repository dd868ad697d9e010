"""Deblurring from Python: sizes, masks and boxes, saved models."""

import numpy as np
import pytest
import tensorflow as tf

import ha_deblur
from ha_deblur import Deblurrer, model_directory
from ha_deblur.commandline import UserError
from tests.conftest import random_model


@pytest.mark.parametrize("height, width", [(1, 1), (17, 301), (255, 257)])
def test_odd_sizes_come_back_the_same_size(micro, photos, height, width):
    result = Deblurrer(micro).deblur(photos(height, width))
    for image in (result.sharp, result.foreground, result.background):
        assert image.shape == (height, width, 3)
        assert image.dtype == np.uint8
    assert result.attention.shape == (height, width)
    assert result.attention.dtype == np.uint8


@pytest.mark.usefixtures("unguarded")
def test_result_is_the_model_s_own_rounded_and_clipped(micro, photos):
    image = photos(32, 64)
    blurred = tf.constant(image[None] / 255, tf.float32)
    outputs = micro(blurred)[0]
    result = Deblurrer(micro).deblur(image)
    for name, found in (("primary", result.sharp),
                        ("foreground", result.foreground),
                        ("background", result.background)):
        expected = np.clip(outputs[name][0].numpy(), 0, 1) * 255
        assert np.abs(found - expected).max() <= 0.501
    expected = outputs["attention"][0, ..., 0].numpy() * 255
    assert np.abs(result.attention - expected).max() <= 0.501


def test_untrained_model_gives_back_the_very_picture(photos):
    from ha_deblur import MultiScaleDeblur, presets
    image = photos(40, 50)
    result = Deblurrer(MultiScaleDeblur(presets.get("tiny"))).deblur(image)
    np.testing.assert_array_equal(result.sharp, image)  # colours, too


@pytest.mark.usefixtures("unguarded")
def test_boxes_are_the_same_as_the_mask_they_draw(micro, photos):
    image = photos(50, 70)
    mask = np.zeros([50, 70])
    mask[10:30, 20:60] = 1
    deblurrer = Deblurrer(micro)
    of_mask = deblurrer.deblur(image, mask=mask)
    of_boxes = deblurrer.deblur(image, boxes=[[20, 10, 40, 20]])
    np.testing.assert_array_equal(of_mask.attention, mask * 255)
    for name in ("sharp", "foreground", "background", "attention"):
        np.testing.assert_array_equal(
            getattr(of_mask, name), getattr(of_boxes, name))
    none = deblurrer.deblur(image, boxes=[])  # nobody is in the picture
    assert not none.attention.any()
    assert np.any(none.sharp != deblurrer.deblur(image).sharp)


def test_branches_can_be_left_out(micro, photos):
    image = photos(40, 40)
    whole = Deblurrer(micro).deblur(image)
    result = Deblurrer(micro).deblur(image, branches=False)
    assert result.foreground is None and result.background is None
    np.testing.assert_array_equal(result.sharp, whole.sharp)
    np.testing.assert_array_equal(result.attention, whole.attention)


def test_without_attention_there_is_no_map(photos):
    model = random_model("blind", width=2, units_per_block=1, attention=False)
    image = photos(40, 40)
    assert Deblurrer(model).deblur(image).attention is None
    with pytest.raises(ValueError, match="no attention"):
        Deblurrer(model).deblur(image, boxes=[[0, 0, 4, 4]])


def test_wrong_arrays_are_refused(micro, photos):
    deblurrer = Deblurrer(micro)
    image = photos(40, 50)
    with pytest.raises(ValueError, match="uint8"):
        deblurrer.deblur(image / 255)
    with pytest.raises(ValueError, match="uint8"):
        deblurrer.deblur(image[..., 0])
    with pytest.raises(ValueError, match=r"\[40, 50\]"):
        deblurrer.deblur(image, mask=np.zeros([50, 40]))
    with pytest.raises(ValueError, match="not both"):
        deblurrer.deblur(image, mask=np.zeros([40, 50]), boxes=[])


def test_save_and_load_give_the_same_output(micro, photos, tmp_path):
    model_directory.save(micro, micro.preset, tmp_path / "model")
    image = photos(40, 50)
    expected = Deblurrer(micro).deblur(image)
    result = ha_deblur.load(tmp_path / "model").deblur(image)
    for name in ("sharp", "foreground", "background", "attention"):
        np.testing.assert_array_equal(
            getattr(result, name), getattr(expected, name))


def test_every_weight_is_saved(micro, tmp_path):
    model_directory.save(micro, micro.preset, tmp_path)
    loaded = model_directory.load(tmp_path)
    assert len(loaded.weights) == len(micro.weights)
    for a, b in zip(loaded.weights, micro.weights):
        assert a.name == b.name
        np.testing.assert_array_equal(a, b)


def test_what_is_no_model_is_refused_in_a_line(micro, tmp_path):
    with pytest.raises(UserError, match="no model directory"):
        ha_deblur.load(tmp_path / "nothing")
    model_directory.save(micro, micro.preset, tmp_path / "attention",
                         kind="attention")
    with pytest.raises(UserError, match="--attention"):
        ha_deblur.load(tmp_path / "attention")
    model_directory.save(micro, micro.preset, tmp_path / "cut")
    weights = tmp_path / "cut" / model_directory.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(UserError, match="damaged"):
        ha_deblur.load(tmp_path / "cut")
    (tmp_path / "cut" / "config.json").write_text("{}")
    with pytest.raises(UserError, match="damaged"):
        ha_deblur.load(tmp_path / "cut")
    other = random_model("wider", width=3, units_per_block=1)
    model_directory.save(other, micro.preset, tmp_path / "other")
    with pytest.raises(UserError, match="does not fit"):
        ha_deblur.load(tmp_path / "other")
