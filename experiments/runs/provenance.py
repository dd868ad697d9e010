"""A run's provenance: the sessions that trained it, in sessions.json.

A session is one start of a training command. A run that was stopped and resumed
has several, each perhaps with other flags, code and machines.
"""

import datetime
import json
import os
import pathlib
import platform
import shlex
import subprocess
import sys

import ha_deblur
from ha_deblur import whole_file
from ha_deblur.commandline import UserError

SESSIONS = "sessions.json"

_CHECKOUT = pathlib.Path(__file__).resolve().parents[2]


def add_session(run, flags):
    """Adds this process to a run's sessions.

    Args:
      run: the run directory; created if it is absent.
      flags: {name: value} of the command, JSON values.

    Raises:
      UserError: sessions.json is damaged, or can't be written.
    """
    earlier = sessions(run)
    whole_file.write_json(
        pathlib.Path(run) / SESSIONS, [*earlier, _session(flags)])


def sessions(run):
    """A run's sessions, oldest first; empty if it has no sessions.json.

    Each is a dict: "date" (ISO 8601, UTC), "command", "flags", "git" (dict of
    "revision" and "dirty", or None), "versions" (dict), "devices" (list).

    Raises:
      UserError: the file is damaged.
    """
    path = pathlib.Path(run) / SESSIONS
    try:
        found = json.loads(path.read_text())
        if not isinstance(found, list) or not all(
                isinstance(session, dict) and "flags" in session
                for session in found):
            raise ValueError
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, OSError):
        raise UserError(
            f"{path} is damaged; remove it (it records how the run was made, "
            "and nothing else needs it)") from None
    return found


def _session(flags):
    import numpy as np
    import tensorflow as tf
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(
            timespec="seconds"),
        "command": _command(),
        "flags": flags,
        "git": git_state(_CHECKOUT),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
            "ha_deblur": ha_deblur.__version__,
        },
        "devices": _devices(),
    }


def _command():
    """The command line, as it can be repeated in a checkout."""
    spec = sys.modules["__main__"].__spec__
    program = ["-m", spec.name] if spec else sys.argv[:1]
    return shlex.join(["python", *program, *sys.argv[1:]])


def git_state(checkout):
    """{"revision": str, "dirty": bool} of a checkout; None without git.

    Dirty: some Python file differs from the revision, or is not in it.
    """
    def git(*arguments):
        return subprocess.run(
            ["git", "-C", checkout, *arguments], check=True, text=True,
            capture_output=True).stdout.strip()

    try:
        # An unpacked archive may lie inside another project's checkout.
        if git("rev-parse", "--show-cdup"):
            return None
        return {"revision": git("rev-parse", "HEAD"),
                "dirty": bool(git("status", "--porcelain", "--", "*.py"))}
    except (OSError, subprocess.CalledProcessError):
        return None


def _devices():
    """The names of the devices that this process trains on."""
    import tensorflow as tf
    gpus = tf.config.list_physical_devices("GPU")
    return [
        tf.config.experimental.get_device_details(gpu).get(
            "device_name", gpu.name) for gpu in gpus
    ] or [f"{_processor()}, {os.cpu_count()} cores"]


def _processor():
    """The processor's name, if the system reports it."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines
             if line.startswith("model name")]
    return names[0] if names else platform.machine()
