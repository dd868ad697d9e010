"""What training watches, against values computed by hand."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import Deblurrer, HumanAttention, metrics
from ha_deblur.data.batch import Batch
from ha_deblur.quantize import quantized
from ha_deblur.training import validation


def test_quantized_rounds_and_clips():
    values = tf.constant([-0.1, 0.0, 0.4 / 255, 0.6 / 255, 1.0, 1.5])
    np.testing.assert_array_equal(quantized(values), [0, 0, 0, 1, 255, 255])


def test_iou_by_hand_and_without_gopro():
    mask = tf.constant([[1, 1, 0, 0], [1, 1, 1, 1]], tf.float32)
    attention = tf.constant([[0.9, 0.4, 0.6, 0.1], [0, 0, 0, 0]], tf.float32)
    mask, attention = (tf.reshape(x, [2, 2, 2, 1]) for x in (mask, attention))
    iou = validation.intersection_over_union
    assert float(iou(mask, attention, tf.constant([0.0, 1.0]))) == (
        pytest.approx(1 / 3))
    assert float(iou(mask, attention, tf.constant([0.0, 0.0]))) == (
        pytest.approx(1 / 7))


def batches(count):
    images = tf.random.stateless_uniform([count, 32, 64, 6], [5, 6])
    images = tf.round(images * 255) / 255
    mask = tf.cast(images[..., :1] > 0.5, tf.float32)
    return tf.data.Dataset.from_tensor_slices(
        Batch(images[..., :3], images[..., 3:], mask, tf.zeros(count))
    ).batch(2)


@pytest.mark.usefixtures("unguarded")
def test_psnr_is_that_of_the_pictures_a_user_gets(micro):
    data = batches(3)
    scores, images = validation.JointValidation(micro, data)()
    deblurrer = Deblurrer(micro)
    expected = {"blurred": [], "primary": [], "foreground": []}
    for blurred, sharp, _, _ in data.unbatch():
        blurred, sharp = quantized(blurred).numpy(), quantized(sharp).numpy()
        result = deblurrer.deblur(blurred)
        for name, image in (("blurred", blurred), ("primary", result.sharp),
                            ("foreground", result.foreground)):
            expected[name].append(metrics.psnr(sharp, image))
    for name, values in expected.items():
        assert scores[f"psnr/{name}"] == pytest.approx(
            np.mean(values), abs=2e-3)
    assert scores["psnr/gain"] == pytest.approx(
        scores["psnr/primary"] - scores["psnr/blurred"])
    # blurred, A, FG, BG, result, sharp
    panels = images["panels"].numpy()
    assert panels.shape == (3, 32, 6 * 64, 3)
    first = next(iter(data))
    np.testing.assert_array_equal(panels[0, :, :64], quantized(first[0][0]))
    np.testing.assert_array_equal(panels[0, :, -64:], quantized(first[1][0]))


def test_panels_are_taken_evenly_from_all():
    attention = HumanAttention(2)
    data = batches(10)
    scores, images = validation.AttentionValidation(attention, data)()
    assert 0 <= scores["attention_iou"] <= 1
    every_third = list(data.unbatch())[::3]
    assert len(images["panels"]) == len(every_third) == 4
    for panel, (blurred, _, mask, _) in zip(images["panels"], every_third):
        np.testing.assert_array_equal(panel[:, :64], quantized(blurred))
        np.testing.assert_array_equal(panel[:, 128:, 0], mask[..., 0] * 255)
