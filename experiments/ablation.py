r"""Table 3: the ablations of the network, each row trained and scored.

    python -m experiments.ablation --records=records --steps=425000 \
        --pairs=GOPRO_Large,HIDE_dataset --output=runs/tables

Trains one after another what the rows need: attention, the full network, one
without attention, one with a single scale; FG and BG branch are outputs of the
full one. All are trained with the same records, crops, batches, steps and seed.
Then scores each on GoPro, HIDE I and HIDE II, if they are among --pairs, and
prints the table beside the paper's numbers. Writes OUTPUT/table3.md,
table3.json (how each number was made) and, with --images, OUTPUT/figures like
the paper's Figs. 5 and 6.

The same command resumes what was stopped, and skips what is done. If a row
fails, it is named, the others are still made, and the exit code is 1. Training
flags apply to all trainings.
"""

from absl import flags

from experiments.tables import command
from ha_deblur import commandline

flags.adopt_module_key_flags(command)

_IMAGES = flags.DEFINE_list(
    "images", None, "Blurred pictures to show with attention, results without "
    "and with it, and the branches; and for those of --pairs the sharp ones.")


def main(_):
    """Runs the command; returns its exit code."""
    return command.run(3, images=_IMAGES.value or ())


if __name__ == "__main__":
    commandline.run(main)
