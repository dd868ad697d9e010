"""A run's checkpoints: saved every few steps or minutes, and restored.

The folder is its own index: no separate file lists the checkpoints, so a
truncated list can't hide them. A checkpoint is intact if every tensor in it
can be read and matches the checksum that TensorFlow keeps.
"""

import pathlib
import re
import shutil
import sys
import time

import tensorflow as tf

from ha_deblur.commandline import UserError

KEPT = 3


class Checkpoints:
    """The checkpoints of one run.

    Args:
      directory: the run directory; checkpoints go to its `checkpoints/`.
      steps: steps between checkpoints.
      minutes: minutes between checkpoints at most.
      **tracked: what a checkpoint holds (model, optimizer).

    Attributes:
      latest: the path of the checkpoint last saved or restored, or None.
    """

    def __init__(self, directory, steps, minutes, **tracked):
        self.directory = pathlib.Path(directory) / "checkpoints"
        self.step = tf.Variable(0, dtype=tf.int64, trainable=False)
        self.checkpoint = tf.train.Checkpoint(step=self.step, **tracked)
        self.steps = steps
        self.seconds = 60 * minutes
        self.saved_at = time.monotonic()
        self.latest = None

    def restore(self):
        """Restores the newest intact checkpoint; returns its step, or 0.

        Damaged checkpoints, as a kill or a full disk leaves them, are named
        on stderr and skipped.

        Raises:
          UserError: the checkpoint does not fit the model, or there are
            several and all of them are damaged.
        """
        damaged = {}
        for number in self.numbers():
            damage = _damage(self._path(number))
            if damage is None:
                self.latest = self._path(number)
                break
            damaged[self._path(number)] = damage
        # One damaged checkpoint alone is what a kill during the first save
        # leaves; the run then starts from the beginning.
        if len(damaged) > 1 and self.latest is None:
            raise UserError(
                f"{self.directory}: all {len(damaged)} checkpoints are "
                "damaged; remove them to start over, or give another --run")
        for path, damage in damaged.items():
            print(f"{path} is damaged ({damage}); going on from "
                  f"{self.latest or 'the beginning'}", file=sys.stderr)
        if self.latest is None:
            return 0
        try:
            status = self.checkpoint.read(self.latest)
            status.assert_existing_objects_matched()
        except (ValueError, AssertionError, tf.errors.OpError):
            raise UserError(
                f"{self.latest} does not fit this model and optimizer; give "
                "another --run, or remove it") from None
        return int(self.step.numpy())

    def due(self, step):
        """Whether a checkpoint is due after this step."""
        late = time.monotonic() - self.saved_at > self.seconds
        return step % self.steps == 0 or late

    def save(self, step):
        """Saves a checkpoint, keeps the newest KEPT and returns its path.

        Raises:
          OSError, tf.errors.OpError: it could not be written. The incomplete
            files are removed, and the older checkpoints are kept.
        """
        self.step.assign(step)
        self.saved_at = time.monotonic()
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            self.latest = self.checkpoint.write(self._path(step))
        except (OSError, tf.errors.OpError):
            self._remove(step)
            raise
        # Checkpoints of later steps are damaged: `restore` skipped them.
        kept = [number for number in self.numbers() if number <= step][:KEPT]
        for number in self.numbers():
            if number not in kept:
                self._remove(number)
        return self.latest

    def numbers(self):
        """The steps with complete or partial checkpoints, newest first."""
        names = (re.fullmatch(r"ckpt-(\d+)(\..*|_temp)", path.name)
                 for path in self.directory.glob("ckpt-*"))
        return sorted({int(name[1]) for name in names if name}, reverse=True)

    def _path(self, number):
        return str(self.directory / f"ckpt-{number}")

    def _remove(self, number):
        shutil.rmtree(f"{self._path(number)}_temp", ignore_errors=True)
        for part in self.directory.glob(f"ckpt-{number}.*"):
            part.unlink()


def _damage(path):
    """What is wrong with a checkpoint, in a few words, or None."""
    if not pathlib.Path(f"{path}.index").exists():
        return "cut short"
    try:
        reader = tf.train.load_checkpoint(path)
        for name in reader.get_variable_to_shape_map():
            reader.get_tensor(name)
    # The reader raises an IndexError for a truncated file.
    except (tf.errors.OpError, IndexError, ValueError) as error:
        return str(error).splitlines()[0]
    return None
