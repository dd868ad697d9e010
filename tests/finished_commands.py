"""Runs commands on a full disk; what a command left and said."""

import pathlib

import pytest

from tests import fresh_processes

ROOT = pathlib.Path(__file__).parent.parent


def contents(folder):
    """{path: bytes} of all files, but for times."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def limited(*arguments, megabytes):
    """Runs a command on a disk that takes no file larger than this."""
    pytest.importorskip("resource", reason="no limits of file size")
    return fresh_processes.run(*arguments, file_bytes=round(megabytes * 1e6))


def refusal(done):
    """The one line of a command that could do nothing."""
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if "error" in line]
    assert len(lines) == 1 and lines[0].startswith("error: "), done.stderr
    return lines[0]
