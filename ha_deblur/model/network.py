"""What inference, exports and training need of a network."""

import typing

import tensorflow as tf

from ha_deblur.model.pyramid import halve


class Network:
    """A deblurring network: the paper's, `fast`, or a compared system's.

    A mixin, to be listed before the Keras class. It is not a tf.keras.Model,
    because Keras makes such a base class of a functional model functional as
    well, and with it the models of the other networks.

    A subclass defines `restore_scale`, or `at_scale` if its weights differ
    from scale to scale. If its preset has no `three_branches`, it defines its
    own `step`; else `training.step.joint_step` trains it.

    Attributes:
      preset: the `ha_deblur.presets.NetworkPreset` it was made from.
      exportable: whether TensorFlow alone computes it; False if a part runs in
        Python, which XLA can't compile either.
      branches: the names of the images it makes.
      carried: {name: channels} of the features that a scale passes to the next
        finer one, besides its image "primary".

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
          heads: which of `branches` to make; fewer take fewer operations.
          trains_primary: [b] of 0 and 1. Where it is 0, no gradient passes
            from a finer scale back into the decoder of a coarser one, so that
            a sample with only the background's loss trains no other branch
            (sec. 4.3 on GoPro). Without effect for one scale or one branch.

        Returns:
          A list of dicts, full size first: the `heads` as images [b, h, w, 3],
          not clipped; "attention" [b, h, w, 1] if the network has it; and
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
        """Raises ValueError if a mask is given but there is no attention."""
        if mask is not None and not self.preset.attention:
            raise ValueError(
                f"preset '{self.preset.name}' has no attention that a mask "
                "could replace")

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        """`restore` at a single scale, for callers that go scale by scale.

        Args:
          blurred: B_k, [b, h, w, 3] in [0, 1]; h and w multiples of 8 times
            `preset.fold`.
          mask: [b, h, w, 1] in [0, 1]; replaces A.
          coarser: the result at half the size, of which "primary" and the
            features in `carried` are used; None at the coarsest scale.
          heads: which of `branches` to make.

        Returns:
          A dict as in the list of `restore`, with the features in `carried`.
        """
        raise NotImplementedError

    def at_scale(self, k):
        """`restore_scale` of scale k (0: full size); here the same for all."""
        return self.restore_scale

    def levels_of(self, images):
        """A list of the pictures at all scales, full size first."""
        levels = [images]
        for _ in range(self.preset.scales - 1):
            levels.append(self.halved(levels[-1]))
        return levels

    def halved(self, images):
        """One level down the pyramid: [b, h, w, c] -> [b, h/2, w/2, c].

        2x2 average pooling; a subclass may downsample differently.
        """
        return halve(images)

    def step(self, optimizer, jit_compile=False):
        """The training step of a network with losses of its own.

        Args:
          optimizer: a Keras optimizer, built for `trainable_variables`.
          jit_compile: whether XLA compiles it.

        Returns:
          A tf.function of a batch (blurred, sharp, mask, unlabelled) that
          updates the variables and returns a dict of scalars, including
          "total".
        """
        raise NotImplementedError

    def training_state(self):
        """What checkpoints hold besides model and optimizer, once the step has
        been made: {name: trackable}. None of it is in the saved model."""
        return {}

    def get_config(self):
        return {"preset": tf.keras.saving.serialize_keras_object(self.preset)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(tf.keras.saving.deserialize_keras_object(config["preset"]))
