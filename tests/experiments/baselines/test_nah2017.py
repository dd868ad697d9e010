"""DeepDeblur: layers, weights, pyramid and losses as published."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from skimage.transform import pyramid_gaussian

from experiments.baselines.nah2017 import ResidualBlock, gaussian_halved
from experiments.baselines.nah2017_discriminator import (
    adversarial_loss,
    discriminator,
    discriminator_loss,
)
from experiments.baselines.systems import PRESETS
from ha_deblur.data.batch import Batch


@pytest.fixture(scope="module")
def published():
    return PRESETS["nah2017"].make()


@pytest.fixture(scope="module")
def tiny():
    tf.keras.utils.set_random_seed(0)
    return PRESETS["nah2017_tiny"].make()


def noise(*shape):
    return tf.constant(
        np.random.default_rng(0).random(shape, np.float32))


def test_the_parameters_are_as_many_as_published(published):
    assert published.count_params() == pytest.approx(11.7e6, rel=0.03)


def test_a_scale_has_40_convolutions_of_5x5(published):
    assert len(published.scales) == 3
    for scale in published.scales:
        kernels = [v.shape for v in scale.variables if len(v.shape) == 4]
        assert len(kernels) == 40
        assert all(shape[:2] == [5, 5] for shape in kernels)


def test_no_relu_follows_the_sum_of_a_residual_block():
    block = ResidualBlock(1)
    block(tf.zeros([1, 4, 4, 1]))
    for layer, factor in ((block.conv1, 2.0), (block.conv2, -3.0)):
        kernel = np.zeros([5, 5, 1, 1], np.float32)
        kernel[2, 2] = factor
        layer.kernel.assign(kernel)
    features = tf.reshape([-1.0, 0.5], [1, 1, 2, 1])
    # -1 - 3 relu(-2) and 0.5 - 3 relu(1): below zero, and they stay so
    np.testing.assert_allclose(
        tf.reshape(block(features), [2]), [-1.0, -2.5])


def test_every_scale_has_weights_of_its_own(tiny):
    blurred = noise(1, 32, 32, 3)
    before = [result["primary"] for result in tiny.restore(blurred)]
    changed = []
    for scale in tiny.scales:
        bias = scale.layers[-1].bias
        bias.assign_add([0.1] * 3)
        changed.append([
            bool(np.abs(result["primary"] - old).max() > 1e-6)
            for result, old in zip(tiny.restore(blurred), before)])
        bias.assign_add([-0.1] * 3)
    # a scale serves itself and the finer ones
    assert changed == [[True, False, False],
                       [True, True, False],
                       [True, True, True]]


def test_values_are_centred_on_the_way_in_and_out(tiny):
    # biases start at zero: what the network takes for zero is middle gray
    for result in tiny.restore(tf.fill([1, 32, 64, 3], 0.5)):
        np.testing.assert_allclose(result["primary"], 0.5, atol=1e-6)


def test_the_pyramid_is_scikit_images_gaussian_one(tiny):
    image = noise(1, 32, 48, 3)
    expected = list(pyramid_gaussian(
        image[0].numpy(), 2, channel_axis=-1))[1:]
    for level, other in zip(tiny.levels_of(image)[1:], expected):
        np.testing.assert_allclose(level[0], other, atol=1e-6)


def test_a_point_is_halved_to_the_gaussian_s_weights():
    image = np.zeros([1, 16, 16, 1], np.float32)
    image[0, 8, 8] = 1
    half = gaussian_halved(tf.constant(image))[0, :, :, 0].numpy()
    # of sigma 2/3: exp(-9/8 n^2) = 1, 0.3247, 0.0111, 0.00004; sum 1.6717
    weights = np.array([1, 0.32465, 0.01111]) / 1.67167
    line = (weights[[0, 2]] + weights[[1, 1]]) / 2  # two pixels for one
    assert half[4, 4] == pytest.approx(line[0]**2, abs=1e-4)
    assert half[4, 3] == pytest.approx(line[0] * line[1], abs=1e-4)
    assert half.sum() == pytest.approx(1 / 4, abs=1e-6)


def test_the_loss_is_half_the_mean_over_scales(tiny, monkeypatch):
    results = [{"primary": tf.fill([2, side, side, 3], value)}
               for side, value in ((32, 0.5), (16, 0.4), (8, 0.3))]
    monkeypatch.setattr(tiny, "restore", lambda blurred: results)
    sharp = tf.concat([tf.fill([1, 32, 32, 3], 0.6),
                       tf.fill([1, 32, 32, 3], 0.3)], axis=0)
    batch = Batch(sharp, sharp, tf.zeros([2, 32, 32, 1]),
                  tf.constant([0.0, 1.0]))
    (loss, counts), = tiny.losses_of(batch).values()
    # (0.1^2 + 0.2^2 + 0.3^2) / 6 and (0.2^2 + 0.1^2 + 0) / 6
    np.testing.assert_allclose(loss, [0.14 / 6, 0.05 / 6], rtol=1e-5)
    np.testing.assert_allclose(counts, [1, 1])


def test_a_picture_of_256_pixels_gets_one_logit():
    network = discriminator(width=2)
    assert network(tf.zeros([2, 256, 256, 3])).shape == [2, 1, 1, 1]
    kernels = [v for v in network.variables if len(v.shape) == 4]
    # Table 1 with a width of 64 in place of 2
    assert [32 * v.shape[-1] for v in kernels[:-1]] == [
        32, 32, 64, 64, 128, 128, 256, 256, 512, 512]


def test_adversarial_losses_are_cross_entropies():
    # logits of 0 for black, log 3 for white: D = 1/2 and 3/4
    def critic(images):
        return np.log(3) * images[:, :1, :1, :1]

    real, fake = tf.ones([1, 4, 4, 3]), tf.zeros([1, 4, 4, 3])
    assert float(discriminator_loss(critic, real, fake, 0)) == pytest.approx(
        -np.log(3 / 4) - np.log(1 / 2))
    assert float(adversarial_loss(critic, real, weight=1e-4)) == pytest.approx(
        -1e-4 * np.log(3 / 4))


def test_with_a_weight_both_networks_train(tiny):
    model = dataclasses.replace(tiny.preset, adversarial_weight=0.5).make()
    sgd = tf.keras.optimizers.SGD(0.1, jit_compile=False)
    sgd.build(model.trainable_variables)
    step = model.step(sgd)
    state = model.training_state()
    before = state["critic"].get_weights(), model.get_weights()
    losses = step(noise(2, 32, 32, 3), noise(2, 32, 32, 3),
                  tf.zeros([2, 32, 32, 1]), tf.zeros([2]))
    assert float(losses["total"]) == pytest.approx(
        float(losses["content"] + losses["adversarial"]))
    for old, network in zip(before, (state["critic"], model)):
        assert any(np.any(a != b) for a, b in zip(old, network.get_weights()))
    assert tiny.training_state() == {}


def test_untrained_it_neither_grows_nor_vanishes(published):
    """With Keras' own first weights, pixels were in the hundreds."""
    blurred = np.random.default_rng(0).random([1, 32, 32, 3], np.float32)
    restored = published(blurred)[0]["primary"].numpy()
    assert np.abs(restored).max() < 3
