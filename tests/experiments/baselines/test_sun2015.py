"""Sun et al. 2015 as a whole: layers, loss, restoring, saving, training."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

pytest.importorskip("maxflow")

from experiments.baselines import motion_kernels, sun2015
from experiments.baselines.systems import PRESETS
from ha_deblur import model_directory
from ha_deblur.data.batch import Batch


@pytest.fixture(scope="module")
def tiny():
    tf.keras.utils.set_random_seed(0)
    return PRESETS["sun2015_tiny"].make()


def _batch(sharp):
    sharp = tf.constant(sharp, tf.float32)
    return Batch(tf.zeros_like(sharp), sharp, sharp[..., :1],
                 tf.zeros([len(sharp)]))


def test_layers_are_those_of_the_paper():
    model = PRESETS["sun2015"].make()
    # C1 7x7x3x96 + 96, C3 5x5x96x256 + 256, F5 4x4x256x1024 + 1024,
    # S6 1024x73 + 73: without padding 30 -> 24 -> 12 -> 8 -> 4
    assert model.count_params() == 14_208 + 614_656 + 4_195_328 + 74_825
    assert model.count_params() == 4_899_017
    shapes = [layer.output_shape[1:] for layer in model.classifier.layers
              if not isinstance(layer, tf.keras.layers.Rescaling)]
    assert shapes == [(24, 24, 96), (12, 12, 96), (8, 8, 256), (4, 4, 256),
                      (4096,), (1024,), (73,)]


def test_the_loss_is_the_cross_entropy_of_known_scores(tiny, monkeypatch):
    sharp = np.random.default_rng(0).random([2, 64, 64, 3])
    _, motions = sun2015.blurred_patches(
        tf.constant(sharp, tf.float32), tiny.preset.patches, 0.01)
    # every patch: a score of 2 for motion 5, of 0 for the 72 others
    monkeypatch.setattr(tiny, "classifier", lambda patches: 2 * tf.one_hot(
        tf.fill([len(patches)], 5), 73))
    loss, counts = tiny.losses_of(_batch(sharp))["motion"]
    partition = np.log(np.exp(2) + 72)
    expected = np.where(motions.numpy() == 5, partition - 2, partition)
    np.testing.assert_allclose(loss, expected.mean(1), rtol=1e-5)
    np.testing.assert_array_equal(counts, [1, 1])


def test_blurred_pictures_do_not_train(tiny):
    batch = _batch(np.random.default_rng(0).random([1, 64, 64, 3]))
    other = batch._replace(blurred=batch.blurred + 0.5)
    np.testing.assert_array_equal(tiny.losses_of(batch)["motion"][0],
                                  tiny.losses_of(other)["motion"][0])


def test_any_size_is_restored_in_a_graph(tiny):
    restore = tf.function(
        lambda blurred: tiny.restore(blurred)[0]["primary"],
        input_signature=[tf.TensorSpec([None, None, None, 3])])
    for shape in ((1, 8, 8, 3), (2, 40, 24, 3)):
        blurred = np.random.default_rng(0).random(shape, np.float32)
        restored = restore(blurred)
        assert restored.shape == shape and np.isfinite(restored).all()


def test_a_constant_picture_stays_constant(tiny):
    grey = tf.fill([1, 32, 32, 3], 0.4)
    np.testing.assert_allclose(
        tiny.restore(grey)[0]["primary"], 0.4, atol=1e-3)


def test_the_motion_field_is_what_the_classifier_sees(tiny, monkeypatch):
    # sure of length 9 at 60 degrees in unrotated patches, else of nothing
    lengths, orientations = motion_kernels.motions()
    seen = (lengths == 9) & (orientations == 60)

    def classifier(patches):
        scores = np.zeros([len(patches) // 5, 5, 73], np.float32)
        scores[:, 0, seen] = 10
        return tf.constant(scores.reshape(-1, 73))

    monkeypatch.setattr(tiny, "classifier", classifier)
    field = tiny.motion_field(tf.zeros([2, 32, 48, 3]))
    assert field.shape == (2, 32, 48, 2)
    expected = 8 * np.array([0.5, 3**0.5 / 2])
    np.testing.assert_allclose(
        field, np.broadcast_to(expected, field.shape), rtol=1e-5)


def test_it_takes_no_mask_and_has_one_scale(tiny):
    picture = tf.zeros([1, 8, 8, 3])
    with pytest.raises(ValueError, match="no attention"):
        tiny.restore(picture, mask=picture[..., :1])
    assert len(tiny.restore(picture)) == 1
    assert tiny.preset.size_multiple == 8
    assert not tiny.exportable


def test_weights_survive_saving(tiny, tmp_path):
    tiny.save_weights(tmp_path / "model.weights.h5")
    other = PRESETS["sun2015_tiny"].make()
    other.load_weights(tmp_path / "model.weights.h5")
    for one, two in zip(tiny.weights, other.weights):
        np.testing.assert_array_equal(one, two)


@pytest.mark.slow
def test_training_finds_the_motion_far_above_chance():
    tf.keras.utils.set_random_seed(0)
    model = dataclasses.replace(
        PRESETS["sun2015_tiny"], width=16, features=32, hidden=64).make()
    optimizer = tf.keras.optimizers.Adam(3e-3)
    optimizer.build(model.trainable_variables)
    step = model.step(optimizer)
    random = np.random.default_rng(0)

    def textures():  # contrasts everywhere, so that any motion shows
        coarse = random.integers(0, 2, [16, 24, 24, 3])
        return coarse.repeat(3, axis=1).repeat(3, axis=2)

    for _ in range(150):
        step(*_batch(textures()))
    patches, motions = sun2015.blurred_patches(
        tf.constant(textures(), tf.float32), 16, 0.01)
    scores = model.classifier(tf.reshape(patches, [-1, 30, 30, 3]))
    right = np.argmax(scores, -1) == motions.numpy().ravel()
    assert right.mean() > 10 / 73  # chance: 1 / 73


def test_it_is_not_exported_as_a_part_runs_in_python(tiny, command, tmp_path):
    model_directory.save(tiny, tiny.preset, tmp_path / "run")
    done = command("experiments.export", f"--model={tmp_path / 'run'}",
                   f"--output={tmp_path / 'exported'}")
    assert done.returncode == 2
    assert "'sun2015_tiny' computes a part in Python" in done.stderr
    assert not (tmp_path / "exported").exists()
