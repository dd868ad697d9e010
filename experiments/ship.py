"""Puts a trained model into the package, as float16 weights with a checksum.

    python -m experiments.ship --model=runs/fast --name=fast \\
        --stress=photos --about=about.json

The model first has to pass the stress test of experiments.evaluate, on the
sharp photos in a folder and its subfolders, with the weights as they are
shipped; a model that fails any view is refused. The table for its card is
printed.

`ha_deblur/shipped_models/NAME/` gets config.json, model.weights.h5 and, from
--card, README.md. --about has what `ha-deblur models` and RESULTS.md show: JSON
with "trained_on", "steps", "hours", "hardware", "scores" (rows of
experiments.evaluate's --json) and "seconds" (for a picture of 1280x720). The
stress test adds "stress": "views", "failures", "worst" (the largest change of
an area's mean, of 255 levels) and "photos".

Exit code 1: shipped, but some photos were skipped, named on stderr; 2: not
shipped.
"""

import json
import pathlib

from absl import flags

from ha_deblur import commandline, shipped
from ha_deblur.commandline import UserError

_MODEL = flags.DEFINE_string("model", None, "A run or model directory.",
                             required=True)
_NAME = flags.DEFINE_string("name", None, "The shipped model's name.",
                            required=True)
_STRESS = flags.DEFINE_string(
    "stress", None, "A folder of sharp photos for the stress test.",
    required=True)
_LIMIT = flags.DEFINE_integer(
    "limit", None, "How many photos, spread over the folder; 24 if not given.",
    lower_bound=1)
_ABOUT = flags.DEFINE_string("about", None, "JSON with facts about the model.")
_CARD = flags.DEFINE_string("card", None, "The model's card, Markdown.")


def main(_):
    """Runs the command; returns its exit code."""
    about = _about()
    if _CARD.value and not pathlib.Path(_CARD.value).is_file():
        raise UserError(f"{_CARD.value}: no such file; --card is the model's "
                        "card, Markdown")
    from experiments.shipping import shelf
    from experiments.stress import table

    tested, about = shelf.put(_MODEL.value, _NAME.value, _STRESS.value,
                              _LIMIT.value, about, _CARD.value)
    print(f"{shipped.DIRECTORY / _NAME.value}: {about['megabytes']} MB\n\n"
          "For its card:\n")
    print(table.section(table.rows(tested.outcomes), tested.photos))
    return 1 if tested.skipped else 0


def _about():
    """The dict in --about; empty without."""
    if not _ABOUT.value:
        return {}
    try:
        about = json.loads(pathlib.Path(_ABOUT.value).read_text())
    except (OSError, ValueError) as error:
        raise UserError(
            f"{_ABOUT.value}: can't be read as JSON ({error})") from error
    if not isinstance(about, dict):
        raise UserError(f"{_ABOUT.value}: is no JSON object, as {{...}}")
    return about


if __name__ == "__main__":
    commandline.run(main)
