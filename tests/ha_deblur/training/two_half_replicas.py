"""Steps in float16 on one device and on two logical CPUs; prints JSON.

A program of its own: logical devices can't be made once TensorFlow runs.
"""

import json
import math

import numpy as np
import tensorflow as tf

from ha_deblur import HumanAttention
from ha_deblur.training import step, strategy


def batches():
    """Two good ones; between them one that is broken in its second half."""
    blurred = tf.random.stateless_uniform([2, 32, 32, 3], [7, 8])
    mask = tf.cast(blurred[..., :1] > 0.7, tf.float32)
    broken = blurred * tf.reshape([1.0, math.nan], [2, 1, 1, 1])
    for picture in (blurred, broken, blurred):
        yield picture, blurred, mask, tf.zeros([2])


def train(name):
    """What it skipped, the scale at the end, and how far the weights went."""
    with strategy.scope(name):
        attention = HumanAttention(2)
        attention(tf.zeros([1, 32, 32, 3]))
        generator = np.random.default_rng(0)
        attention.set_weights([generator.normal(0, 0.3, weight.shape)
                               for weight in attention.weights])
        before = attention.get_weights()
        sgd = tf.keras.mixed_precision.LossScaleOptimizer(
            tf.keras.optimizers.SGD(1.0), initial_scale=1024)
        sgd.build(attention.trainable_variables)
        attention_step = step.attention_step(attention, 1, sgd)
        data = tf.data.Dataset.from_generator(batches, output_signature=tuple(
            tf.TensorSpec(part.shape) for part in next(batches())))
        skipped = [float(attention_step(*batch)["skipped"])
                   for batch in strategy.share(data, size=2)]
        moved = sum(float(np.sum((new - old) ** 2)) for old, new in
                    zip(before, attention.get_weights()))
        return {"skipped": skipped, "scale": float(sgd.loss_scale),
                "moved": moved}


def main():
    """Prints what the test compares."""
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2)
    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    print(json.dumps([train("one"), train("mirrored")]))


if __name__ == "__main__":
    main()
