"""What inference, exports and training need of a network."""

import typing

import tensorflow as tf

from ha_deblur.model.pyramid import halve


class Network:
    """A deblurring network; the paper's, `fast` and those it is compared with.

    A mixin, to be written before Keras' class. It is no tf.keras.Model, for
    Keras makes every such base class of a functional model functional, and
    with it the other networks' models.

    A subclass has `restore_scale`, or for weights that differ from scale to
    scale `at_scale`. If its preset has no `three_branches`, it has a `step` of
    its own; else `training.step.joint_step` trains it.

    Attributes:
      preset: the `ha_deblur.presets.NetworkPreset` it was made from.
      exportable: whether TensorFlow alone computes it; False where a part runs
        in Python, and then XLA does not compile it either.
      branches: the names of the pictures it makes.
      carried: {name: channels} of what a scale hands to the next finer one
        beside "primary", its picture.

    Example:
      class Nothing(Network, tf.keras.Model):
          def __init__(self, preset):
              super().__init__()
              self.preset = preset

          def restore_scale(self, blurred, mask=None, coarser=None,
                            heads=("primary",)):
              return {"primary": blurred}
    """

    exportable = True
    branches = ("primary",)
    carried: typing.ClassVar[dict] = {}

    def restore(self, blurred, mask=None, heads=("primary",),
                trains_primary=None):
        """Deblurs, coarse to fine.

        Args:
          blurred: B, [b, h, w, 3] float32 in [0, 1]; h and w multiples of
            `preset.size_multiple`.
          mask: [b, h, w, 1] in [0, 1]; replaces A at every scale.
          heads: which of `branches` to make: the fewer, the fewer operations.
          trains_primary: [b] of 0 and 1. Where 0, what a scale hands to the
            next finer one passes no gradient back into the decoder, so that a
            sample whose loss is the background's trains no other branch
            (sec. 4.3 on GoPro). Of no meaning for one scale or one branch.

        Returns:
          A list of dicts, full size first: the `heads` as images [b, h, w, 3],
          not clipped; "attention" [b, h, w, 1] where there is one; and
          features by name.

        Raises:
          ValueError: a mask was given to a model without attention.
        """
        self.check_mask(mask)
        levels = self.levels_of(blurred)
        masks = [None] * len(levels) if mask is None else self.levels_of(mask)
        results = []  # coarsest first
        coarser = None
        for k in reversed(range(len(levels))):
            coarser = self.at_scale(k)(levels[k], masks[k], coarser, heads)
            results.append(coarser)
        return results[::-1]

    def check_mask(self, mask):
        """Raises ValueError if there is a mask, but no attention."""
        if mask is not None and not self.preset.attention:
            raise ValueError(
                f"preset '{self.preset.name}' has no attention that a mask "
                "could replace")

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        """`restore` at one scale alone, for callers that go scale by scale.

        Args:
          blurred: B_k, [b, h, w, 3] in [0, 1]; h and w multiples of 8 times
            `preset.fold`.
          mask: [b, h, w, 1] in [0, 1]; replaces A.
          coarser: the result at half the size, of which "primary" and what
            `carried` names are used; None at the coarsest scale.
          heads: which of `branches` to make.

        Returns:
          A dict as `restore` lists them, and what `carried` names.
        """
        raise NotImplementedError

    def at_scale(self, k):
        """`restore_scale` at scale k, 0 the full size; here all are alike."""
        return self.restore_scale

    def levels_of(self, images):
        """Pictures at all scales, full size first: a list by `halved`."""
        levels = [images]
        for _ in range(self.preset.scales - 1):
            levels.append(self.halved(levels[-1]))
        return levels

    def halved(self, images):
        """One level down the pyramid: [b, h, w, c] -> [b, h/2, w/2, c].

        Means of 2x2 pixels; a subclass may have others.
        """
        return halve(images)

    def step(self, optimizer, jit_compile=False):
        """The training step of a network with losses of its own.

        Args:
          optimizer: a Keras optimizer, built for `trainable_variables`.
          jit_compile: whether XLA compiles it.

        Returns:
          A tf.function of a batch (blurred, sharp, mask, unlabelled) that
          updates the variables and returns a dict of scalars, "total" among
          them.
        """
        raise NotImplementedError

    def training_state(self):
        """What checkpoints hold beside model and optimizer, once the step is
        made: {name: trackable}. None of it is in the saved model."""
        return {}

    def get_config(self):
        return {"preset": tf.keras.saving.serialize_keras_object(self.preset)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(tf.keras.saving.deserialize_keras_object(config["preset"]))
