r"""Makes human-aware motion blur from sharp photos and masks of people.

    python -m data_prep.move_people --images=photos --masks=people_masks \
        --output=DATASET --split=train

Person and background move along their own random paths while the shutter is
open; the average of the frames is the blurred image, and the central frame is
the sharp one, as in HIDE. A photo without a mask is background alone. Masks
(white = person) have their photo's name, whatever the extension.

Writes HIDE's layout: OUTPUT/{train,test}/NAME.png (blurred), OUTPUT/GT/NAME.png
(sharp) and OUTPUT/boxes-SPLIT.json, the people's boxes in COCO JSON, one for
every connected part of the mask. Pictures are a little smaller than the photos:
borders that some frame does not see are cut off. Equal seeds make equal files.
Photos that can't be used are named and left out, and the exit code is then 1.
"""

import pathlib
import sys
import zlib

import numpy as np
from absl import flags
from PIL import Image
from tqdm import tqdm

from data_prep.people import mask_boxes
from ha_deblur import commandline
from ha_deblur.commandline import UserError
from ha_deblur.data import coco
from ha_deblur.inference import photo

_IMAGES = flags.DEFINE_string("images", None, "Folder of sharp photos.")
_MASKS = flags.DEFINE_string("masks", None, "Folder of their person masks.")
_OUTPUT = flags.DEFINE_string("output", None, "Folder of the new data set.")
_SPLIT = flags.DEFINE_enum(
    "split", "train", ["train", "test"], "The part of the data set to write.")
_COPIES = flags.DEFINE_integer(
    "copies", 1, "Blurred versions of every photo, each with other paths.",
    lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Chooses the random paths.")
_MAX_MOTION = flags.DEFINE_float(
    "max_motion", 24, "Length of the longest random path, in pixels.",
    lower_bound=0)
_PERSON_MOTION = flags.DEFINE_list(
    "person_motion", None, "dx,dy: how far every person moves during the "
    "exposure, in pixels, instead of a random path.")
_BACKGROUND_MOTION = flags.DEFINE_list(
    "background_motion", None, "dx,dy: the same for the background.")
_FRAMES = flags.DEFINE_integer(
    "frames", 11, "Frames that are averaged, an odd number.", lower_bound=3)
_SHORT_SIDE = flags.DEFINE_integer(
    "short_side", None, "Shrink larger photos to this many pixels on their "
    "shorter side.", lower_bound=1)
_LIMIT = flags.DEFINE_integer(
    "limit", None, "Use only the first so many photos.", lower_bound=1)
flags.mark_flags_as_required(["images", "output"])

_GREATEST_BEND = 0.1  # radians and log scale, from the central frame
_SMALLEST_SIDE = 64  # of a finished picture


def main(_):
    """Runs the command; returns its exit code."""
    if _FRAMES.value % 2 == 0:
        raise UserError(f"--frames={_FRAMES.value} has no central frame; give "
                        "an odd number")
    straight = (_shift(_PERSON_MOTION), _shift(_BACKGROUND_MOTION))
    output = pathlib.Path(_OUTPUT.value)
    boxes_path = output / f"boxes-{_SPLIT.value}.json"
    if boxes_path.exists():
        raise UserError(f"{boxes_path}: is there already; choose another "
                        "--output or remove that data set")
    photos = _pictures(_IMAGES.value, "--images")[:_LIMIT.value]
    masks = {path.stem: path for path in _pictures(_MASKS.value, "--masks")
             } if _MASKS.value else {}
    if masks and not any(path.stem in masks for path in photos):
        raise UserError(f"{_MASKS.value}: no mask has the name of a photo; "
                        f"{photos[0].name} needs {photos[0].stem}.png")

    render = _renderer(straight)
    annotated, problems, seen = [], [], set()
    for path in tqdm(photos, unit="photo", desc=_SPLIT.value):
        try:
            if path.stem in seen:
                raise UserError(f"{path}: another photo has the same name")
            seen.add(path.stem)
            image, mask = _read(path, masks.get(path.stem))
            for copy in range(_COPIES.value):
                name = path.stem + (f"_{copy}" if _COPIES.value > 1 else "")
                annotated.append(_make(render, image, mask, name, output))
        except UserError as problem:
            problems.append(str(problem))
    coco.write(boxes_path, annotated)
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _shift(flag):
    """(dx, dy) of a flag of fixed motion, or None."""
    if flag.value is None:
        return None
    try:
        dx, dy = (float(number) for number in flag.value)
        return dx, dy
    except ValueError as error:
        raise UserError(f"--{flag.name}={','.join(flag.value)} is not dx,dy, "
                        "such as 12,-4") from error


def _pictures(folder, flag):
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; {flag} needs one")
    pictures = [path for path in sorted(folder.iterdir())
                if path.suffix.lower() in photo.EXTENSIONS]
    if not pictures:
        raise UserError(f"{folder}: holds no pictures; {flag} takes "
                        f"{', '.join(photo.EXTENSIONS)}")
    return pictures


def _read(path, mask_path):
    """A photo [h, w, 3] and its mask [h, w, 1], float32 in [0, 1]."""
    image = Image.fromarray(photo.read(path).pixels)
    mask = Image.new("L", image.size)
    if mask_path:
        pixels = photo.read(mask_path).pixels.max(axis=-1)  # [h, w]
        # Some tools write people as 1 instead of 255.
        person = pixels > (127 if pixels.max() > 1 else 0)
        mask = Image.fromarray(np.uint8(255 * person))
        if mask.size != image.size:
            raise UserError(
                f"{mask_path}: is {mask.width}x{mask.height}, but its photo "
                f"{path} is {image.width}x{image.height}")
    if _SHORT_SIDE.value and min(image.size) > _SHORT_SIDE.value:
        shrink = _SHORT_SIDE.value / min(image.size)
        size = tuple(round(side * shrink) for side in image.size)
        image = image.resize(size, Image.Resampling.LANCZOS)
        mask = mask.resize(size, Image.Resampling.BOX)
    image = np.asarray(image, np.float32) / 255
    mask = np.asarray(mask)[..., np.newaxis] > 127
    return image, mask.astype(np.float32)


def _make(render, image, mask, name, output):
    """Writes one pair; returns its entry in the COCO file."""
    file_name = f"{name}.png"
    other = output / {"train": "test", "test": "train"}[_SPLIT.value]
    if (other / file_name).exists():
        raise UserError(f"{other / file_name}: has the same name as a photo of "
                        f"{_SPLIT.value}, and both would have one sharp image")
    blurred, sharp, mask = render(image, mask, name)
    photo.write(output / _SPLIT.value / file_name, blurred)
    photo.write(output / "GT" / file_name, sharp)
    height, width = mask.shape[:2]
    return file_name, width, height, mask_boxes.person_boxes(mask[..., 0] > 0.5)


def _renderer(straight):
    """A function (image, mask, name) -> uint8 blurred, sharp and the mask."""
    import tensorflow as tf

    from ha_deblur.data import moving_layers

    @tf.function(input_signature=[
        tf.TensorSpec([None, None, 3]), tf.TensorSpec([None, None, 1]),
        tf.TensorSpec([None, 4]), tf.TensorSpec([None, 4]),
        tf.TensorSpec([], tf.int32)])
    def blur(image, mask, background_motion, person_motion, margin):
        blurred, sharp, mask = moving_layers.blur_layers(
            image, mask, background_motion, person_motion, margin=margin)
        return (tf.cast(tf.round(255 * blurred), tf.uint8),
                tf.cast(tf.round(255 * sharp), tf.uint8), mask)

    def motion(shift, mask, seed_text):
        if shift is not None:
            dx, dy = shift
            return moving_layers.straight_motion(dy, dx, _FRAMES.value)
        top, left, bottom, right = moving_layers.person_box(mask).numpy()
        reach = np.hypot(bottom - top, right - left) / 2 + 1
        # Turning and growing move the layer's corners a quarter as far.
        bend = min(_MAX_MOTION.value / 4 / reach, _GREATEST_BEND)
        seed = [_SEED.value, zlib.crc32(seed_text.encode())]
        return moving_layers.smooth_motion(
            tf.constant(seed, tf.int64), _FRAMES.value, _MAX_MOTION.value,
            rotation=bend, scale=bend)

    def render(image, mask, name):
        person = motion(straight[0], mask, f"{name} person")
        background = motion(straight[1], np.ones_like(mask), name)
        margin = moving_layers.crop_margin(mask, background, person)
        if min(mask.shape[:2]) - 2 * int(margin) < _SMALLEST_SIDE:
            raise UserError(
                f"{name}: of {mask.shape[1]}x{mask.shape[0]} pixels too little "
                f"is left after {margin} are cut off on each side")
        return [result.numpy() for result in blur(
            image, mask, background, person, margin)]

    return render


if __name__ == "__main__":
    commandline.run(main)
