r"""Writes the patches that training would see, to look at and to measure.

    python -m experiments.show_patches --records=records/photos \
        --clips=records/clips --median_motion=14 --count=64 --output=patches
    python -m data_prep.describe --source=patches --compare=GOPRO_Large/train \
        --blur_plot=blur.png

Takes the training commands' flags for the training data, and writes
OUTPUT/{blur,sharp}/NUMBER.png, whose blur data_prep.describe plots, and
OUTPUT/mask/NUMBER.png: white for people, gray for patches without labels.
"""

import pathlib

import numpy as np
from absl import flags
from tqdm import tqdm

from experiments.flags import data_flags
from ha_deblur import commandline
from ha_deblur.commandline import UserError

flags.adopt_module_key_flags(data_flags)

_OUTPUT = flags.DEFINE_string(
    "output", None, "Folder for the patches; absent or empty.", required=True)
_COUNT = flags.DEFINE_integer(
    "count", 40, "Number of patches.", lower_bound=1)

_UNKNOWN = 128  # gray


def main(_):
    """Runs the command."""
    output = pathlib.Path(_OUTPUT.value)
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UserError(f"{output}: is there already; choose another --output "
                        "or remove it")
    patches = _patches()
    first = next(patches)  # problems with the records show before writing
    for number, pictures in enumerate(
            tqdm(_chain(first, patches), total=_COUNT.value, unit="patch")):
        for kind, picture in pictures.items():
            _write(output / kind / f"{number:06}.png", picture)
    print(f"{output}: {_COUNT.value} patches")


def _chain(first, patches):
    yield first
    for _, patch in zip(range(_COUNT.value - 1), patches):
        yield patch


def _patches():
    """Yields dicts of pictures, uint8 [c, c, 3] and for the mask [c, c]."""
    from ha_deblur.data import damage
    from ha_deblur.training import crop_stages
    sampling = data_flags.sampling()
    with damage.explained(sampling.sources):
        for batch in crop_stages.batches_of(sampling, data_flags.stages(), 0):
            for one in range(len(batch.blurred)):
                people = 255 * batch.mask[one, ..., 0].numpy()
                if batch.unlabelled[one]:
                    people[:] = _UNKNOWN
                yield {"blur": _levels(255 * batch.blurred[one].numpy()),
                       "sharp": _levels(255 * batch.sharp[one].numpy()),
                       "mask": _levels(people)}


def _levels(picture):
    return np.uint8(np.rint(picture))


def _write(path, picture):
    from PIL import Image

    from ha_deblur import whole_file
    with whole_file.writing(path) as partial:
        Image.fromarray(picture).save(partial, "PNG")


if __name__ == "__main__":
    commandline.run(main)
