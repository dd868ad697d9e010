"""What a run has done, so that the same command goes on if it is stopped."""

import json
import os
from pathlib import Path

from ha_deblur.commandline import UserError


class Journal:
    """A file of JSON lines, one for each thing that is done.

    The first line holds the settings of the run, each other one a key and
    what was found for it; of lines with the same key the last one counts. The
    file is made by the first `add`, and removed by `finish`.

    Args:
      path: the file.
      settings: what the results depend on; anything that JSON can hold.
      anew: whether a file of other settings, or of something else, is
        replaced by the first `add`. If not, it is refused.

    Attributes:
      done: {key: value} of the run that was stopped, and of this one.

    Raises:
      UserError: the file can't be read, or is of other settings.
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
                "remove this file to begin anew")
        if not is_same:
            self.done = {}
        self._begun = is_same

    def add(self, key, value):
        """Notes that `value`, anything that JSON can hold, is that of `key`.

        Raises:
          UserError: it can't be written.
        """
        self.done[key] = value
        lines = [[key, value]] if self._begun else [
            self._settings, [key, value]]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "a" if self._begun else "w"
            with self.path.open(mode, encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)
        except OSError as error:
            raise UserError(f"{self.path}: can't be written "
                            f"({error.strerror or error})") from error
        self._begun = True

    def finish(self):
        """Removes the file: all is done."""
        self.path.unlink(missing_ok=True)


def stamp(path):
    """[name, size, time of change] of a file; [name] if it can't be read."""
    try:
        state = Path(path).stat()
    except OSError:
        return [Path(path).name]
    return [Path(path).name, state.st_size, state.st_mtime_ns]


def _whole_lines(path):
    """What the lines hold; cuts off a last one that a stop left half."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
    return [json.loads(line) for line in content[:whole].splitlines()]
