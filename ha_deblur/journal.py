"""A run's progress, so that the same command resumes it if it is stopped."""

import json
import os
from pathlib import Path

from ha_deblur.commandline import UserError


class Journal:
    """A file of JSON lines, one for each item done.

    The first line holds the settings of the run, each other one a key and its
    value; of lines with the same key the last one counts. The file is created
    by the first `add` and removed by `finish`.

    Args:
      path: the file.
      settings: what the results depend on; anything that JSON can hold.
      anew: whether to start over, with the first `add`, if the file has other
        settings or can't be read. If not, that is an error.

    Attributes:
      done: {key: value} of the stopped run and of this one.

    Raises:
      UserError: the file can't be read or has other settings.
    """

    def __init__(self, path, settings, anew=False):
        self.path = Path(path)
        self._settings = json.loads(json.dumps(settings))
        try:
            lines = _whole_lines(self.path)
            self.done = dict(lines[1:])
        except (OSError, ValueError, TypeError) as error:
            if not anew:
                raise UserError(
                    f"{self.path}: can't be read as the progress of a stopped "
                    f"run ({error}); remove it") from error
            lines = [None]
        is_same = bool(lines) and lines[0] == self._settings
        if lines and not is_same and not anew:
            raise UserError(
                f"{self.path}: is of a run with other flags or of another "
                "source, which was stopped; finish that one with its own, or "
                "remove this file to start over")
        if not is_same:
            self.done = {}
        self._started = is_same

    def add(self, key, value):
        """Records the `value`, anything that JSON can hold, of `key`.

        Raises:
          UserError: it can't be written.
        """
        self.done[key] = value
        lines = [[key, value]] if self._started else [
            self._settings, [key, value]]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "a" if self._started else "w"
            with self.path.open(mode, encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)
        except OSError as error:
            raise UserError(f"{self.path}: can't be written "
                            f"({error.strerror or error})") from error
        self._started = True

    def finish(self):
        """Removes the file: all is done."""
        self.path.unlink(missing_ok=True)


def stamp(path):
    """[name, size, modification time] of a file; [name] if unreadable."""
    try:
        state = Path(path).stat()
    except OSError:
        return [Path(path).name]
    return [Path(path).name, state.st_size, state.st_mtime_ns]


def _whole_lines(path):
    """The parsed lines; cuts off a last one that is incomplete."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
    return [json.loads(line) for line in content[:whole].splitlines()]
