"""Three steps on one device and on two logical CPUs; prints JSON.

A program of its own: logical devices can't be made once TensorFlow runs.
"""

import json

import numpy as np
import tensorflow as tf

from ha_deblur.commandline import UserError
from ha_deblur.training import step, strategy
from tests.conftest import random_model


def batch():
    """Four patches; the last, of GoPro, is in the second replica's share."""
    images = tf.random.stateless_uniform([4, 32, 32, 6], [7, 8])
    mask = tf.cast(images[..., :1] > 0.7, tf.float32)
    return (images[..., :3], images[..., 3:], mask,
            tf.constant([0.0, 0.0, 0.0, 1.0]))


def train(name):
    """The losses of every step, and the weights after them."""
    with strategy.scope(name) as found:
        model = random_model("micro", width=2, units_per_block=1)
        # Unlike Adam, it shows a gradient that is a multiple of what it ought
        # to be.
        sgd = tf.keras.optimizers.SGD(1e-4)
        sgd.build(model.trainable_variables)
        train_step = step.joint_step(model, sgd)
        batches = iter(strategy.share(
            tf.data.Dataset.from_tensors(batch()).repeat(), size=4))
        losses = [{key: float(value)
                   for key, value in train_step(*next(batches)).items()}
                  for _ in range(3)]
        return found.num_replicas_in_sync, losses, model.get_weights()


def shares():
    """The rows of two batches that each replica gets, and of an odd size."""
    with strategy.scope("mirrored") as found:
        rows = strategy.share(tf.data.Dataset.range(8).batch(4), size=4)
        dealt = [[part.numpy().tolist()
                  for part in found.experimental_local_results(share)]
                 for share in rows]
        try:
            strategy.share(tf.data.Dataset.range(6).batch(3), size=3)
        except UserError as error:
            return dealt, str(error)


def main():
    """Prints what the test compares."""
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2)
    runs = {name: train(name) for name in ("one", "mirrored")}
    moved = max(np.abs(a - b).max() for a, b in zip(
        random_model("micro", width=2, units_per_block=1).get_weights(),
        runs["one"][2]))
    apart = max(np.abs(a - b).max()
                for a, b in zip(runs["one"][2], runs["mirrored"][2]))
    print(json.dumps({
        "replicas": [run[0] for run in runs.values()],
        "losses": [run[1] for run in runs.values()],
        "moved": float(moved), "apart": float(apart), "shares": shares()}))


if __name__ == "__main__":
    main()
