r"""Turns boxes of people from other tools into COCO JSON.

    python -m data_prep.import_boxes --format=yolo --source=labels \
        --images=HIDE_dataset/GT --output=boxes.json

Formats, all with boxes on the sharp images:
  yolo  a .txt file per image: lines `class cx cy w h`, in fractions of it
  voc   an .xml file per image, Pascal VOC; pixels are counted from 1
  csv   a line per box: file_name,x,y,width,height or
        file_name,xmin,ymin,xmax,ymax in pixels, and perhaps class
  masks a picture per image: people white and apart, or each in a colour

Boxes are those of upright photos (as EXIF turns them), and so are those that
are written. VOC's and CSV's may state another size: that of a smaller copy, or
of the stored photo that EXIF turns; they are brought to the upright one.
People are the classes whose names say so (person, pedestrian, rider, ...): in
YOLO by classes.txt, obj.names or data.yaml in --source or around it.

The .txt and .xml files and the masks are named after their images and lie in
--source as those do in --images. An image that --source does not mention has
nobody in it, but for masks: there nobody has looked at it, it is not written,
and a black mask says that nobody is there. Parts of boxes outside their
picture are cut off. Lines that can't be used are named and left out, and the
exit code is then 1.
"""

import pathlib
import sys

from absl import flags
from tqdm import tqdm

from data_prep.people import box_formats, mask_boxes
from data_prep.people.image_folder import find_images
from ha_deblur import commandline
from ha_deblur.annotations import coco
from ha_deblur.annotations.people_classes import PeopleClasses
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import size_and_orientation

_READERS = {"yolo": box_formats.read_yolo, "voc": box_formats.read_voc,
            "csv": box_formats.read_csv}

_FORMAT = flags.DEFINE_enum(
    "format", None, [*_READERS, "masks"], "What --source is.")
_SOURCE = flags.DEFINE_string(
    "source", None, "The folder of .txt or .xml files or of masks, or the CSV "
    "file.")
_IMAGES = flags.DEFINE_string(
    "images", None, "Folder of the images, whose sizes are needed; folders "
    "below it are searched, but for blur, blur_gamma and input.")
_OUTPUT = flags.DEFINE_string("output", None, "The COCO JSON file to write.")
_PERSON_CLASS = flags.DEFINE_string(
    "person_class", None, "The classes that are people, with commas between. "
    "Without it those whose names say so; 0 in YOLO without names.")
flags.mark_flags_as_required(["format", "source", "images", "output"])


def main(_):
    """Runs the command; returns its exit code."""
    if pathlib.Path(_OUTPUT.value).exists():
        raise UserError(f"{_OUTPUT.value}: is there already; choose another "
                        "--output or remove it")
    classes = PeopleClasses(_PERSON_CLASS.value)
    sizes, turns, problems = {}, {}, []
    images = pathlib.Path(_IMAGES.value)
    for name in tqdm(find_images(images), unit="image", desc="sizes"):
        try:
            sizes[name], turns[name] = size_and_orientation(images / name)
        except UserError as problem:
            problems.append(str(problem))
    boxes, unusable = (
        mask_boxes.read_masks(_SOURCE.value, sizes)
        if _FORMAT.value == "masks" else _READERS[_FORMAT.value](
            _SOURCE.value, sizes, classes, turns))
    problems += unusable
    count = sum(map(len, boxes.values()))
    if not count:
        raise UserError(
            f"{_SOURCE.value}: no usable box of class {classes.described()} "
            f"on an image of {images}" + "".join(
                f"; {line}" for line in (
                    classes.others and classes.listed_others(),
                    problems and problems[0]) if line))
    coco.write(_OUTPUT.value, [
        (name, width, height, boxes.get(name, []))
        for name, (height, width) in sizes.items()
        if name in boxes or _FORMAT.value != "masks"])
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    print(f"{_OUTPUT.value}: {len(sizes)} images, {count} boxes on "
          f"{sum(map(bool, boxes.values()))} of them; "
          f"{len(sizes) - len(boxes)} are not in {_SOURCE.value}")
    return 1 if problems else 0


if __name__ == "__main__":
    commandline.run(main)
