"""Muon's step, by hand where it can be."""

import numpy as np
import tensorflow as tf

from ha_deblur.training.muon import Muon, orthogonal


def test_singular_values_are_brought_near_one():
    rng = np.random.default_rng(0)
    for shape in ((6, 20), (20, 6), (8, 8)):
        u, _, v = np.linalg.svd(rng.normal(size=shape), full_matrices=False)
        values = np.geomspace(1, 0.05, min(shape))  # far from alike
        made = orthogonal(tf.constant((u * values) @ v, tf.float32)).numpy()
        found = np.linalg.svd(made, compute_uv=False)
        assert found.min() > 0.6 and found.max() < 1.3
        np.testing.assert_allclose(  # the directions stay
            np.diag(u.T @ made @ v.T), np.diag(u.T @ (u @ v) @ v.T), atol=0.4)


def test_a_step_is_of_adam_s_size_and_against_the_gradient():
    kernel = tf.Variable(tf.zeros([3, 3, 4, 8]), name="conv/kernel")
    gradient = tf.random.stateless_normal(kernel.shape, [1, 2]) * 1e-6
    optimizer = Muon(0.01)
    optimizer.apply_gradients([(gradient, kernel)])
    size = float(tf.sqrt(tf.reduce_mean(tf.square(kernel))))
    # 0.2 sqrt(36) x an orthogonal 36 x 8 matrix, whose entries' mean square
    # is 8 / (36 x 8)
    assert 0.7 < size / (0.01 * 0.2) < 1.3
    assert float(tf.reduce_sum(kernel * gradient)) < 0


def test_biases_and_last_layers_are_adam_s():
    names = ("conv/bias", "block3/to_rgb/kernel", "attention/predict/kernel")
    shapes = ([4], [3, 3, 4, 3], [1, 1, 4, 1])
    for name, shape in zip(names, shapes):
        moved = []
        for kind in (Muon, tf.keras.optimizers.Adam):
            variable = tf.Variable(tf.ones(shape), name=name)
            optimizer = kind(0.01)
            for step in range(3):
                optimizer.apply_gradients([(
                    tf.random.stateless_normal(shape, [step, 0]), variable)])
            moved.append(variable.numpy())
        np.testing.assert_array_equal(*moved)


def test_it_is_restored_with_its_momentum(tmp_path):
    def made():
        kernel = tf.Variable(tf.ones([1, 1, 2, 2]), name="conv/kernel")
        optimizer = Muon(0.01)
        optimizer.build([kernel])
        return kernel, optimizer, tf.train.Checkpoint(k=kernel, o=optimizer)

    gradients = [tf.random.stateless_normal([1, 1, 2, 2], [i, 0])
                 for i in range(4)]
    kernel, optimizer, checkpoint = made()
    for gradient in gradients[:2]:
        optimizer.apply_gradients([(gradient, kernel)])
    path = checkpoint.write(str(tmp_path / "state"))
    for gradient in gradients[2:]:
        optimizer.apply_gradients([(gradient, kernel)])
    resumed, optimizer, checkpoint = made()
    checkpoint.read(path).assert_consumed()
    for gradient in gradients[2:]:
        optimizer.apply_gradients([(gradient, resumed)])
    np.testing.assert_array_equal(kernel, resumed)
