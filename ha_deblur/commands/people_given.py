"""Where the people are, as the user gave it: boxes or masks."""

import pathlib
import re

from ha_deblur.annotations import coco, fitted_boxes, mask_files
from ha_deblur.annotations.boxes import checked
from ha_deblur.commandline import UserError
from ha_deblur.files import photo

_NUMBERS = re.compile(r"[-+.,;eE\d\s]+")


class PeopleGiven:
    """The boxes or masks of each photo.

    Args:
      boxes: a COCO JSON file, "x,y,width,height" in pixels of the upright
        photo, or several of these separated by ";"; or None. COCO's may be
        drawn on the photo as it is stored or smaller: see `fitted_boxes`.
      mask: an image of a mask, as `mask_shape` takes them, or a folder of
        such images that are named as the photos; or None.
      person_class: the names of COCO's categories that are people, if they
        don't say so themselves.

    Raises:
      UserError: both are given, or one can't be read.
    """

    def __init__(self, boxes=None, mask=None, person_class=None):
        if boxes and mask:
            raise UserError("give --boxes or --mask, not both")
        self._coco = self._boxes = self._mask = self._masks = None
        if boxes:
            if _NUMBERS.fullmatch(boxes) and not pathlib.Path(boxes).exists():
                self._boxes = _parsed(boxes)
            else:
                self._coco = coco.read_boxes(boxes, people=person_class)
        if mask and pathlib.Path(mask).is_dir():
            self._masks = mask_files.in_folder(mask, photo.EXTENSIONS)
        elif mask:
            self._mask = pathlib.Path(mask)

    @property
    def is_of_one(self):
        """Whether it can apply to one photo or video only."""
        return bool(self._boxes or self._mask)

    def options(self, source, name, size=None):
        """What `Deblurrer.deblur` takes for a photo.

        Args:
          source: the photo's path.
          name: its path below the folder that was named.
          size: its (height, width); None for a video's, which is not checked.

        Returns:
          {"boxes": ...}, {"mask": ...}, or {} if none are given for this photo.

        Raises:
          UserError: the box or mask doesn't fit the photo.
        """
        if self._boxes:
            if size is not None:
                _check(self._boxes, source, size)
            return {"boxes": self._boxes}
        if self._coco is not None:
            return self._of_coco(source, size)
        path = self._mask
        if self._masks is not None:
            path = self._masks.get(name.with_suffix("").as_posix()) or (
                self._masks.get(name.stem))
        return {} if path is None else {
            "mask": mask_files.read(path, size, source).share}

    def _of_coco(self, source, size):
        found = self._coco.find(source)
        if found is None:
            return {}
        boxes = self._coco[found]
        if size is not None:
            boxes = fitted_boxes.on_picture(
                boxes, self._coco.sizes[found], source, size)
        return {"boxes": boxes}


def _parsed(text):
    boxes = []
    for box in text.strip().strip(";").split(";"):
        try:
            x, y, width, height = map(float, box.split(","))
        except ValueError:
            raise UserError(
                f"--boxes: '{box}' is no box x,y,width,height in pixels"
            ) from None
        boxes.append([x, y, width, height])
    return boxes


def _check(boxes, source, size):
    for box in boxes:
        try:
            checked(box, *reversed(size))
        except ValueError as error:
            raise UserError(f"{source}: the box {error}") from error
