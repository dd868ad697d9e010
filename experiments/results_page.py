r"""Writes RESULTS.md: the trained models, their scores, how they were made.

    python -m experiments.results_page --tables=runs/tables --output=RESULTS.md

The page starts with experiments/results/shipped.md, a handwritten text about
the shipped models. Then come the tables of experiments.ablation and
experiments.compare, from table3.json and table4.json in the folders --tables:
each number's commands, data, steps, hours and hardware, the paper's number
beside it, and the differences from the paper. The JSON files that RESULTS.md
shows are kept in experiments/results, the default of --tables.
"""

import json
import pathlib

from absl import flags

from experiments.tables import markdown
from ha_deblur import commandline, whole_file
from ha_deblur.commandline import UserError

_HERE = pathlib.Path(__file__).resolve().parent / "results"
_TABLES = flags.DEFINE_list(
    "tables", [str(_HERE)], "Folders with table3.json or table4.json, outputs "
    "of experiments.ablation and experiments.compare, in this order.")
_SHIPPED = flags.DEFINE_string(
    "shipped", str(_HERE / "shipped.md"), "Markdown that comes first.")
_OUTPUT = flags.DEFINE_string("output", "RESULTS.md", "File to write.")

_HEAD = """\
<!-- Written by `python -m experiments.results_page`: change
experiments/results/shipped.md or the tables, not this file. -->
# Results

What was trained with this code so far, how it was scored, and how far it is
from the paper.
"""


def main(_):
    """Runs the command; returns its exit code."""
    try:
        shipped = pathlib.Path(_SHIPPED.value).read_text("utf-8")
    except OSError as error:
        raise UserError(
            f"{_SHIPPED.value}: can't be read ({error.strerror})") from None
    sections = [section for folder in _TABLES.value
                for section in _sections(pathlib.Path(folder))]
    with whole_file.writing(_OUTPUT.value) as partial:
        partial.write_text(
            "\n".join([_HEAD, shipped.strip() + "\n", *sections]), "utf-8")
    print(_OUTPUT.value)


def _sections(folder):
    """The Markdown of the tables in a folder."""
    paths = [path for path in (
        folder / "table3.json", folder / "table4.json") if path.exists()]
    if not paths:
        raise UserError(f"{folder}: holds no table3.json or table4.json; give "
                        "the --output of experiments.ablation or compare")
    for path in paths:
        try:
            yield markdown.section(json.loads(path.read_text()))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UserError(f"{path} is damaged or no table; run its command "
                            "again to rewrite it") from None


if __name__ == "__main__":
    commandline.run(main)
