"""Two trainings in one run directory: the second is refused."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from ha_deblur.commandline import UserError
from ha_deblur.training import run_lock
from tests.conftest import ROOT

HOLDER = """
import sys, time
from ha_deblur.training import run_lock
with run_lock.locked(sys.argv[1]):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_the_second_is_refused_until_the_first_has_died(tmp_path):
    run = tmp_path / "run"
    first = subprocess.Popen([sys.executable, "-c", HOLDER, run], cwd=ROOT,
                             stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline() == "locked\n"
        (run / ".0a.partial").touch()  # being written
        with pytest.raises(UserError, match=f"^{run} is being trained already "
                           rf"\(process and machine: {first.pid} "), \
                run_lock.locked(run):
            pass
        assert (run / ".0a.partial").exists()
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
        first.stdout.close()
    with run_lock.locked(run):
        assert (run / run_lock.LOCK).read_text() == (
            f"{os.getpid()} {socket.gethostname()}\n")
        assert not (run / ".0a.partial").exists()  # a killed one left it
    with run_lock.locked(run):
        pass


def test_a_lock_of_another_machine_may_outlive_it(
        tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run_lock, "_SECONDS", 30)
    with run_lock.locked(tmp_path):
        (tmp_path / run_lock.LOCK).write_text("7 node3")
        clock = iter([0, 0.1, 0.2, 20, 20, 31])
        monkeypatch.setattr(run_lock.time, "monotonic", lambda: next(clock))
        monkeypatch.setattr(run_lock.time, "sleep", lambda seconds: None)
        with pytest.raises(UserError, match=r"already .*7 node3"), \
                run_lock.locked(tmp_path):
            pass
    said = capsys.readouterr().err
    assert said.count("is being trained elsewhere") == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"--run=.*file: can't be written to"), \
            run_lock.locked(tmp_path / "file"):
        pass
