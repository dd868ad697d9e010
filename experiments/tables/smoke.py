"""Both tables and the results page, tiny, in a few minutes.

    python -m experiments.tables.smoke --output=tables-smoke

Makes a data set of photographs that come with scikit-image, in the layouts of
HIDE and of GoPro, trains every row of both tables for a few steps, and writes
the tables, the figures and the page to --output. Their numbers mean nothing:
what is seen is that every command runs. `make tables-smoke` runs it.
"""

import pathlib
import shutil
import subprocess
import sys

from absl import flags

from ha_deblur import commandline
from ha_deblur.commandline import UserError

_OUTPUT = flags.DEFINE_string(
    "output", None, "Folder for all that is made; absent or empty.",
    required=True)
_STEPS = flags.DEFINE_integer(
    "steps", 20, "Steps of each training.", lower_bound=1)

CLOSE_UP = "cameraman.png"  # the held-out picture with a person


def main(_):
    """Runs the command; returns its exit code."""
    output = pathlib.Path(_OUTPUT.value)
    if output.exists() and any(output.iterdir()):
        raise UserError(f"{output} is not empty; choose another --output")
    photos, hide, gopro = (
        output / name for name in ("photos", "hide", "gopro"))
    _run("data_prep.sample_photos", output=photos)
    for split in ("train", "test"):
        _run("data_prep.move_people", images=photos / split / "images",
             masks=photos / split / "masks", output=hide, split=split,
             short_side=128)
    _run("data_prep.make_records", dataset="hide", source=hide, split="train",
         boxes=hide / "boxes-train.json", output=output / "records")
    names = sorted(path.name for path in (hide / "test").iterdir())
    _as_gopro(hide, gopro / "test" / "GOPR0000_00_00", names)
    (hide / "near.txt").write_text(f"{CLOSE_UP}\n")
    (hide / "far.txt").write_text("".join(
        f"{name}\n" for name in names if name != CLOSE_UP))
    tables = output / "tables"
    common = {
        "records": output / "records", "pairs": f"{gopro},{hide}",
        "boxes": f"none,{hide / 'boxes-test.json'}", "size": "tiny",
        "steps": _STEPS.value, "crop_size": 64, "batch_size": 2,
        "output": tables}
    _run("experiments.ablation", **common, images=hide / "test" / CLOSE_UP)
    _run("experiments.compare", **common)
    _run("experiments.results_page", tables=tables,
         output=output / "RESULTS.md")


def _as_gopro(hide, sequence, names):
    """Copies test pictures of HIDE's layout into a sequence of GoPro's."""
    for half, folder in (("blur", "test"), ("sharp", "GT")):
        (sequence / half).mkdir(parents=True)
        for name in names:
            shutil.copyfile(hide / folder / name, sequence / half / name)


def _run(module, **flag_values):
    """Runs a command of the project; ends if it fails."""
    command = [sys.executable, "-m", module,
               *(f"--{name}={value}" for name, value in flag_values.items())]
    print("\npython", *command[1:], flush=True)
    done = subprocess.run(command, check=False)
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    commandline.run(main)
