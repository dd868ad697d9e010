"""Files that are there whole or not at all."""

import contextlib
import json
from pathlib import Path

from ha_deblur.commandline import UserError


@contextlib.contextmanager
def writing(path):
    """Gives a temporary path, whose file becomes `path` at the end.

    The folder is made if it is absent. If anything is raised, `path` stays
    what it was and the temporary file is removed.

    Raises:
      UserError: it can't be written, for instance because the disk is full.
    """
    path = Path(path)
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{path}: can't be written ({error.strerror or error})"
            ) from error


def write_json(path, content):
    """Writes content as JSON.

    Raises:
      UserError: it can't be written.
      ValueError: it holds a NaN or an infinity, which JSON has not.
    """
    with writing(path) as partial:
        partial.write_text(
            json.dumps(content, indent=1, allow_nan=False) + "\n")
