r"""Table 3: the network without its parts, each row trained and scored.

    python -m experiments.ablation --records=records --steps=425000 \
        --pairs=GOPRO_Large,HIDE_dataset --output=runs/tables

Trains one after another what the rows need: attention, the full network, one
without attention, one of a single scale; FG and BG branch are outputs of the
full one. All learn from the same records, crops, batches and steps, from one
seed. Then scores each on GoPro, HIDE I and HIDE II, where they are among
--pairs, and prints the table, with the paper's numbers beside. Writes
OUTPUT/table3.md, table3.json (how each number was made) and, for --images,
OUTPUT/figures as the paper's Figs. 5 and 6.

The same command goes on with what was stopped, and leaves out what is done. A
row that fails is named and the others are made, exit code 1. Flags of training
go to all trainings alike.
"""

from absl import flags

from experiments.tables import command
from ha_deblur import commandline

flags.adopt_module_key_flags(command)

_IMAGES = flags.DEFINE_list(
    "images", None, "Blurred pictures to show: attention, without and with "
    "it, and the branches. Sharp ones stand beside those of --pairs.")


def main(_):
    """Runs the command; returns its exit code."""
    return command.run(3, images=_IMAGES.value or ())


if __name__ == "__main__":
    commandline.run(main)
