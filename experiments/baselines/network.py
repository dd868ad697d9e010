"""What every compared network has, so that it is a model like any other."""

import tensorflow as tf

from ha_deblur.model.network import Network
from ha_deblur.training.step import training_step


class BaselineNetwork(Network, tf.keras.Model):
    """A compared network: of one branch, with losses of its own.

    A Keras model from blurred pictures [b, h, w, 3] in [0, 1] to a list of
    dicts, one a scale, full size first: see `restore`. A subclass makes its
    layers after this `__init__`, ends with `make_weights`, and has
    `restore_scale` and `losses_of`. What else there is to a network is in
    `Network`.

    Args:
      preset: a `experiments.baselines.systems.Baseline`.

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
              restored = self.restore(batch.blurred)[0]["primary"]
              error = restored - batch.sharp
              loss = tf.reduce_mean(error**2, [1, 2, 3])  # [b]
              return {"primary": (loss, tf.ones_like(batch.unlabelled))}
    """

    def __init__(self, preset, **kwargs):
        super().__init__(name=preset.name, **kwargs)
        self.preset = preset

    def make_weights(self):
        """Makes the weights of all layers, on a picture of zeros."""
        side = self.preset.size_multiple
        self(tf.zeros([1, side, side, 3]))

    def call(self, blurred):
        return self.restore(blurred)

    def losses_of(self, batch):
        """What is minimized: the sum of the means.

        Args:
          batch: a `ha_deblur.data.batch.Batch`.

        Returns:
          By name: each sample's loss, and 1, for it counts; both [b].
        """
        raise NotImplementedError

    def step(self, optimizer, jit_compile=False):
        return training_step(self.losses_of, self.trainable_variables,
                             optimizer, jit_compile)
