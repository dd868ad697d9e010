r"""Bounds a trained `fast`: sets the limits of its residual units.

    python -m experiments.calibrate --model=runs/fast --output=runs/bounded \
        --pictures=GOPRO_Large/train,photos

A model is trained with wide limits, and one of an older version may have none;
this sets tight ones. --pictures are folders of ordinary photos, including
blurred ones; see ha_deblur.model.fast.branch_limits. The trained weights do not
change.
"""

import pathlib

from absl import flags

from ha_deblur import commandline, model_directory, presets
from ha_deblur.commandline import UserError

_MODEL = flags.DEFINE_string(
    "model", None, "A model directory, or a shipped model's name.",
    required=True)
_PICTURES = flags.DEFINE_list(
    "pictures", None, "Folders of photos, searched recursively.",
    required=True)
_OUTPUT = flags.DEFINE_string(
    "output", None, "The model directory to write.", required=True)
_LIMIT = flags.DEFINE_integer(
    "limit", 100, "The most photos to use, spread evenly over all.",
    lower_bound=1)

SIDE = 256  # of the crop from the centre of each photo, in pixels


def main(_):
    """Runs the command; returns its exit code."""
    from tqdm import tqdm

    from ha_deblur.model.fast import branch_limits
    found = _photos()
    preset = model_directory.read_preset(_MODEL.value)
    if preset.network != presets.FastPreset.network:
        raise UserError(f"{_MODEL.value} is of the network '{preset.network}', "
                        "which has no limits to set")
    model = model_directory.load(_MODEL.value)
    limits = branch_limits.set_limits(
        model, (_middle(path) for path in tqdm(found, unit="photo")))
    model_directory.save(model, model.preset, _OUTPUT.value)
    print(f"{_OUTPUT.value}: {len(limits)} units, limits from "
          f"{min(limits.values()):.2f} to {max(limits.values()):.2f}")


def _photos():
    """Paths of at most --limit photos."""
    from ha_deblur.files import photo
    found = []
    for folder in map(pathlib.Path, _PICTURES.value):
        if not folder.is_dir():
            raise UserError(f"{folder}: no such folder")
        found += sorted(path for path in folder.rglob("*")
                        if path.suffix.lower() in photo.EXTENSIONS)
    if not found:
        raise UserError(f"no photos in {', '.join(_PICTURES.value)}")
    return found[::-(-len(found) // _LIMIT.value)]


def _middle(path):
    """The centre of a photo, [SIDE, SIDE, 3] uint8 or smaller."""
    from ha_deblur.files.image_files import read_image
    pixels = read_image(path)
    top, left = (max(0, side - SIDE) // 2 for side in pixels.shape[:2])
    return pixels[top:top + SIDE, left:left + SIDE]


if __name__ == "__main__":
    commandline.run(main)
