"""The trained models that come with the package, by name.

`shipped_models/NAME/` is a model directory whose weights are float16, with the
model's card as README.md. Its config.json also tells, under "about", how the
model was trained and what it scores.
"""

import json
import pathlib

DIRECTORY = pathlib.Path(__file__).parent / "shipped_models"
DEFAULT = "fast"


def names():
    """The names of the shipped models, the default first."""
    found = sorted(path.parent.name
                   for path in DIRECTORY.glob("*/config.json"))
    return sorted(found, key=lambda name: name != DEFAULT)


def directory_of(model):
    """The model directory that is meant by a name or a path.

    A folder that has a config.json wins over a shipped model of its name.

    Args:
      model: a shipped model's name, or a model directory.

    Returns:
      A pathlib.Path; not of a model directory if there is none.
    """
    path = pathlib.Path(model)
    if not (path / "config.json").exists() and str(model) in names():
        return DIRECTORY / str(model)
    return path


def about(name):
    """What config.json tells of a shipped model: a dict.

    "parameters", "megabytes", "trained_on", "steps", "hours", "scores",
    "seconds": see `experiments.ship`.
    """
    config = json.loads((DIRECTORY / name / "config.json").read_text())
    return config.get("about", {})
