"""A model on disk: `config.json` and `model.weights.h5` in one folder.

A run directory is one, too, with `checkpoints/` and `logs/` beside the two
files, and so is a shipped model (`shipped`), whose name stands for its folder.
config.json may hold the SHA-256 of the weights, which is then checked. It names
the network: one of this package's (also if it names none), or one that an
installed package registers as an entry point of the group NETWORKS, a dataclass
of settings like `presets.NetworkPreset`. Directories of older versions are
converted when they are read (`older_models`).
"""

import contextlib
import dataclasses
import hashlib
import json
import pathlib
import typing
from importlib import metadata

from ha_deblur import older_models, shipped, whole_file
from ha_deblur.commandline import UserError
from ha_deblur.presets import FastPreset, Preset

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
NETWORKS = "ha_deblur.networks"
_OWN = {preset.network: preset for preset in (Preset, FastPreset)}


def save(model, preset, directory, kind="model", **about):
    """Writes a model directory; a reader never sees a file half written.

    Args:
      model: a Keras model.
      preset: the NetworkPreset that it was made from.
      directory: created if absent.
      kind: "model", or "attention" for a result of attention pretraining.
      **about: further entries of config.json (JSON values).

    Raises:
      UserError: it can't be written.
    """
    directory = pathlib.Path(directory)
    with whole_file.writing(directory / WEIGHTS, ending=f".{WEIGHTS}") as path:
        model.save_weights(path)
    whole_file.write_json(directory / CONFIG, {
        "kind": kind, "network": preset.network,
        "preset": dataclasses.asdict(preset), **about})


def read_preset(directory, kind="model"):
    """The preset of the model in `directory`, or of a shipped model.

    Raises:
      UserError: there is no model of that kind, or its network is not
        installed, or only an older version has it.
    """
    path = shipped.directory_of(directory) / CONFIG
    try:
        config = json.loads(path.read_text())
        found = config["kind"]
        config = older_models.updated(config, directory)
        preset = _preset_class(config.get("network"), directory)(
            **config["preset"])
        _check_types(preset)
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(
            f"{directory} is no model directory (it has no {CONFIG}), and no "
            f"shipped model's name: {', '.join(shipped.names())}") from None
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path} is damaged or of another program; copy the "
                        "model again, or train it again") from None
    if found != kind:
        remedy = ("give it to experiments.train as --attention"
                  if found == "attention" else
                  "give a run of experiments.pretrain_attention")
        raise UserError(
            f"{directory} holds a {found} and not a {kind}: {remedy}")
    return preset


def _check_types(preset):
    """Raises ValueError if a setting is not of its field's type."""
    for field in dataclasses.fields(preset):
        # the types in Optional, or a single type
        types = typing.get_args(field.type) or (field.type,)
        if float in types:
            types = (*types, int)
        if not isinstance(getattr(preset, field.name), types):
            raise ValueError(f"{field.name} is of the wrong type")


def _preset_class(network, directory):
    """The dataclass of a network's settings."""
    if network in _OWN:
        return _OWN[network]
    # not metadata.entry_points(): if this package is installed twice, as after
    # building a wheel in the folder, it sees only one, possibly the older
    for installed in metadata.distributions():
        for point in installed.entry_points:
            if (point.group, point.name) == (NETWORKS, network):
                with contextlib.suppress(ImportError, AttributeError):
                    return point.load()
    raise UserError(
        f"{directory} holds the network '{network}', which is not in this "
        "package: run `make install` in the source folder, and then there "
        "`python -m ha_deblur.commands` in place of `ha-deblur`")


def load(directory):
    """The Keras model in `directory`, or a shipped model by its name.

    Raises:
      UserError: there is no such model, its network is not installed, or its
        weights are damaged.
    """
    model = read_preset(directory).make()
    load_weights(model, directory)
    return model


def load_weights(model, directory):
    """Loads a directory's weights into a Keras model.

    Raises:
      UserError: the file is absent or damaged, or does not fit the model.
    """
    directory = shipped.directory_of(directory)
    path = directory / WEIGHTS
    if not path.exists():
        raise UserError(f"{directory} holds no {WEIGHTS}")
    config = json.loads((directory / CONFIG).read_text())
    expected = config.get("sha256")
    if expected not in (None, sha256(path)):
        raise UserError(
            f"{path} is damaged: its SHA-256 is not the one in {CONFIG}; "
            "install or copy it again")
    try:
        with older_models.weights(path, config) as today:
            model.load_weights(today)
    except (ValueError, OSError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{path} does not fit the model or is damaged: {reason}") from None


def sha256(path):
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
