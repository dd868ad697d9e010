"""WORKSPACE.md, the map: what it names in its table of the paper is there."""

import re

import pytest

from tests.conftest import ROOT

PLACES = ("", "ha_deblur", "tests", "tests/ha_deblur", "tests/data_prep",
          "experiments", "experiments/flags")


def rows():
    """(what the paper has, the named files, the other names), row by row."""
    table = (ROOT / "WORKSPACE.md").read_text().split("## Fidelity")[1]
    for line in table.split("## The most common")[0].splitlines():
        if line.startswith("|") and "`" in line:
            names = re.findall("`([^`]+)`", line)
            files = [name for name in names if name.endswith((".py", "/"))]
            yield line.split("|")[1].strip(), files, names


def found(name):
    return [ROOT / place / name for place in PLACES
            if (ROOT / place / name).exists()]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_files_and_names_of_a_row_are_there(row):
    _, files, names = row
    assert files
    for name in files:
        assert found(name), name
    texts = "".join(path.read_text() for name in files
                    for path in found(name) if path.is_file())
    for name in names:
        if re.fullmatch(r"[A-Za-z_]\w+(\.\.\.)?|\.\.\.\w+(\.\.\.)?", name):
            assert name.strip(".") in texts, name
