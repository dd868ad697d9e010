"""The trained models that come with the package, by name.

`shipped_models/NAME/` is a model directory with float16 weights and the model
card as README.md. Its config.json also has, under "about", how the model was
trained and how it scores.
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
    """The model directory for a name or a path.

    A folder with a config.json takes precedence over a shipped model of the
    same name.

    Args:
      model: a shipped model's name, or a model directory.

    Returns:
      A pathlib.Path, which need not be a model directory or exist.
    """
    path = pathlib.Path(model)
    if not (path / "config.json").exists() and str(model) in names():
        return DIRECTORY / str(model)
    return path


def about(name):
    """Facts about a shipped model from its config.json: a dict.

    "parameters", "megabytes", "trained_on", "steps", "hours", "scores",
    "seconds": see `experiments.ship`.
    """
    config = json.loads((DIRECTORY / name / "config.json").read_text())
    return config.get("about", {})
