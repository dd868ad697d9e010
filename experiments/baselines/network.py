"""What every compared network has, so that it is a model like any other."""

import dataclasses
import typing

import tensorflow as tf

from ha_deblur.model.pyramid import halve
from ha_deblur.training.step import training_step


class BaselineNetwork(tf.keras.Model):
    """A deblurring network that trains, deblurs and exports as ours does.

    A Keras model from blurred pictures [b, h, w, 3] in [0, 1] to a list of
    dicts, one a scale, full size first: see `restore`. A subclass makes its
    layers after this `__init__`, ends with `make_weights`, and has
    `restore_scale` and `losses_of`.

    Args:
      preset: a `experiments.baselines.systems.Baseline`.

    Attributes:
      preset: the same.
      exportable: whether TensorFlow alone computes it; False where a part runs
        in Python, and then XLA does not compile it either.
      branches: the names of the pictures it makes.
      carried: {name: channels} of what a scale hands to the next finer one
        beside "primary", its picture.

    Example:
      class Nothing(BaselineNetwork):
          def __init__(self, preset):
              super().__init__(preset)
              self.layer = tf.keras.layers.Conv2D(3, 1)
              self.make_weights()

          def restore_scale(self, blurred, mask=None, coarser=None,
                            heads=("primary",)):
              return {"primary": self.layer(blurred)}

          def losses_of(self, batch):
              blurred, sharp, _, unlabelled = batch
              error = self.restore(blurred)[0]["primary"] - sharp
              loss = tf.reduce_mean(error**2, [1, 2, 3])  # [b]
              return {"primary": (loss, tf.ones_like(unlabelled))}
    """

    exportable = True
    branches = ("primary",)
    carried: typing.ClassVar[dict] = {}

    def __init__(self, preset, **kwargs):
        super().__init__(name=preset.name, **kwargs)
        self.preset = preset

    def make_weights(self):
        """Makes the weights of all layers, on a picture of zeros."""
        side = self.preset.size_multiple
        self(tf.zeros([1, side, side, 3]))

    def call(self, blurred):
        return self.restore(blurred)

    def get_config(self):
        return {"preset": dataclasses.asdict(self.preset)}

    def restore(self, blurred, mask=None, heads=("primary",),
                trains_primary=None):
        """Deblurs, coarse to fine.

        Args:
          blurred: B, [b, h, w, 3] float32 in [0, 1]; h and w multiples of
            `preset.size_multiple`.
          mask: None, as there is no attention that it could replace.
          heads: ("primary",), as there are no other branches.
          trains_primary: of no meaning here.

        Returns:
          A list of dicts, full size first: "primary" [b, h, w, 3], not
          clipped, and what `carried` names.

        Raises:
          ValueError: a mask was given.
        """
        if mask is not None:
            raise ValueError(
                f"preset '{self.preset.name}' has no attention that a mask "
                "could replace")
        results = []  # coarsest first
        coarser = None
        for k, level in reversed(list(enumerate(self.levels_of(blurred)))):
            coarser = self.at_scale(k)(level, coarser=coarser, heads=heads)
            results.append(coarser)
        return results[::-1]

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

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        """`restore` at one scale alone.

        Args:
          blurred: B_k, [b, h, w, 3] in [0, 1]; h and w multiples of 8.
          mask: None.
          coarser: the result at half the size; None at the coarsest scale.
          heads: ("primary",).

        Returns:
          A dict: "primary" [b, h, w, 3], not clipped, and what `carried`
          names.
        """
        raise NotImplementedError

    def at_scale(self, k):
        """`restore_scale` at scale k, 0 the full size: here the same at all.

        For networks whose scales don't share their weights.
        """
        return self.restore_scale

    def losses_of(self, batch):
        """What is minimized: the sum of the means.

        Args:
          batch: (blurred, sharp, mask, unlabelled), see `pipeline`.

        Returns:
          By name: each sample's loss, and 1, for it counts; both [b].
        """
        raise NotImplementedError

    def step(self, optimizer, jit_compile=False):
        """The training step, as `ha_deblur.training.step` makes it.

        Args:
          optimizer: a Keras optimizer, built for `trainable_variables`.
          jit_compile: whether XLA compiles it.

        Returns:
          A tf.function of a batch (blurred, sharp, mask, unlabelled) that
          updates the variables and returns a dict of scalars, "total" among
          them.
        """
        return training_step(self.losses_of, self.trainable_variables,
                             optimizer, jit_compile)

    def training_state(self):
        """What checkpoints hold beside model and optimizer, once `step` is
        made: {name: trackable}. None of it is in the saved model."""
        return {}
