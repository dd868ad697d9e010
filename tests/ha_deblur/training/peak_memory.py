"""The memory that a step of `small` takes beyond a tiny one; prints JSON.

A program of its own: the peak is the whole process's. Its argument is True for
gradient checkpointing.
"""

import json
import resource
import sys

import tensorflow as tf

from ha_deblur import MultiScaleDeblur, presets
from ha_deblur.model.gradient_checkpointing import checkpoint_gradients
from ha_deblur.training import memory, step


def main(checkpointed):
    """Prints the bytes estimated and taken."""
    model = MultiScaleDeblur(presets.get("small"))
    if checkpointed == "True":
        checkpoint_gradients(model)
    optimizer = tf.keras.optimizers.Adam(jit_compile=False)
    optimizer.build(model.trainable_variables)
    train = step.joint_step(model, optimizer)

    def peak_after(batch_size, crop_size):
        image = [batch_size, crop_size, crop_size]
        for _ in range(2):
            train(tf.zeros([*image, 3]), tf.zeros([*image, 3]),
                  tf.zeros([*image, 1]), tf.zeros([batch_size]))
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    tiny = peak_after(1, 32)  # of TensorFlow itself, and all variables
    print(json.dumps({
        "estimated": memory.estimate(train, 256, 4).values,
        "taken": peak_after(4, 256) - tiny}))


if __name__ == "__main__":
    main(*sys.argv[1:])
