"""Files are there whole or not at all."""

import json

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


def test_json_is_written_as_every_program_reads_it(tmp_path):
    path = tmp_path / "deep/a.json"
    whole_file.write_json(path, {"psnr": 26.5, "name": "é"})
    assert json.loads(path.read_bytes()) == {"psnr": 26.5, "name": "é"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        whole_file.write_json(path, {"psnr": float("nan")})
    assert json.loads(path.read_bytes())["psnr"] == 26.5
    assert list(path.parent.iterdir()) == [path]
