"""A lock, so that only one training at a time uses a run directory."""

import contextlib
import errno
import os
import pathlib
import socket
import sys
import time

from ha_deblur import whole_file
from ha_deblur.commandline import UserError

try:
    import fcntl
except ImportError:  # Windows has none; there nothing is locked
    fcntl = None

LOCK = "lock"
# On a shared disk, the lock of a machine that died lasts this long.
_SECONDS = 120


@contextlib.contextmanager
def locked(run):
    """Locks a run directory, which is created if it is absent.

    The system releases the lock when this process ends, however that happens;
    the file stays, and only names the process that held it last.

    Raises:
      UserError: another process holds it, or the directory can't be written.
    """
    path = pathlib.Path(run) / LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise UserError(f"--run={run}: can't be written to "
                        f"({error.strerror}); give another one") from None
    with file:
        _acquire(file, run)
        with contextlib.suppress(OSError):  # a full disk
            file.truncate(0)
            file.write(f"{os.getpid()} {socket.gethostname()}\n")
            file.flush()
        whole_file.remove_leftovers(run)
        yield


def _acquire(file, run):
    if fcntl is None:
        return
    started = time.monotonic()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                return  # a disk without locks
        file.seek(0)
        holder = file.read().strip()
        if _lives_here(holder) or time.monotonic() - started > _SECONDS:
            raise UserError(
                f"{run} is being trained already (process and machine: "
                f"{holder or 'unknown'}); wait until that has ended, or give "
                "another --run")
        if time.monotonic() - started < 1:
            print(f"{run} is being trained elsewhere (process and machine: "
                  f"{holder}), or that broke down; waiting for {_SECONDS} s "
                  "at most", file=sys.stderr)
        time.sleep(1)


def _lives_here(holder):
    """Whether "PROCESS MACHINE" is another live process of this machine."""
    process, _, machine = holder.partition(" ")
    if machine != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:  # of another machine that has this one's name
        return False
    except PermissionError:
        return True
    return int(process) != os.getpid()
