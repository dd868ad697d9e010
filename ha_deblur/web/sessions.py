"""Each visitor's files: kept apart, and removed when the visitor leaves."""

import contextlib
import pathlib
import shutil
import tempfile
import threading
import time

# Seconds. Some pages close without a notice, for instance on a sleeping phone.
KEPT_AT_MOST = 24 * 3600


class SessionOver(Exception):
    """The visitor left, or dropped another photo, during the computation."""


class Session:
    """A visitor's photo and its results.

    Args:
      photo: the path of the uploaded file.
      folder: an empty folder for the results, which `end` removes.
    """

    def __init__(self, photo, folder):
        self.photo = pathlib.Path(photo)
        self._folder = pathlib.Path(folder)
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._over = False

    @property
    def is_old(self):
        """Whether the visitor is not expected to return."""
        return time.monotonic() - self._began > KEPT_AT_MOST

    def check(self):
        """Raises SessionOver if `end` was called."""
        if self._over:
            raise SessionOver

    @contextlib.contextmanager
    def results(self):
        """Yields an empty folder for results, in place of the earlier ones.

        Its name is new, so that browsers don't show a cached result.

        Raises:
          SessionOver: `end` was called.
        """
        with self._lock:
            self.check()
            for earlier in self._folder.iterdir():
                shutil.rmtree(earlier)
            yield pathlib.Path(tempfile.mkdtemp(dir=self._folder))

    def end(self):
        """Removes the results, once nothing writes to them."""
        self._over = True
        with self._lock:
            shutil.rmtree(self._folder, ignore_errors=True)


class Sessions:
    """The Sessions of all visitors, by Gradio's keys.

    Args:
      folder: where the folders for results are created.
    """

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._lock = threading.Lock()
        self._open = {}

    def begin(self, key, photo):
        """A visitor's new Session, in place of the previous one."""
        session = Session(photo, tempfile.mkdtemp(dir=self._folder))
        with self._lock:
            earlier = self._open.get(key)
            self._open[key] = session
            old = [key for key, other in self._open.items() if other.is_old]
        self._remove(earlier)
        for forgotten in old:
            self.end(forgotten)
        return session

    def of(self, key):
        """A visitor's Session, or None."""
        with self._lock:
            return self._open.get(key)

    def end(self, key):
        """Removes a visitor's photo and results."""
        with self._lock:
            session = self._open.pop(key, None)
        self._remove(session)

    def end_all(self):
        """Ends all Sessions."""
        for key in list(self._open):
            self.end(key)

    def _remove(self, session):
        if session is None:
            return
        session.end()
        with self._lock:
            # If two visitors upload the same file, Gradio stores it once, in a
            # folder named after its content.
            if all(session.photo != other.photo
                   for other in self._open.values()):
                session.photo.unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # not empty
                    session.photo.parent.rmdir()
