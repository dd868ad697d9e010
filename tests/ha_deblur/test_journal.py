"""What a stopped run has done is there for the next, and only for its own."""

import os

import pytest

from ha_deblur.commandline import UserError
from ha_deblur.journal import Journal, stamp

SETTINGS = {"frames": 11, "gamma": 2.2, "files": [["a.png", 5, 6]]}


@pytest.fixture
def stopped(tmp_path):
    """The path of a journal that holds two entries."""
    journal = Journal(tmp_path / "deep/out.unfinished", SETTINGS)
    assert not journal.done and not journal.path.exists()
    journal.add("a.png", {"near": [[[1, 2.5, 3, 4], 0.1]]})
    journal.add(12, None)
    return journal.path


def test_what_was_added_is_there_again(stopped):
    journal = Journal(stopped, SETTINGS)
    assert journal.done == {"a.png": {"near": [[[1, 2.5, 3, 4], 0.1]]},
                            12: None}
    journal.add("b", 1 / 3)
    assert Journal(stopped, SETTINGS).done == journal.done
    journal.finish()
    assert not list(stopped.parent.iterdir())


def test_every_length_that_a_kill_may_leave_is_gone_on_from(stopped):
    content = stopped.read_bytes()
    lines = content.splitlines(keepends=True)
    for length in range(len(content) + 1):
        stopped.write_bytes(content[:length])
        journal = Journal(stopped, SETTINGS)
        assert len(journal.done) == max(
            content[:length].count(b"\n") - 1, 0)
        for key in ("a.png", 12):
            if key not in journal.done:
                journal.add(key, 0)
        assert list(Journal(stopped, SETTINGS).done) == ["a.png", 12]
        assert stopped.read_bytes().startswith(lines[0])


@pytest.mark.parametrize("content, complaint", [
    (b'{"frames": 3}\n', "of a run with other flags"),
    (b"\xff\xfe\n", "can't be read"), (b"{}\n5\n", "can't be read")])
def test_one_of_another_run_is_refused_and_stays(tmp_path, content, complaint):
    path = tmp_path / "out.unfinished"
    path.write_bytes(content)
    with pytest.raises(UserError, match=complaint) as raised:
        Journal(path, SETTINGS)
    assert str(raised.value).startswith(str(path))
    assert path.read_bytes() == content

    # Where a command may start over, it stays until there is something new.
    journal = Journal(path, SETTINGS, anew=True)
    assert journal.done == {}
    assert path.read_bytes() == content
    journal.add("a", 1)
    assert Journal(path, SETTINGS).done == {"a": 1}


def test_a_changed_file_has_another_stamp(tmp_path):
    path = tmp_path / "a.png"
    assert stamp(path) == ["a.png"]
    path.write_bytes(b"12345")
    os.utime(path, ns=(6, 7))
    assert stamp(path) == ["a.png", 5, 7]
