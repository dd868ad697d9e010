"""A run's event files for TensorBoard."""

import pathlib
import sys

import tensorflow as tf
from tqdm import tqdm

from ha_deblur.training import strategy


class EventLog:
    """Writes scalars and images to a run's `logs/`, from the chief only.

    What can't be written, for instance because the disk is full, is reported
    and lost: that is not a reason to stop training.

    Args:
      run: the run directory.
    """

    def __init__(self, run):
        self.writer = (
            tf.summary.create_file_writer(str(pathlib.Path(run) / "logs"))
            if strategy.is_chief() else tf.summary.create_noop_writer())

    def write(self, step, scalars, images=None):
        """Writes, and flushes at once.

        Args:
          step: the step that the values belong to.
          scalars: a dict of floats.
          images: a dict of batches [n, h, w, 3] uint8.
        """
        try:
            with self.writer.as_default(step):
                for name, value in scalars.items():
                    tf.summary.scalar(name, value)
                for name, batch in (images or {}).items():
                    tf.summary.image(name, batch, max_outputs=len(batch))
            self.writer.flush()
        except tf.errors.OpError as error:
            tqdm.write(f"step {step} is missing in TensorBoard: "
                       f"{error.message.splitlines()[0]}", file=sys.stderr)
