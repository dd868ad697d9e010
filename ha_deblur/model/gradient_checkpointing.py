"""Gradient checkpointing: blocks are recomputed in the backward pass."""

import tensorflow as tf

from ha_deblur.model.fusion import BRANCHES


def checkpoint_gradients(model):
    """Makes training store only the inputs and outputs of blocks.

    The backward pass recomputes the activations inside one block after
    another, which costs about a third more operations (Chen et al., Training
    Deep Nets with Sublinear Memory Cost, 2016). Results and gradients stay the
    same, up to rounding. A block is the attention network at one scale, a
    stage of the encoder, or a block of a decoder branch.

    Args:
      model: a MultiScaleDeblur or FastDeblur; its layers are changed in place.
        Its saved files do not change.
    """
    parts = model.parts
    blocks = [*parts.encoder.stages,
              *(block for branch in BRANCHES
                for block in getattr(parts.decoder, branch))]
    if parts.attention is not None:
        blocks.append(parts.attention)
    for block in blocks:
        block.call = _recomputed(block.call)


def _recomputed(call):
    """The `call` of a layer, under tf.recompute_grad."""
    def recomputed(*arguments):
        given = [i for i, value in enumerate(arguments) if value is not None]

        def of_tensors(*tensors):  # tf.recompute_grad takes no None
            values = dict(zip(given, tensors))
            return call(*map(values.get, range(len(arguments))))

        return tf.recompute_grad(of_tensors)(*(arguments[i] for i in given))
    return recomputed
