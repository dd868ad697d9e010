"""Runs commands in fresh processes that have TensorFlow imported already.

`python -m COMMAND` spends most of a short test on importing TensorFlow. So a
server of multiprocessing's imports it once, and is forked for each command.
In the server nothing of TensorFlow has run, no flag is defined, and none of
this project is imported: a command finds what it would find in a new process,
but for the time. `tests/test_fresh_processes.py` compares the two.

Where the process itself is the subject (what it imports, Python's own flags,
closed pipes, the installed program), tests start one of their own.
"""

import atexit
import contextlib
import multiprocessing
import os
import pathlib
import runpy
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).parent.parent
PRELOADED = ["tensorflow", "tensorflow.keras", "scipy.ndimage",
             "skimage.metrics", "PIL.Image", "tqdm"]
_PATH = [entry for entry in sys.path
         if not pathlib.Path(entry or ".").resolve().is_relative_to(ROOT)
         or "site-packages" in entry]
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(PRELOADED)


class Process:
    """`python -m ARGUMENTS`, started; much like a subprocess.Popen.

    What it prints is in the files of `folder`, `stdout` and `stderr`.
    """

    def __init__(self, *arguments, cwd=ROOT, env=None, input=None,
                 file_bytes=None):
        """Starts it.

        Args:
          arguments: the module's name and the command line.
          cwd: its working directory.
          env: its environment; this process's if None.
          input: bytes that it can read from standard input.
          file_bytes: the size beyond which its files can't grow.
        """
        self._folder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._folder.name)
        for name in ("stdin", "stdout", "stderr"):
            (self.folder / name).write_bytes(input or b"")
            input = None
        self.args = [*map(str, arguments)]
        self._process = _FORKED.Process(target=_become, args=(
            self.args, str(cwd), dict(os.environ if env is None else env),
            self._folder.name, file_bytes, _PATH))
        self._process.start()
        self.pid = self._process.pid

    def poll(self):
        """The exit code, None while it runs."""
        return self._process.exitcode

    returncode = property(poll)

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, timeout=None):
        """The exit code, once it has ended."""
        self._process.join(timeout)
        if self.poll() is None:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.poll()

    def said(self):
        """(stdout, stderr), of a text terminal's line ends."""
        return tuple((self.folder / name).read_text()
                     for name in ("stdout", "stderr"))


def run(*arguments, timeout=300, **others):
    """Waits for `python -m ARGUMENTS`; gives a subprocess.CompletedProcess.

    `others` are those of Process.
    """
    process = Process(*arguments, **others)
    try:
        process.wait(timeout)
    finally:
        process.send_signal(9)
    return subprocess.CompletedProcess(
        process.args, process.returncode, *process.said())


def _become(arguments, cwd, env, folder, file_bytes, path):
    """In the fork: what `python -m ARGUMENTS` would do, to the end."""
    for number, (name, mode) in enumerate((
            ("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        with pathlib.Path(folder, name).open({"r": "rb", "w": "ab"}[mode]) as f:
            os.dup2(f.fileno(), number)
        server_s = getattr(sys, f"__{name}__")
        stream = open(  # noqa: SIM115
            number, mode, buffering=1 if name == "stderr" else -1,
            encoding=server_s.encoding, errors=server_s.errors, closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.path[:] = [cwd, *path]
    sys.argv = arguments
    if file_bytes is not None:
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # else all forks draw the same
    # Ends here: multiprocessing would print and exit in its own words.
    os._exit(_exit_code(arguments[0]))


def _exit_code(module):
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as exit:
        code = exit.code
        if code is None:
            code = 0
        elif not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # waits for threads, as Python's end does
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        code = 120
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    return code & 0xFF
