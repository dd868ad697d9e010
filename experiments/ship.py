"""Puts a trained model into the package, as float16 weights with a checksum.

    python -m experiments.ship --model=runs/fast --name=fast \\
        --about=about.json

`ha_deblur/shipped_models/NAME/` gets config.json, model.weights.h5 and, from
--card, README.md. What `ha-deblur models` and RESULTS.md tell of it comes from
--about: JSON with "trained_on", "steps", "hours", "hardware", "scores" (rows of
experiments.evaluate's --json) and "seconds" (for a picture of 1280x720).
"""

import dataclasses
import json
import pathlib
import shutil

from absl import flags

from ha_deblur import commandline, model_directory, shipped

_MODEL = flags.DEFINE_string("model", None, "A run or model directory.",
                             required=True)
_NAME = flags.DEFINE_string("name", None, "What the model will be called.",
                            required=True)
_ABOUT = flags.DEFINE_string("about", None, "JSON that tells of the model.")
_CARD = flags.DEFINE_string("card", None, "The model's card, Markdown.")


def main(_):
    """Runs the command; returns its exit code."""
    from experiments.half_precision import save_weights
    preset = model_directory.read_preset(_MODEL.value)
    model = model_directory.load(_MODEL.value)
    about = {"parameters": model.count_params()}
    if _ABOUT.value:
        try:
            about.update(json.loads(pathlib.Path(_ABOUT.value).read_text()))
        except (OSError, ValueError) as error:
            raise commandline.UserError(
                f"{_ABOUT.value}: can't be read as JSON ({error})") from error
    directory = shipped.DIRECTORY / _NAME.value
    directory.mkdir(parents=True, exist_ok=True)
    weights = directory / model_directory.WEIGHTS
    save_weights(model, weights)
    about["megabytes"] = round(weights.stat().st_size / 1e6, 2)
    config = {"kind": "model", "preset": dataclasses.asdict(preset),
              "sha256": model_directory.sha256(weights), "about": about}
    (directory / model_directory.CONFIG).write_text(
        json.dumps(config, indent=1) + "\n")
    if _CARD.value:
        shutil.copyfile(_CARD.value, directory / "README.md")
    print(f"{directory}: {about['megabytes']} MB")


if __name__ == "__main__":
    commandline.run(main)
