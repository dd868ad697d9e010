"""Checkpoints of a run: by steps, by minutes, and the way back from them."""

import pathlib
import time

import tensorflow as tf

from ha_deblur.commandline import UserError

KEPT = 3


class Checkpoints:
    """The checkpoints of one run.

    Args:
      directory: the run's; they lie in its `checkpoints/`.
      steps: save after so many steps.
      minutes: save at the latest after so many minutes.
      **tracked: what a checkpoint holds (model, optimizer).
    """

    def __init__(self, directory, steps, minutes, **tracked):
        self.step = tf.Variable(0, dtype=tf.int64, trainable=False)
        self.steps = steps
        self.seconds = 60 * minutes
        self.saved_at = time.monotonic()
        self.manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(step=self.step, **tracked),
            str(pathlib.Path(directory) / "checkpoints"), max_to_keep=KEPT)

    @property
    def latest(self):
        """The path of the newest checkpoint, or None."""
        return self.manager.latest_checkpoint

    def restore(self):
        """Goes back to the newest checkpoint; returns its step, or 0.

        Raises:
          UserError: it does not fit the model, or is damaged.
        """
        if self.latest is None:
            return 0
        try:
            status = self.manager.checkpoint.restore(self.latest)
            status.assert_existing_objects_matched()
        except (ValueError, AssertionError, tf.errors.OpError):
            raise UserError(
                f"{self.latest} does not fit this model and optimizer, or is "
                "damaged; give another --run, or remove it") from None
        return int(self.step)

    def due(self, step):
        """Whether a checkpoint ought to be saved after this step."""
        late = time.monotonic() - self.saved_at > self.seconds
        return step % self.steps == 0 or late

    def save(self, step):
        """Saves; returns the path."""
        self.step.assign(step)
        self.saved_at = time.monotonic()
        return self.manager.save(checkpoint_number=step)
