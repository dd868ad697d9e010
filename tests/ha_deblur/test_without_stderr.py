"""What is silenced, and what is not."""

import os
import re
import subprocess
import sys

import pytest
from PIL import Image

from ha_deblur.without_stderr import quiet_import, without_stderr


def test_only_what_is_written_inside_is_dropped(capfd):
    os.write(2, b"before ")
    with pytest.raises(ValueError), without_stderr():
        os.write(2, b"inside ")
        raise ValueError
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_standard_error_may_be_closed():
    done = subprocess.run(
        [sys.executable, "-c", "from ha_deblur.without_stderr import *\n"
         "with without_stderr(): print('here')"],
        preexec_fn=lambda: os.close(2), stdout=subprocess.PIPE, check=True)
    assert done.stdout == b"here\n"


def test_a_module_s_import_is_silenced_and_its_errors_are_not(
        tmp_path, monkeypatch, capfd):
    (tmp_path / "loud_module.py").write_text(
        "import os; os.write(2, b'loud'); VALUE = 3")
    (tmp_path / "broken_module.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    finders = list(sys.meta_path)
    for name in ("loud_module", "broken_module", "absent_module", "os"):
        quiet_import(name)
    assert len(sys.meta_path) == len(finders) + 3  # os is there already
    import loud_module
    assert loud_module.VALUE == 3
    with pytest.raises(ZeroDivisionError):
        import broken_module  # noqa: F401
    with pytest.raises(ModuleNotFoundError, match="absent_module"):
        import absent_module  # noqa: F401
    assert capfd.readouterr().err == ""
    assert sys.meta_path == finders


def test_a_command_s_errors_are_its_own(python_command, photos, tmp_path):
    Image.fromarray(photos(32, 40)).save(tmp_path / "a.png")
    done = python_command("ha_deblur.commands", "deblur", tmp_path / "a.png",
                          f"--output={tmp_path / 'out'}")
    assert done.returncode == 0, done.stderr
    assert all("a.png" in part or "0/1" in part for part in
               re.split("[\r\n]+", done.stderr.strip())), done.stderr
