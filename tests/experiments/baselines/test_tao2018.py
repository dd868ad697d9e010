"""Tao et al. 2018: scale-recurrent, 8.06 million parameters."""

import numpy as np
import pytest
import tensorflow as tf

from experiments.baselines import systems
from experiments.baselines.tao2018 import ScaleRecurrent
from ha_deblur.data.batch import Batch


@pytest.fixture
def network():
    tf.keras.utils.set_random_seed(0)
    return ScaleRecurrent(systems.PRESETS["tao2018_tiny"])


def pictures(*shape):
    generator = np.random.default_rng(1)
    return tf.constant(generator.uniform(size=shape), tf.float32)


def batch_of(blurred, sharp):
    number = len(blurred)
    return Batch(blurred, sharp, tf.zeros_like(blurred[..., :1]),
                 tf.zeros([number]))


def outputs_become(network, value):
    """Makes every scale's picture constant."""
    kernel, bias = network.out_block.layers[-1].weights
    kernel.assign(tf.zeros_like(kernel))
    bias.assign(tf.fill(bias.shape, value))


def test_it_has_the_published_number_of_parameters():
    network = systems.PRESETS["tao2018"].make()
    # residual blocks of 2 (25 c^2 + c), six a width; five other convolutions;
    # two transposed ones; four gates of 3x3 over <f, h>
    blocks = 6 * sum(2 * (25 * c * c + c) for c in (32, 64, 128))
    convolutions = (25 * 6 * 32 + 32 + 25 * 32 * 64 + 64 + 25 * 64 * 128 + 128
                    + 25 * 32 * 3 + 3)
    transposed = 16 * 128 * 64 + 64 + 16 * 64 * 32 + 32
    lstm = 9 * 2 * 128 * 4 * 128 + 4 * 128
    counted = blocks + convolutions + transposed + lstm
    assert network.count_params() == counted == 8_061_411
    assert abs(counted / 8.06e6 - 1) < 0.03


def test_small_does_about_a_quarter_of_the_work():
    counts = [systems.PRESETS[name].width ** 2
              for name in ("tao2018", "tao2018_small")]
    assert counts[0] == 4 * counts[1]


def test_all_scales_share_one_set_of_weights(network):
    single = ScaleRecurrent(systems.Tao2018("one", width=4, blocks=1, scales=1))
    assert ([weight.shape for weight in network.weights]
            == [weight.shape for weight in single.weights])


@pytest.mark.parametrize("height, width", [(32, 64), (96, 32)])
def test_each_scale_gives_a_picture_of_its_size(network, height, width):
    results = network(tf.zeros([2, height, width, 3]))
    assert [result["primary"].shape.as_list() for result in results] == [
        [2, height, width, 3], [2, height // 2, width // 2, 3],
        [2, height // 4, width // 4, 3]]
    for k, result in enumerate(results):
        for name, channels in network.carried.items():
            assert result[name].shape.as_list() == [
                2, height // 4 // 2**k, width // 4 // 2**k, channels]


def test_the_coarsest_takes_the_picture_twice_and_no_state(network):
    blurred = pictures(1, 16, 16, 3)
    taken = {}
    in_block, lstm = network.in_block, network.lstm
    network.in_block = lambda given: in_block(taken.setdefault("in", given))
    network.lstm = lambda *given: lstm(*taken.setdefault("lstm", given))
    network.restore_scale(blurred)
    np.testing.assert_array_equal(
        taken["in"], np.concatenate([blurred, blurred], axis=-1))
    for state in taken["lstm"][1]:
        assert state.shape == [1, 4, 4, 16] and not np.any(state)


def test_a_finer_scale_takes_picture_and_state_at_twice_the_size(network):
    coarser = network.restore_scale(pictures(1, 8, 8, 3))
    taken = {}
    in_block, lstm = network.in_block, network.lstm
    network.in_block = lambda given: in_block(taken.setdefault("in", given))
    network.lstm = lambda *given: lstm(*taken.setdefault("lstm", given))
    network.restore_scale(pictures(1, 16, 16, 3), coarser=coarser)
    given = [taken["in"][..., 3:], *taken["lstm"][1]]
    for name, value in zip(("primary", "hidden", "cell"), given):
        size = [2 * side for side in coarser[name].shape[1:3]]
        np.testing.assert_allclose(
            value, tf.image.resize(coarser[name], size), atol=1e-6)


def test_the_state_is_brought_up_by_bilinear_interpolation(network):
    state = tf.reshape(tf.constant([0.0, 4.0, 8.0, 12.0]), [1, 2, 2, 1])
    np.testing.assert_allclose(network.doubled(state)[0, ..., 0], [
        [0, 1, 3, 4], [2, 3, 5, 6], [6, 7, 9, 10], [8, 9, 11, 12]])


@pytest.mark.parametrize("name", ["primary", "hidden", "cell"])
def test_what_a_scale_hands_on_changes_the_finer_result(network, name):
    blurred = pictures(1, 16, 16, 3)
    coarser = network.restore_scale(pictures(1, 8, 8, 3))
    changed = {**coarser, name: coarser[name] + 1.0}
    before = network.restore_scale(blurred, coarser=coarser)["primary"]
    after = network.restore_scale(blurred, coarser=changed)["primary"]
    assert np.abs(after - before).max() > 1e-3


def test_the_cell_forgets_and_takes_in_as_an_lstm_does(network):
    for weight in network.lstm.weights:
        weight.assign(tf.zeros_like(weight))
    # order of Keras: input, forget, candidate, output
    network.lstm.bias.assign(np.repeat([0.0, np.log(3), 1.0, 0.0], 16))
    ones = tf.ones([1, 2, 2, 16])
    decoded, (hidden, cell) = network.lstm(ones, [ones, 2 * ones])
    expected = 0.75 * 2 + 0.5 * np.tanh(1)
    np.testing.assert_allclose(cell, np.full([1, 2, 2, 16], expected), 1e-6)
    np.testing.assert_allclose(hidden, 0.5 * np.tanh(cell), 1e-6)
    np.testing.assert_array_equal(decoded, hidden)


def test_gradients_reach_the_coarse_scale_through_the_state_alone(network):
    with tf.GradientTape(persistent=True) as tape:
        coarse = pictures(1, 8, 8, 3)
        tape.watch(coarse)
        coarser = network.restore_scale(coarse)
        fine = pictures(1, 16, 16, 3)
        whole = network.restore_scale(fine, coarser=coarser)["primary"]
        coarser = {**coarser, "hidden": tf.stop_gradient(coarser["hidden"]),
                   "cell": tf.stop_gradient(coarser["cell"])}
        stateless = network.restore_scale(fine, coarser=coarser)["primary"]
    assert np.abs(tape.gradient(whole, coarse)).max() > 0
    assert tape.gradient(stateless, coarse) is None


def test_skips_are_added(network):
    # the decoder gives nothing: what is left is the encoder's, and so the
    # last stage gets the first one's features
    for stage in (network.decoder1, network.decoder2):
        for weight in stage.layers[-1].weights:
            weight.assign(tf.zeros_like(weight))
    blurred = pictures(1, 16, 16, 3)
    features = network.in_block(tf.concat([blurred, blurred], axis=-1))
    np.testing.assert_allclose(
        network.restore_scale(blurred)["primary"],
        network.out_block(features), atol=1e-6)


def test_the_loss_is_the_sum_of_the_scales_mean_squared_errors(network):
    outputs_become(network, 0.5)
    # the second sample is half black, half white at every scale
    halves = tf.concat([tf.zeros([32, 16, 3]), tf.ones([32, 16, 3])], axis=1)
    sharp = tf.stack([tf.fill([32, 32, 3], 0.8), halves])
    losses = network.losses_of(batch_of(tf.zeros([2, 32, 32, 3]), sharp))
    loss, counts = losses["euclidean"]
    np.testing.assert_allclose(loss, [3 * 0.3**2, 3 * 0.5**2], rtol=1e-5)
    np.testing.assert_array_equal(counts, [1, 1])


def test_details_count_at_the_scales_that_show_them(network):
    outputs_become(network, 0.5)
    checkered = np.indices([32, 32]).sum(0) % 2
    sharp = tf.constant(np.repeat(checkered[None, ..., None], 3, -1), "float32")
    loss, _ = network.losses_of(
        batch_of(tf.zeros([1, 32, 32, 3]), sharp))["euclidean"]
    np.testing.assert_allclose(loss, [0.25], rtol=1e-5)


def test_a_step_lowers_the_loss_and_moves_every_weight(network):
    blurred, sharp = pictures(2, 32, 32, 3), tf.fill([2, 32, 32, 3], 0.5)
    optimizer = tf.keras.optimizers.Adam(1e-3, jit_compile=False)
    optimizer.build(network.trainable_variables)
    before = [weight.numpy() for weight in network.trainable_variables]
    step = network.step(optimizer)
    totals = [float(step(*batch_of(blurred, sharp))["total"])
              for _ in range(8)]
    assert totals[-1] < totals[0]
    for old, weight in zip(before, network.trainable_variables):
        assert np.any(old != weight), weight.name


def test_eager_and_graph_agree_for_any_size(network):
    graph = tf.function(network.restore, input_signature=[
        tf.TensorSpec([None, None, None, 3], tf.float32)])
    for size in ((32, 32), (64, 96)):
        blurred = pictures(1, *size, 3)
        for eager, traced in zip(network.restore(blurred), graph(blurred)):
            for name in ("primary", *network.carried):
                np.testing.assert_allclose(
                    eager[name], traced[name], atol=1e-5)


def test_weights_are_restored_from_disk(network, tmp_path):
    path = tmp_path / "model.weights.h5"
    network.save_weights(path)
    other = ScaleRecurrent(network.preset)
    other.load_weights(path)
    blurred = pictures(1, 32, 32, 3)
    np.testing.assert_array_equal(
        network(blurred)[0]["primary"], other(blurred)[0]["primary"])
