"""Commands of `fresh_processes` are what `python -m` makes of them."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from ha_deblur import model_directory
from tests import fresh_processes

# The directory it runs in, not pytest's, is where `python -m` finds it.
STATE = """
import json, os, sys, threading
import absl.flags
print(json.dumps({
    "argv": sys.argv[1:], "file": __file__, "name": __name__,
    "spec": __spec__.name, "main": sys.modules["__main__"].__dict__ is
    globals(), "path": sys.path, "cwd": os.getcwd(), "env": dict(os.environ),
    "stdin": sys.stdin.read(), "tests": "pytest" in sys.modules,
    "ours": [name for name in sys.modules if name.startswith("ha_deblur")],
    "encodings": [sys.stdout.encoding, sys.stdout.errors, sys.stderr.errors],
    "flags": [name for name in absl.flags.FLAGS if name in (
        "records", "run", "person_class", "preset")]}))
"""

ENDS = {
    "text": "import sys; sys.exit('wrong')", "none": "raise SystemExit",
    "number": "raise SystemExit(3)", "large": "raise SystemExit(256 + 7)",
    "raised": "1 / 0", "end": "print('done')",
    "handler": "import atexit; atexit.register(print, 'at exit'); 1 / 0",
    "thread": "import threading, time; threading.Thread(target=lambda: ("
    "time.sleep(0.2), print('late'))).start()",
    "killed": "import os; os.kill(os.getpid(), 9)",
    "aborted": "import os; os.abort()", "absent": None}


def python(*arguments, **others):
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], capture_output=True,
        text=True, check=False, **others)


def test_a_command_finds_what_python_gives_it(tmp_path):
    (tmp_path / "state.py").write_text(STATE)
    env = {**os.environ, "HA_DEBLUR_TEST": "1"}
    del env["PATH"]
    real = python("state", "--a=b", "c d", cwd=tmp_path, env=env, input="in\n")
    fresh = fresh_processes.run(
        "state", "--a=b", "c d", cwd=tmp_path, env=env, input=b"in\n")
    assert (real.returncode, fresh.returncode) == (0, 0), fresh.stderr
    assert json.loads(fresh.stdout) == json.loads(real.stdout)
    assert json.loads(fresh.stdout)["argv"] == ["--a=b", "c d"]


@pytest.mark.parametrize("name", ENDS)
def test_it_ends_as_under_python(tmp_path, name):
    if ENDS[name]:
        (tmp_path / f"{name}.py").write_text(ENDS[name])
    real = python(name, cwd=tmp_path)
    fresh = fresh_processes.run(name, cwd=tmp_path)
    assert fresh.returncode == real.returncode
    assert fresh.stdout == real.stdout
    said, expected = fresh.stderr.splitlines(), real.stderr.splitlines()
    if name == "absent":  # python names itself before it
        assert expected[-1].endswith(said[-1].partition(": ")[2])
    else:
        assert said[-3:] == expected[-3:]


def test_what_takes_too_long_is_killed(tmp_path):
    (tmp_path / "endless.py").write_text(
        "import time; print('begun', flush=True); time.sleep(99)")
    with pytest.raises(subprocess.TimeoutExpired):
        fresh_processes.run("endless", cwd=tmp_path, timeout=0.5)
    process = fresh_processes.Process("endless", cwd=tmp_path)
    while not process.said()[0]:
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == -signal.SIGTERM


def test_no_two_draw_the_same(tmp_path):
    (tmp_path / "draw.py").write_text(
        "import random, numpy; print(random.random(), numpy.random.rand())")
    draws = " ".join(fresh_processes.run("draw", cwd=tmp_path).stdout
                     for _ in range(2)).split()
    assert len(set(draws)) == 4


def test_a_training_ends_with_the_same_weights(same_records, tmp_path):
    def flags(name):
        return ("experiments.train", f"--records={same_records()}",
                f"--run={tmp_path / name}", "--preset=tiny", "--crop_size=32",
                "--batch_size=2", "--steps=2", "--seed=3",
                f"--validation={same_records('test')}")
    real = python(*flags("real"), cwd=fresh_processes.ROOT)
    fresh = fresh_processes.run(*flags("fresh"))
    assert (real.returncode, fresh.returncode) == (0, 0), fresh.stderr
    assert "psnr/gain" in fresh.stdout
    for a, b in zip(*(model_directory.load(tmp_path / name).get_weights()
                      for name in ("real", "fresh"))):
        np.testing.assert_array_equal(a, b)
