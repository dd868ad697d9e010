"""Where a run comes from: sessions.json and git's state."""

import importlib.metadata
import json
import subprocess

import pytest

from experiments.runs import provenance
from ha_deblur.commandline import UserError


def test_every_session_is_kept(tmp_path):
    assert provenance.sessions(tmp_path / "run") == []
    provenance.add_session(tmp_path / "run", {"seed": 3, "steps": None})
    provenance.add_session(tmp_path / "run", {"seed": 4, "steps": 10})
    first, second = json.loads((tmp_path / "run/sessions.json").read_text())
    assert provenance.sessions(tmp_path / "run") == [first, second]
    assert first["flags"] == {"seed": 3, "steps": None}
    assert second["flags"] == {"seed": 4, "steps": 10}
    assert first["date"] <= second["date"]
    assert set(first["versions"]) == {
        "python", "tensorflow", "numpy", "ha_deblur"}
    assert first["versions"]["tensorflow"] == importlib.metadata.version(
        "tensorflow")
    assert first["command"].startswith("python ") and first["devices"]


@pytest.mark.parametrize("damaged", ["", "[{", "{}", '[{"date": 1}]', '["x"]'])
def test_a_damaged_file_is_named_and_not_overwritten(tmp_path, damaged):
    path = tmp_path / provenance.SESSIONS
    path.write_text(damaged)
    with pytest.raises(UserError, match=f"{path} is damaged"):
        provenance.add_session(tmp_path, {})
    assert path.read_text() == damaged


def test_git_tells_the_revision_and_whether_python_files_differ(tmp_path):
    def git(*arguments):
        return subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],
            cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    git("init")
    (tmp_path / "code.py").write_text("1\n")
    git("add", ".")
    git("commit", "-m", "first")
    revision = git("rev-parse", "HEAD").strip()
    clean = {"revision": revision, "dirty": False}
    assert provenance.git_state(tmp_path) == clean
    (tmp_path / "notes.txt").write_text("no code\n")
    assert provenance.git_state(tmp_path) == clean
    (tmp_path / "new.py").write_text("2\n")
    assert provenance.git_state(tmp_path)["dirty"]
    (tmp_path / "inner").mkdir()  # an archive, unpacked in a checkout
    assert provenance.git_state(tmp_path / "inner") is None


def test_without_git_there_is_no_revision(tmp_path, monkeypatch):
    assert provenance.git_state(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert provenance.git_state(tmp_path) is None


def test_sessions_that_are_no_objects_are_damaged(tmp_path):
    (tmp_path / provenance.SESSIONS).write_text('["flags"]')
    with pytest.raises(UserError, match="is damaged; remove it"):
        provenance.sessions(tmp_path)
