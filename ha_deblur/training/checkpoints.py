"""Checkpoints of a run: by steps, by minutes, and the way back from them.

The folder itself tells what there is: no file lists the checkpoints, so none
can be cut short and hide them. A checkpoint is whole if every tensor in it
reads with the checksum that TensorFlow keeps.
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
      directory: the run's; they lie in its `checkpoints/`.
      steps: save after so many steps.
      minutes: save at the latest after so many minutes.
      **tracked: what a checkpoint holds (model, optimizer).

    Attributes:
      latest: the path of the newest that was saved or restored, or None.
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
        """Goes back to the newest whole checkpoint; returns its step, or 0.

        Damaged ones, as a kill or a full disk leaves them, are named on
        stderr and passed over.

        Raises:
          UserError: it does not fit the model, or several are there and all
            are damaged.
        """
        damaged = {}
        for number in self.numbers():
            damage = _damage(self._path(number))
            if damage is None:
                self.latest = self._path(number)
                break
            damaged[self._path(number)] = damage
        # A kill during the first save leaves one, and it is the only one.
        if len(damaged) > 1 and self.latest is None:
            raise UserError(
                f"{self.directory}: all {len(damaged)} checkpoints are "
                "damaged; remove them to begin anew, or give another --run")
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
        """Whether a checkpoint ought to be saved after this step."""
        late = time.monotonic() - self.saved_at > self.seconds
        return step % self.steps == 0 or late

    def save(self, step):
        """Saves, and then removes all but the newest; returns the path.

        Raises:
          OSError, tf.errors.OpError: it could not be written. What there was
            of it is removed, and the older ones are kept.
        """
        self.step.assign(step)
        self.saved_at = time.monotonic()
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            self.latest = self.checkpoint.write(self._path(step))
        except (OSError, tf.errors.OpError):
            self._remove(step)
            raise
        # Those of later steps are damaged: `restore` passed over them.
        kept = [number for number in self.numbers() if number <= step][:KEPT]
        for number in self.numbers():
            if number not in kept:
                self._remove(number)
        return self.latest

    def numbers(self):
        """The steps of which there is at least a part, newest first."""
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
    # The reader tells a truncated file by an IndexError.
    except (tf.errors.OpError, IndexError, ValueError) as error:
        return str(error).splitlines()[0]
    return None
