"""Which Python `make` takes, and what it says without one."""

import shutil
import subprocess

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"),
                                reason="there is no make")


@pytest.fixture
def make(tmp_path):
    """Runs make where only these Pythons exist; gives the finished process."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("Makefile", "setup.py"):
        shutil.copy(ROOT / name, checkout)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("make", "sh", "sed", "grep", "sort", "paste", "echo",
                 "touch"):
        (tools / name).symlink_to(shutil.which(name))

    def run(*arguments, pythons):
        for name, code in pythons.items():
            (tools / name).write_text(
                '#!/bin/sh\n[ "$1" = --version ] && exec echo Python of old\n'
                f"exit {code}\n")
            (tools / name).chmod(0o755)
        return subprocess.run(
            ["make", *arguments], cwd=checkout, text=True, check=False,
            capture_output=True, env={"PATH": str(tools)})
    return run


def test_the_newest_python_that_runs_is_taken(make):
    pythons = {"python3.13": 127, "python3.12": 0, "python3.10": 0,
               "python3.9": 0, "python3": 0}
    done = make("-n", "test", pythons=pythons)
    assert done.returncode == 0, done.stderr
    assert "python='python3.12'" in done.stdout
    assert "venv --clear .venv;" in done.stdout
    done = make("-n", "test-all", pythons=pythons)
    assert [line.split("'")[1] for line in done.stdout.splitlines()
            if "python='" in line] == ["python3.12", "python3.9"]
    assert "venv --clear .venv-python3.9;" in done.stdout


def test_a_named_python_has_a_folder_of_its_own(make):
    done = make("-n", "test", "PYTHON=/opt/python3.11", pythons={})
    assert "python='/opt/python3.11'" in done.stdout
    assert ".venv-python3.11/bin/python -m pytest" in done.stdout


@pytest.mark.parametrize("arguments, pythons, found", [
    ([], {}, "'python3' is absent"),
    (["PYTHON=python3.8"], {"python3.8": 1}, "'python3.8' is Python of old")])
def test_without_one_it_says_so_in_a_line(make, arguments, pythons, found):
    done = make("install", *arguments, pythons=pythons)
    assert done.returncode == 2
    error, of_make = done.stderr.splitlines()
    assert error == (
        "error: ha-deblur needs a Python from 3.9 to 3.13 (TensorFlow has no "
        f"other), and {found}; run make PYTHON=/path/to/python3.13")
    assert of_make.startswith("make: ***")


def test_an_environment_keeps_its_python(make, tmp_path):
    python = tmp_path / "checkout/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    done = make("install", pythons={"python3.13": 1})
    assert done.returncode == 0, done.stderr
    assert python.read_text() == "#!/bin/sh\n"
    assert (tmp_path / "checkout/.venv/installed").exists()
