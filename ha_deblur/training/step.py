"""One step of training, as one tf.function: both phases of sec. 4.3."""

import tensorflow as tf

from ha_deblur.model.decoder import BRANCHES
from ha_deblur.model.pyramid import pyramid
from ha_deblur.training.losses import attention_loss, losses_of_all_scales


def compiles(jit_compile):
    """What --jit_compile=auto|true|false means here: XLA where a GPU is."""
    if jit_compile == "auto":
        return bool(tf.config.list_physical_devices("GPU"))
    return jit_compile == "true"


def attention_step(attention, scales, optimizer, jit_compile=False):
    """The step of the first phase: HumanAttention alone, Eq. 4.

    The map is made and supervised at every scale, as in the network that it
    is trained for.

    Args:
      attention: a HumanAttention.
      scales: how many, full size first.
      optimizer: a Keras optimizer, built for the attention's variables.
      jit_compile: whether XLA compiles it.

    Returns:
      A function of a batch (blurred, sharp, mask, from_gopro) that updates
      the variables and returns a dict of scalar losses. GoPro samples have
      no boxes and count nothing.
    """
    @tf.function(jit_compile=jit_compile)
    def step(blurred, sharp, mask, from_gopro):
        del sharp
        supervised = 1 - from_gopro  # [b]
        with tf.GradientTape() as tape:
            loss = tf.add_n([
                attention_loss(g, attention(b)) for b, g in
                zip(pyramid(blurred, scales), pyramid(mask, scales))])  # [b]
            total = tf.reduce_mean(supervised * loss)
        variables = attention.trainable_variables
        optimizer.apply_gradients(
            zip(tape.gradient(total, variables), variables))
        return {"total": total, "attention": _mean_where(loss, supervised)}

    return step


def joint_loss(model, batch, gopro_trains=("background",)):
    """L = L_Pri + L_FG + L_BG + L_A, of a batch.

    Args:
      model: a MultiScaleDeblur.
      batch: (blurred, sharp, mask, from_gopro), see `pipeline`.
      gopro_trains: the losses that count for GoPro samples; in the paper the
        background's only (sec. 4.3).

    Returns:
      The scalar to minimize, and a dict of scalars: each loss, averaged over
      the samples for which it counts.
    """
    blurred, sharp, mask, from_gopro = batch
    from_people = 1 - from_gopro  # [b]
    trains_primary = None if "primary" in gopro_trains else from_people
    results = model.restore(blurred, heads=BRANCHES,
                            trains_primary=trains_primary)
    total, named = 0.0, {}
    for name, loss in losses_of_all_scales(results, sharp, mask).items():
        counts = (tf.ones_like(from_people) if name in gopro_trains
                  else from_people)
        total += tf.reduce_mean(counts * loss)
        named[name] = _mean_where(loss, counts)
    return total, named


def joint_step(model, optimizer, gopro_trains=("background",),
               jit_compile=False):
    """The step of the second phase: the whole network, all losses.

    Args:
      model: a MultiScaleDeblur.
      optimizer: a Keras optimizer, built for the model's variables.
      gopro_trains: see `joint_loss`.
      jit_compile: whether XLA compiles it.

    Returns:
      A function of a batch (blurred, sharp, mask, from_gopro) that updates
      the variables and returns a dict of scalar losses.
    """
    @tf.function(jit_compile=jit_compile)
    def step(blurred, sharp, mask, from_gopro):
        batch = blurred, sharp, mask, from_gopro
        with tf.GradientTape() as tape:
            total, named = joint_loss(model, batch, gopro_trains)
        variables = model.trainable_variables
        optimizer.apply_gradients(
            zip(tape.gradient(total, variables), variables))
        return {"total": total, **named}

    return step


def _mean_where(values, counts):
    return tf.math.divide_no_nan(
        tf.reduce_sum(values * counts), tf.reduce_sum(counts))
