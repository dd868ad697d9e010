"""Files are there whole or not at all."""

import json
import os
import signal

import pytest

from ha_deblur import whole_file
from ha_deblur.commandline import UserError


def test_a_file_takes_its_name_when_it_is_whole(tmp_path):
    path = tmp_path / "deep/a.txt"
    with whole_file.writing(path) as partial:
        partial.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_what_fails_leaves_the_old_file_and_nothing_beside(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), \
            whole_file.writing(path) as partial:
        partial.write_text("ne")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name, reason", [
    ("file/a.txt", "Not a directory|File exists"),
    ("folder", "Is a directory")])
def test_what_cannot_be_written_is_the_users_to_mend(tmp_path, name, reason):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=rf"{name}: can't be written \({reason}"
                       ), whole_file.writing(tmp_path / name) as partial:
        partial.write_text("new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_a_temporary_name_is_nobody_s(tmp_path):
    longest = tmp_path / ("n" * 255)
    (tmp_path / "a.txt.partial").write_text("a person's own")
    with whole_file.writing(longest) as partial:
        partial.write_text("new")
    assert longest.read_text() == "new"
    path = tmp_path / "a.txt"
    with whole_file.writing(path) as first:
        first.write_text("first, and finished last")
        with whole_file.writing(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first, and finished last"
    assert (tmp_path / "a.txt.partial").read_text() == "a person's own"
    assert len(list(tmp_path.iterdir())) == 3
    with whole_file.writing(tmp_path / "w", ending=".weights.h5") as partial:
        assert partial.name.endswith(".weights.h5")
        assert partial.name.startswith(".")
        partial.touch()


def test_a_file_may_be_read_by_whom_the_umask_lets(tmp_path):
    before = os.umask(0o027)
    try:
        whole_file.write_json(tmp_path / "a.json", [])
    finally:
        os.umask(before)
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o640


def test_a_process_that_is_told_to_end_leaves_nothing_half(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    for number in (signal.SIGTERM, signal.SIGHUP):
        with pytest.raises(SystemExit) as ended, \
                whole_file.writing(path) as partial:
            partial.write_text("ne")
            signal.raise_signal(number)
        assert ended.value.code == 128 + number
        assert signal.getsignal(number) is signal.SIG_DFL
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_goes(tmp_path):
    for name in (".0a.partial", ".0b.partial.model.weights.h5", "my.partial"):
        (tmp_path / name).touch()
    whole_file.remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["my.partial"]


def test_why_nothing_can_be_written_is_told_beforehand(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    assert whole_file.hindrance(tmp_path / "new/deep") is None
    assert whole_file.hindrance(tmp_path / "file") == "is no folder"
    assert whole_file.hindrance(
        tmp_path / "file/a") == f"{tmp_path}/file: is no folder"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

    def read_only(dir):
        raise OSError(30, "Read-only file system", str(dir))

    monkeypatch.setattr(whole_file.tempfile, "TemporaryFile", read_only)
    assert whole_file.hindrance(tmp_path) == "Read-only file system"
    assert whole_file.hindrance(
        tmp_path / "a/b") == f"{tmp_path}: Read-only file system"


def test_json_is_written_as_every_program_reads_it(tmp_path):
    path = tmp_path / "deep/a.json"
    whole_file.write_json(path, {"psnr": 26.5, "name": "é"})
    assert json.loads(path.read_bytes()) == {"psnr": 26.5, "name": "é"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        whole_file.write_json(path, {"psnr": float("nan")})
    assert json.loads(path.read_bytes())["psnr"] == 26.5
    assert list(path.parent.iterdir()) == [path]
