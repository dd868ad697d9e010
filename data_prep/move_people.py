r"""Makes human-aware motion blur from sharp photos and masks of people.

    python -m data_prep.move_people --images=photos --masks=people_masks \
        --output=DATASET --split=train

Every person and the background move along random paths of their own while the
shutter is open, and the camera shakes; the average of the frames is the blurred
image, and the central frame is the sharp one, as in HIDE. A photo without a
mask moves as a whole, and boxes-SPLIT.json does not list it: nobody has looked
for people there. A black mask says that there are none. Masks have their
photo's name, whatever the extension: white is people, and those that don't
touch are separate ones; or each person has a colour.

Writes HIDE's layout: OUTPUT/{train,test}/NAME.png (blurred), OUTPUT/GT/NAME.png
(sharp) and OUTPUT/boxes-SPLIT.json, the people's boxes in COCO JSON. Pictures
are a little smaller than the photos: borders that some frame does not see are
cut off. Equal seeds make equal files. Photos that can't be used are named and
left out, and the exit code is then 1.
"""

import pathlib
import sys
import zlib

import numpy as np
from absl import flags
from PIL import Image
from tqdm import tqdm

from ha_deblur import commandline
from ha_deblur.annotations import coco, mask_files, people_masks
from ha_deblur.commandline import UserError
from ha_deblur.files import photo

_IMAGES = flags.DEFINE_string("images", None, "Folder of sharp photos.")
_MASKS = flags.DEFINE_string(
    "masks", None, "Folder of their person masks; without it people move with "
    "the background.")
_OUTPUT = flags.DEFINE_string("output", None, "Folder of the new data set.")
_SPLIT = flags.DEFINE_enum(
    "split", "train", ["train", "test"], "The part of the data set to write.")
_COPIES = flags.DEFINE_integer(
    "copies", 1, "Blurred versions of every photo, each with other paths.",
    lower_bound=1)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Chooses the random paths; any whole number.")
_MAX_MOTION = flags.DEFINE_float(
    "max_motion", 24, "Length of the longest random path, in pixels.",
    lower_bound=0)
_PERSON_MOTION = flags.DEFINE_list(
    "person_motion", None, "dx,dy in pixels: how far every person moves "
    "during the exposure. A random path if not given.")
_BACKGROUND_MOTION = flags.DEFINE_list(
    "background_motion", None, "dx,dy in pixels: the same for the background.")
_CAMERA_SHAKE = flags.DEFINE_float(
    "camera_shake", 4, "How far the camera's tremor takes the whole picture to "
    "each side at most, in pixels; 0 is a tripod.", lower_bound=0)
_FRAMES = flags.DEFINE_integer(
    "frames", 11, "Frames that are averaged, an odd number.", lower_bound=3)
_SHORT_SIDE = flags.DEFINE_integer(
    "short_side", None, "Shrink larger photos to this many pixels on their "
    "shorter side; they keep their size if not given.", lower_bound=1)
_LIMIT = flags.DEFINE_integer(
    "limit", None, "Use only the first LIMIT photos; all if not given.",
    lower_bound=1)
flags.mark_flags_as_required(["images", "output"])

_GREATEST_BEND = 0.1  # radians and log scale, from the central frame
_SMALLEST_SIDE = 64  # of a finished picture


def main(_):
    """Runs the command; returns its exit code."""
    if _FRAMES.value % 2 == 0:
        raise UserError(f"--frames={_FRAMES.value} has no central frame; give "
                        "an odd number")
    straight = (_shift(_BACKGROUND_MOTION), _shift(_PERSON_MOTION))
    output = pathlib.Path(_OUTPUT.value)
    boxes_path = output / f"boxes-{_SPLIT.value}.json"
    if boxes_path.exists():
        raise UserError(f"{boxes_path}: is there already; choose another "
                        "--output or remove that data set")
    targets = [(output / name).resolve() for name in (_SPLIT.value, "GT")]
    for flag in (_IMAGES, _MASKS):
        if flag.value and pathlib.Path(flag.value).resolve() in targets:
            raise UserError(f"--{flag.name}={flag.value} would be overwritten; "
                            "choose another --output")
    photos = _pictures(_IMAGES.value, "--images")[:_LIMIT.value]
    masks = {path.stem: path for path in _pictures(_MASKS.value, "--masks")
             } if _MASKS.value else {}
    if masks and not any(path.stem in masks for path in photos):
        raise UserError(f"{_MASKS.value}: no mask has the name of a photo; "
                        f"{photos[0].name} needs {photos[0].stem}.png")

    render = _renderer(straight)
    annotated, problems, seen, written = [], [], set(), 0
    for path in tqdm(photos, unit="photo", desc=_SPLIT.value):
        made = []
        try:
            if path.stem in seen:
                raise UserError(f"{path}: another photo has the same name")
            seen.add(path.stem)
            image, people = _read(path, masks.get(path.stem))
            for copy in range(_COPIES.value):
                name = path.stem + (f"_{copy}" if _COPIES.value > 1 else "")
                made.append(_make(render, image, people, name, output))
        except UserError as problem:
            problems.append(str(problem))
        for file_name, blurred, sharp, boxes in made:
            # In this order, a stop in between leaves no blurred image alone.
            photo.write(output / "GT" / file_name, sharp)
            photo.write(output / _SPLIT.value / file_name, blurred)
            written += 1
            if path.stem in masks:
                annotated.append((file_name, *sharp.shape[1::-1], boxes))
    if not written:
        raise UserError(f"{_IMAGES.value}: none of {len(photos)} photos can be "
                        f"used; {problems[0]}")
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
                if path.suffix.lower() in photo.EXTENSIONS
                and not path.name.startswith(".")]
    if not pictures:
        raise UserError(f"{folder}: holds no pictures; {flag} takes "
                        f"{', '.join(photo.EXTENSIONS)}")
    return pictures


def _read(path, mask_path):
    """A photo [h, w, 3] and its people [n, h, w, 1], float32 in [0, 1].

    Nobody is one empty mask.
    """
    image = Image.fromarray(photo.read(path).pixels)
    if _SHORT_SIDE.value and min(image.size) > _SHORT_SIDE.value:
        shrink = _SHORT_SIDE.value / min(image.size)
        size = tuple(round(side * shrink) for side in image.size)
        image = image.resize(size, Image.Resampling.LANCZOS)
    people = np.zeros((0, *image.size[::-1]), bool)
    if mask_path:
        people = people_masks.people_of(
            mask_files.read(mask_path, image.size[::-1], path))
    if not len(people):
        people = np.zeros((1, *image.size[::-1]), bool)
    return (np.asarray(image, np.float32) / 255,
            people[..., np.newaxis].astype(np.float32))


def _make(render, image, people, name, output):
    """(file_name, blurred, sharp, boxes) of one pair."""
    file_name = f"{name}.png"
    other = output / {"train": "test", "test": "train"}[_SPLIT.value]
    if (other / file_name).exists():
        raise UserError(f"{other / file_name}: has the same name as a photo of "
                        f"{_SPLIT.value}, and both would have one sharp image")
    blurred, sharp, people = render(image, people, name)
    return file_name, blurred, sharp, people_masks.person_boxes(
        people[..., 0] > 0.5)


def _renderer(straight):
    """A function (image, people, name) -> uint8 blurred, sharp and people."""
    import tensorflow as tf

    from ha_deblur.blur import motion, moving_layers

    @tf.function(input_signature=[
        tf.TensorSpec([None, None, 3]), tf.TensorSpec([None, None, None, 1]),
        tf.TensorSpec([None, 4]), tf.TensorSpec([None, None, 4]),
        tf.TensorSpec([], tf.int32)])
    def blur(image, people, background_motion, people_motions, margin):
        blurred, sharp, people = moving_layers.blur_layers(
            image, people, background_motion, people_motions, margin=margin)
        return (tf.cast(tf.round(255 * blurred), tf.uint8),
                tf.cast(tf.round(255 * sharp), tf.uint8), people)

    def seed(text):
        return tf.constant([_SEED.value, zlib.crc32(text.encode())], tf.int64)

    def bend(box):
        """The angle that moves a layer's corners by a quarter of its path."""
        top, left, bottom, right = box
        reach = np.hypot(bottom - top, right - left) / 2 + 1
        return min(_MAX_MOTION.value / 4 / reach, _GREATEST_BEND)

    def own_path(box, shift, text):
        if shift is not None:
            dx, dy = shift
            return motion.straight_motion(dy, dx, _FRAMES.value)
        return motion.smooth_motion(
            seed(text), _FRAMES.value, _MAX_MOTION.value,
            rotation=bend(box), scale=bend(box))

    def render(image, people, name):
        height, width = image.shape[:2]
        boxes = moving_layers.layer_boxes(people).numpy()  # [1 + n, 4]
        centres = moving_layers.box_centre(boxes)
        camera = motion.shake(
            seed(f"{name} camera"), _FRAMES.value, _CAMERA_SHAKE.value,
            min(_CAMERA_SHAKE.value / 4 / np.hypot(*centres[0]),
                _GREATEST_BEND))
        texts = [name] + [f"{name} person {i}" for i in range(len(people))]
        shifts = straight[:1] + straight[1:] * len(people)
        own = tf.stack([own_path(*layer)
                        for layer in zip(boxes, shifts, texts)])
        motions = motion.carried(own, centres, camera, centres[0])
        margin = moving_layers.crop_margin(people, motions[0], motions[1:])
        if min(height, width) - 2 * int(margin) < _SMALLEST_SIDE:
            raise UserError(
                f"{name}: of {width}x{height} pixels too little is left after "
                f"{margin} are cut off on each side")
        return [result.numpy() for result in blur(
            image, people, motions[0], motions[1:], margin)]

    return render


if __name__ == "__main__":
    commandline.run(main)
