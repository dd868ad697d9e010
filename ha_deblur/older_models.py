"""Model directories of older versions, read as those of today.

There one network had the switches of `fast`, which now is a network of its
own: other settings in config.json, other paths in the file of weights.
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
# What `fast` always had, since it has been of one size.
_FAST = {"units_per_block": 1, "scales": 1, "attention": True, "kernel": 3,
         "fold": 4, "flat": True, "gated": True, "encoder_units": 3,
         "narrowing": 2}
_FAST_SETTINGS = ("name", "width", "deep_units", "deep_channels",
                  "attention_units")
# Layers in the paths of weights, then and now.
_LAYERS = {"human_attention": "fast_attention",
           "residual_encoder": "fast_encoder",
           "multi_head_decoder": "fast_decoder",
           "encoder_stage": "fast_stage", "decoder_block": "fast_block",
           "residual_unit": "bounded_unit"}
_NO_LIMIT = np.finfo(np.float32).max


def updated(config, directory):
    """What config.json tells, in today's words.

    Args:
      config: its content, a dict.
      directory: whose it is, for the message.

    Raises:
      UserError: it tells of a network that there is no more.
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
    """A file of weights that today's network takes: `path`, or a copy.

    Args:
      path: the file of weights.
      config: what config.json beside it tells, as it is.

    Raises:
      OSError, KeyError: it is damaged.
    """
    network = updated(config, path.parent)["network"]
    if network != "fast" or config.get("network") == "fast":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "model.weights.h5"
        _rename(path, copy)
        yield copy


def _rename(old, new):
    """Copies a file of an older `fast`, each array to its path of today."""
    import h5py
    with h5py.File(old) as source, h5py.File(new, "w") as target:
        def copy(name, item):
            if isinstance(item, h5py.Group):
                group = target.require_group(_path(name))
                group.attrs.update(item.attrs)
            else:
                source.copy(item, target, _path(name))

        source.visititems(copy)
        for name in [name for name in _groups(target)
                     if re.fullmatch(r".*/bounded_unit(_\d+)?", name)]:
            # before units were bounded
            target[name].require_group("vars")
            if "0" not in target[name]["vars"]:
                target[name]["vars"]["0"] = _NO_LIMIT


def _groups(file):
    """The paths of everything in an HDF5 file."""
    names = []
    file.visit(names.append)
    return names


def _path(name):
    """Today's path of a weight: without numbers, layers have new names."""
    layers = dict(_LAYERS)
    if "human_attention" in name:
        layers["residual_unit"] = "attention_unit"
    return "/".join(
        layers.get(stem, stem) + number for stem, number in (
            re.fullmatch(r"(.*?)((?:_\d+)?)", part).groups()
            for part in name.split("/")))
