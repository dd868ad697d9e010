"""The training step as one tf.function, for both phases of sec. 4.3."""

import tensorflow as tf

from ha_deblur.data.batch import Batch
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

    The map is predicted and supervised at every scale, as in the network that
    it is trained for.

    Args:
      attention: a HumanAttention.
      scales: number of scales.
      optimizer: a Keras optimizer, built for the attention's variables.
      jit_compile: whether XLA compiles it.

    Returns:
      A function of a batch's four parts that updates the variables and
      returns a dict of scalar losses. Samples that are not labelled with
      people, such as GoPro's, do not count.
    """
    def losses_of(batch):
        loss = tf.add_n([
            attention_loss(g, attention(b)) for b, g in zip(
                pyramid(batch.blurred, scales), pyramid(batch.mask, scales))
        ])  # [b]
        return {"attention": (loss, 1 - batch.unlabelled)}

    return training_step(
        losses_of, attention.trainable_variables, optimizer, jit_compile)


def joint_loss(model, batch, gopro_trains=("background",),
               losses=losses_of_all_scales):
    """L = L_Pri + L_FG + L_BG + L_A of a whole batch, without replicas.

    Args:
      model: a MultiScaleDeblur.
      batch: a `Batch`.
      gopro_trains: the losses that count for samples that are not labelled
        with people, such as GoPro's; in the paper the background's only
        (sec. 4.3).
      losses: `losses_of_all_scales`, or a partial of it with other settings.

    Returns:
      The scalar to minimize, and a dict of scalars: each loss, averaged over
      the samples for which it counts.
    """
    sums = _sums(_joint_losses(model, batch, gopro_trains, losses))
    return _means(sums, tf.shape(batch.blurred)[0])


def _joint_losses(model, batch, gopro_trains, losses):
    """{name: (each sample's loss, whether it counts)}, both [b]."""
    labelled = 1 - batch.unlabelled  # [b]
    trains_primary = None if "primary" in gopro_trains else labelled
    results = model.restore(batch.blurred, heads=BRANCHES,
                            trains_primary=trains_primary)
    found = {}
    for name, loss in losses(results, batch.sharp, batch.mask).items():
        branch = "primary" if name == "frequency" else name
        found[name] = loss, (tf.ones_like(labelled)
                             if branch in gopro_trains else labelled)
    return found


def joint_step(model, optimizer, gopro_trains=("background",),
               jit_compile=False, losses=losses_of_all_scales):
    """The step of the second phase: the whole network, all losses.

    Args:
      model: a MultiScaleDeblur.
      optimizer: a Keras optimizer, built for the model's variables.
      gopro_trains: see `joint_loss`.
      jit_compile: whether XLA compiles it.
      losses: see `joint_loss`.

    Returns:
      A function of a batch's four parts that updates the variables and
      returns a dict of scalar losses.
    """
    return training_step(
        lambda batch: _joint_losses(model, batch, gopro_trains, losses),
        model.trainable_variables, optimizer, jit_compile)


def training_step(losses_of, variables, optimizer, jit_compile):
    """The step of both phases, for the strategy in whose scope it is made.

    Args:
      losses_of: a function of a `Batch` that returns {name: (each sample's
        loss, whether it counts)}, both [b].
      variables: the variables to train.
      optimizer: sums gradients over replicas before it applies them. With a
        LossScaleOptimizer the returned dict also has "skipped": 1 if gradients
        overflowed, so that no variable was changed.
      jit_compile: whether XLA compiles the step: all of it for one replica,
        else each replica's losses and gradients.

    Returns:
      A tf.function of a batch's four parts, see `joint_step`.
    """
    strategy = tf.distribute.get_strategy()
    replicas = strategy.num_replicas_in_sync

    def gradients(batch):
        with tf.GradientTape() as tape:
            sums = _sums(losses_of(batch))
            # Divided by the global batch size: replicas sum up to its mean.
            total, _ = _means(sums, replicas * tf.shape(batch.blurred)[0])
        # Not `tape.gradient`: the optimizer may have to scale the loss.
        pairs = optimizer.compute_gradients(total, variables, tape)
        return [value for value, _ in pairs], sums

    if replicas > 1:
        gradients = tf.function(gradients, jit_compile=jit_compile)

    def of_replica(batch):
        values, sums = gradients(batch)
        optimizer.apply_gradients(zip(values, variables))
        return tf.distribute.get_replica_context().all_reduce("SUM", sums)

    @tf.function(jit_compile=jit_compile and replicas == 1)
    @tf.autograph.experimental.do_not_convert
    def step(blurred, sharp, mask, unlabelled):
        batch = Batch(blurred, sharp, mask, unlabelled)
        scale = getattr(optimizer, "loss_scale", None)
        sums = tf.nest.map_structure(  # alike on all replicas
            lambda value: strategy.experimental_local_results(value)[0],
            strategy.run(of_replica, args=(batch,)))
        here = strategy.experimental_local_results(blurred)[0]
        total, named = _means(sums, replicas * tf.shape(here)[0])
        losses = {"total": total, **named}
        if scale is not None:
            # The scale falls if it was too high. At 1 it can't fall further,
            # and NaN or infinite losses are then reported.
            losses["skipped"] = tf.cast(
                optimizer.loss_scale < scale, tf.float32)
        return losses

    return step


def _sums(losses):
    """{name: (the sum of the losses that count, how many count)}."""
    return {name: (tf.reduce_sum(loss * counts), tf.reduce_sum(counts))
            for name, (loss, counts) in losses.items()}


def _means(sums, batch_size):
    """The joint loss, and each loss averaged over the samples that count."""
    total = tf.add_n([loss for loss, _ in sums.values()])
    return total / tf.cast(batch_size, total.dtype), {
        name: tf.math.divide_no_nan(loss, count)
        for name, (loss, count) in sums.items()}
