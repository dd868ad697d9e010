"""TensorBoard's files of a run."""

import pathlib
import sys

import tensorflow as tf
from tqdm import tqdm

from ha_deblur.training import strategy


class EventLog:
    """Writes curves and pictures to a run's `logs/`, from one process only.

    What can't be written, because the disk is full, is said and lost: it is
    no reason to end a training.

    Args:
      run: the run directory.
    """

    def __init__(self, run):
        self.writer = (
            tf.summary.create_file_writer(str(pathlib.Path(run) / "logs"))
            if strategy.is_chief() else tf.summary.create_noop_writer())

    def write(self, step, scalars, images=None):
        """Writes at once.

        Args:
          step: the number of the step that they are of.
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
