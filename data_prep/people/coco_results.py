"""What another detector has found, read from a file of COCO results.

https://cocodataset.org/#format-results: a list of {"image_id", "category_id",
"bbox": [x, y, width, height], "score"}.
"""

import collections
import pathlib

import numpy as np

from data_prep.people.image_folder import ImageNames
from ha_deblur.annotations import coco, coco_content, fitted_boxes
from ha_deblur.commandline import UserError


def detector(path, names, person_class, skip, note, images_path=None,
                 folder=None):
    """A detector, see `person_detectors`, that gives what is in the file.

    Args:
      path: the results file.
      names: the images' relative paths.
      person_class: the category_id of people.
      skip: called with a line for each result that is not as it should be.
      note: called with a line, if there are results of other images.
      images_path: a COCO file whose "images" say which file an image_id is,
        and perhaps the size of the picture that was searched: see
        `fitted_boxes`. Without it the image_id is the file's name, with or
        without extension and leading zeros, and boxes are of upright images.
      folder: of the images.

    Raises:
      UserError: a file can't be read, or no result is of these images.
    """
    file_names, sizes = _searched(images_path) if images_path else (None, {})
    results = coco.read_json(path)
    if not isinstance(results, list):
        raise UserError(f"{path}: is no COCO results file, a list of image_id, "
                        "category_id, bbox and score")
    images = ImageNames(names)
    people, others = collections.defaultdict(list), 0
    stated = {}
    for number, result in enumerate(results, start=1):
        try:
            image_id = coco_content.id_of(result["image_id"])
            size = sizes.get(image_id)
            if file_names is not None:
                image_id = file_names.get(image_id, "")
            name = images.find(image_id)
            if name is None:  # of a larger data set
                others += 1
                continue
            found, stated[name] = people[name], size
            if coco_content.id_of(result["category_id"]) == str(person_class):
                found.append(_checked(result["bbox"], result["score"]))
        except KeyError as error:
            skip(f"{path}: result {number} lacks the key {error}")
        except (TypeError, ValueError) as error:
            skip(f"{path}: result {number}: {error}")
    if not people:
        raise UserError(f"{path}: holds none of the images, such as "
                        f"'{names[0]}'; --results_images=COCO.json may say "
                        "which image an image_id is")
    if others:
        note(f"{path}: {others:,} of its {len(results):,} results are of "
             "images that are not here")

    def detect(name, image):
        found = people.get(name, [])
        if not found or stated[name] is None:
            return found
        boxes, scores = zip(*found)
        return list(zip(fitted_boxes.on_picture(
            boxes, stated[name], pathlib.Path(folder or "", name),
            image.shape[:2]), scores))

    return detect


def _searched(path):
    """({image_id: file_name}, {image_id: (height, width) if it is stated})."""
    file_names, sizes = {}, {}
    try:
        for image in coco.read_json(path)["images"]:
            image_id, name = coco_content.id_of(image["id"]), image["file_name"]
            other = file_names.setdefault(image_id, name)
            if other != name:
                raise UserError(f"{path}: the images '{other}' and '{name}' "
                                f"have the same id {image_id}")
            if image.get("width") and image.get("height"):
                sizes[image_id] = coco_content.size_of(image)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError
            ) as error:
        raise UserError(f"{path}: is no COCO JSON, which lists images with id "
                        "and file_name") from error
    return file_names, sizes


def _checked(box, score):
    """([x, y, width, height], score) of floats, or a ValueError."""
    try:
        x, y, width, height = map(float, box)
        score = float(score)
        if width > 0 and height > 0 and np.isfinite(
                [x, y, width, height, score]).all():
            return [x, y, width, height], score
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(
        f"bbox {box} and score {score} are not [x, y, width, height] and a "
        "number, all finite, with width and height above 0")
