"""The base class of the compared networks."""

import tensorflow as tf

from ha_deblur.model.network import Network
from ha_deblur.training.step import training_step


class BaselineNetwork(Network, tf.keras.Model):
    """A compared network, with a single branch and losses of its own.

    A Keras model from blurred pictures [b, h, w, 3] in [0, 1] to a list of
    dicts, one per scale, full size first: see `restore`. A subclass calls this
    `__init__`, creates its layers, then calls `make_weights`; it defines
    `restore_scale` and `losses_of`. See also `Network`.

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
        """Creates the weights of all layers, with a picture of zeros."""
        side = self.preset.size_multiple
        self(tf.zeros([1, side, side, 3]))

    def call(self, blurred):
        return self.restore(blurred)

    def losses_of(self, batch):
        """The losses; training minimizes the sum of their means.

        Args:
          batch: a `ha_deblur.data.batch.Batch`.

        Returns:
          {name: (each sample's loss, ones, as all count)}, both [b].
        """
        raise NotImplementedError

    def step(self, optimizer, jit_compile=False):
        return training_step(self.losses_of, self.trainable_variables,
                             optimizer, jit_compile)
