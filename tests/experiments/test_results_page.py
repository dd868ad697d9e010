"""The results page, written as a person writes it."""

import json
import pathlib

import pytest

from tests.experiments.made_tables import table_of

ROOT = pathlib.Path(__file__).parents[2]
RESULTS = ROOT / "experiments" / "results"


@pytest.fixture
def page(command, tmp_path):
    """Runs the command; gives the finished process and the page's text."""
    def make(*arguments):
        path = tmp_path / "page.md"
        done = command(
            "experiments.results_page", f"--output={path}", *arguments)
        return done, path.read_text() if path.exists() else None
    return make


def test_the_page_tells_of_shipped_models_and_how_each_number_was_made(
        page, tmp_path):
    folders = []
    for number in (4, 3):
        folder = tmp_path / f"run{number}"
        folder.mkdir()
        (folder / f"table{number}.json").write_text(
            json.dumps(table_of(number)))
        folders.append(str(folder))
    done, text = page(f"--tables={','.join(folders)}")
    assert done.returncode == 0, done.stderr
    shipped = (RESULTS / "shipped.md").read_text().strip()
    assert shipped in text
    assert -1 < text.index(shipped) < text.index("## Table 4") < text.index(
        "## Table 3")
    for words in ("28.49 / 0.908",  # the paper's
                  "python -m experiments.train --preset=nah2017",
                  "python -m experiments.evaluate --model=full",
                  "2.5 hours", "Abacus, 2 cores", "code 0123456789",
                  "Kupyn et al.: failed, python ended with exit code 2",
                  "(the paper: 500 epochs of 8,500 pairs, 425,000)"):
        assert words in text


@pytest.mark.parametrize("content, message", [
    (None, "holds no table3.json or table4.json"),
    ("{", "table4.json is damaged"),
    ('{"table": 4}', "table4.json is damaged"),
    ("[]", "table4.json is damaged"),
])
def test_what_is_no_table_is_named(page, tmp_path, content, message):
    if content:
        (tmp_path / "table4.json").write_text(content)
    done, text = page(f"--tables={tmp_path}")
    assert done.returncode == 2
    assert message in done.stderr
    assert text is None


def test_results_md_is_what_the_command_writes(page):
    if not list(RESULTS.glob("table?.json")):
        shipped = (RESULTS / "shipped.md").read_text().strip()
        assert shipped in (ROOT / "RESULTS.md").read_text()
        return
    done, text = page()
    assert done.returncode == 0, done.stderr
    assert text == (ROOT / "RESULTS.md").read_text()
