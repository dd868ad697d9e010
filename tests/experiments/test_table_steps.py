"""Commands one after another: what is run, left out, stopped and refused."""

import os
import signal
import subprocess
import sys
import time

import pytest

from experiments.tables import steps
from ha_deblur.commandline import UserError


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Makes Steps of a program that notes each start in starts.txt."""
    (tmp_path / "noted.py").write_text(
        "import pathlib, sys\n"
        "name, code, path = (a.partition('=')[2] for a in sys.argv[1:4])\n"
        "with open(pathlib.Path(__file__).with_name('starts.txt'), 'a') as f:\n"
        "    print(name, file=f)\n"
        "pathlib.Path(path).parent.mkdir(exist_ok=True)\n"
        "pathlib.Path(path).touch()\n"
        "sys.exit(int(code))\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def make(name, code=0, **others):
        path = tmp_path / name / "made"
        return steps.Step(
            name, "noted", {"name": name, "code": code, "path": path}, path,
            **others)
    return make


def _starts(folder):
    return (folder / "starts.txt").read_text().split()


def test_what_is_done_is_left_out_and_what_failed_is_tried_again(
        tmp_path, program):
    asked = [program("a"), program("b", 1), program("c", needs=("b",)),
             program("d"), program("e", 1, done_codes=(0, 1))]
    failures = steps.run_all(asked, tmp_path)
    assert _starts(tmp_path) == ["a", "b", "d", "e"]
    assert failures["b"].endswith("ended with exit code 1")
    assert failures["c"] == "needs 'b', which failed"
    assert set(failures) == {"b", "c"}
    steps.run_all(asked, tmp_path)
    assert _starts(tmp_path) == ["a", "b", "d", "e", "b"]
    asked[1] = program("b", 0)
    assert steps.run_all(asked, tmp_path) == {}
    assert _starts(tmp_path)[5:] == ["b", "c"]


def test_what_is_older_than_what_it_needs_is_made_again(tmp_path, program):
    asked = [program("a"), program("b", needs=("a",))]
    steps.run_all(asked, tmp_path)
    os.utime(asked[0].makes, (time.time() + 9, time.time() + 9))
    steps.run_all(asked, tmp_path)
    assert _starts(tmp_path) == ["a", "b", "b"]


def test_a_training_of_other_flags_is_not_gone_on_with(tmp_path, program):
    steps.run_all([program("a", goes_on=True)], tmp_path)
    other = program("a", 1, goes_on=True)
    with pytest.raises(UserError, match=r"--code=0 in place of --code=1"):
        steps.run_all([other], tmp_path)
    assert _starts(tmp_path) == ["a"]


def test_a_training_that_was_stopped_stops_all(tmp_path, program):
    with pytest.raises(SystemExit) as stopped:
        steps.run_all([program("a", 143), program("b")], tmp_path)
    assert stopped.value.code == 143
    assert _starts(tmp_path) == ["a"]


def test_sigterm_reaches_the_training_which_may_save(tmp_path):
    (tmp_path / "patient.py").write_text(
        "import pathlib, signal, sys, time\n"
        "here = pathlib.Path(__file__).parent\n"
        "def end(*_):\n"
        "    (here / 'saved').touch()\n"
        "    sys.exit(143)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "(here / 'begun').touch()\n"
        "time.sleep(60)\n")
    parent = subprocess.Popen(
        [sys.executable, "-c", "from experiments.tables.steps import *\n"
         "run_all([Step('a', 'patient', {}, pathlib.Path('none'))], "
         f"{str(tmp_path)!r})"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}."},
        stderr=subprocess.PIPE, text=True)
    for _ in range(300):
        if (tmp_path / "begun").exists():
            break
        time.sleep(0.1)
    parent.send_signal(signal.SIGTERM)
    _, errors = parent.communicate(timeout=30)
    assert parent.returncode == 143
    assert (tmp_path / "saved").exists()
    assert "goes on from there" in errors


def test_a_damaged_journal_is_named(tmp_path, program):
    (tmp_path / steps.JOURNAL).write_text("{\n")
    with pytest.raises(UserError, match=r"commands\.jsonl: can\'t be read"):
        steps.run_all([program("a")], tmp_path)
