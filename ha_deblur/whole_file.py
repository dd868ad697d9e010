"""Atomic writing: a file is there completely or not at all."""

import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
import uuid
from pathlib import Path

from ha_deblur.commandline import UserError

_PARTIAL = ".partial"


@contextlib.contextmanager
def writing(path, ending=""):
    """Yields a temporary path; its file is renamed to `path` at the end.

    The folder is created if it is absent. If anything is raised, or the
    process is asked to end, `path` stays as it was and the temporary file is
    removed. Its name is hidden and unique: of two processes that write the
    same path, the last to finish wins.

    Args:
      path: the file to write.
      ending: of the temporary name, for writers that infer a format from it.

    Raises:
      UserError: it can't be written, for instance because the disk is full.
    """
    path = Path(path)
    partial = path.with_name(f".{uuid.uuid4().hex}{_PARTIAL}{ending}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _ending_in_order():
            try:
                yield partial
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{path}: can't be written ({error.strerror or error})"
            ) from error


@contextlib.contextmanager
def _ending_in_order():
    """Turns signals that would end the process at once into SystemExit."""
    replaced = []
    if threading.current_thread() is threading.main_thread():
        known = (getattr(signal, name, None)  # Windows lacks one
                 for name in ("SIGTERM", "SIGHUP"))
        replaced = [number for number in known if number
                    and signal.getsignal(number) is signal.SIG_DFL]
    for number in replaced:
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    try:
        yield
    finally:
        for number in replaced:
            signal.signal(number, signal.SIG_DFL)


def remove_leftovers(folder):
    """Removes what killed processes left in a folder that has one writer."""
    for partial in Path(folder).glob(f".*{_PARTIAL}*"):
        partial.unlink()


def hindrance(folder):
    """Why a folder can't be written to, in a few words, or None.

    Nothing is left behind. If the folder does not exist, its nearest existing
    parent is tried.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 (leaves links)
    place = next(path for path in (folder, *folder.parents)
                 if os.path.lexists(path))
    try:
        with tempfile.TemporaryFile(dir=place):
            return None
    except OSError as error:
        reason = error.strerror or error
        if not place.is_dir():
            reason = "is no folder"
        return f"{place}: {reason}" if place != folder else str(reason)


def write_json(path, content):
    """Writes content as JSON.

    Raises:
      UserError: it can't be written.
      ValueError: it holds NaN or infinity, which JSON lacks.
    """
    with writing(path) as partial:
        partial.write_text(
            json.dumps(content, indent=1, allow_nan=False) + "\n")
