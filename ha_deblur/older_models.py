"""Reads model directories of older versions.

In those, `fast` was the paper's network with other switches; now it is a
network of its own, with other settings in config.json and other paths in the
file of weights.
"""

import contextlib
import pathlib
import re
import tempfile

import numpy as np

from ha_deblur.commandline import UserError

# The switches, as the paper's network had them.
_PAPER = {"kernel": 5, "fold": 1, "flat": False, "gated": False,
          "encoder_units": None, "narrowing": 1, "deep_units": 0,
          "deep_channels": 0, "bounded": False, "attention_units": 0}
# The settings that all models called `fast` had in common.
_FAST = {"units_per_block": 1, "scales": 1, "attention": True, "kernel": 3,
         "fold": 4, "flat": True, "gated": True, "encoder_units": 3,
         "narrowing": 2}
_FAST_SETTINGS = ("name", "width", "deep_units", "deep_channels",
                  "attention_units")
# Names of layers in the paths of weights, {old: new}.
_LAYERS = {"human_attention": "fast_attention",
           "residual_encoder": "fast_encoder",
           "multi_head_decoder": "fast_decoder",
           "encoder_stage": "fast_stage", "decoder_block": "fast_block",
           "residual_unit": "bounded_unit"}
_NO_LIMIT = np.finfo(np.float32).max


def updated(config, directory):
    """The content of config.json, in the current format.

    Args:
      config: the content of the file, a dict.
      directory: the model directory, for the message.

    Raises:
      UserError: it is of a network that no longer exists.
    """
    if config.get("network") not in (None, "human_aware"):
        return config
    given = config["preset"]
    settings = {**_PAPER, **given}
    if all(settings[key] == value for key, value in _PAPER.items()):
        network = "human_aware"
        preset = {key: given[key] for key in given if key not in _PAPER}
    elif all(settings.get(key) == value for key, value in _FAST.items()):
        network = "fast"
        preset = {key: value for key, value in settings.items()
                  if key in _FAST_SETTINGS or key not in (*_PAPER, *_FAST)}
    else:
        raise UserError(
            f"{directory} holds a network of an older version that this one "
            f"can't compute (kernel {settings['kernel']}, fold "
            f"{settings['fold']}): use that version, or train it again")
    return {**config, "network": network, "preset": preset}


@contextlib.contextmanager
def weights(path, config):
    """A file of weights in the current format: `path`, or a converted copy.

    Args:
      path: the file of weights.
      config: the unconverted content of config.json beside it.

    Raises:
      OSError, KeyError: the file is damaged.
    """
    network = updated(config, path.parent)["network"]
    if network != "fast" or config.get("network") == "fast":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "model.weights.h5"
        _rename(path, copy, config["preset"].get("bounded", False))
        yield copy


def _rename(old, new, bounded):
    """Copies the weights of an older `fast`, each to its current path.

    Units that had no limit get one that no feature reaches.
    """
    import h5py
    with h5py.File(old) as source, h5py.File(new, "w") as target:
        def copy(name, item):
            if isinstance(item, h5py.Group):
                group = target.require_group(_path(name))
                group.attrs.update(item.attrs)
                is_unit = re.fullmatch(r"bounded_unit(_\d+)?",
                                       group.name.split("/")[-1])
                if is_unit and not bounded:
                    group["vars/0"] = _NO_LIMIT
            else:
                source.copy(item, target, _path(name))

        source.visititems(copy)


def _path(name):
    """The current path of a weight; its layers may end in a number."""
    layers = dict(_LAYERS)
    if "human_attention" in name:
        layers["residual_unit"] = "attention_unit"
    parts = [re.fullmatch(r"(.*?)((?:_\d+)?)", part).groups()
             for part in name.split("/")]
    return "/".join(layers.get(layer, layer) + number
                    for layer, number in parts)
