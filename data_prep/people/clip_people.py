"""The people in the frames of a clip: of masks, or of boxes in COCO JSON."""

from pathlib import Path

from ha_deblur.annotations import (
    coco,
    fitted_boxes,
    mask_files,
    people_masks,
    sure_boxes,
)
from ha_deblur.annotations.boxes import normalized
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS


def boxes_files(clip):
    """Where the boxes of a clip's people may be, the drawn ones first.

    Args:
      clip: the path of a video or of a folder of frames.
    """
    stem = clip.with_suffix("") if clip.is_file() else clip
    return [stem.with_name(f"{stem.name}{suffix}")
            for suffix in (".json", ".detected.json")]


def finder(clip, masks, sure, doubtful, classes):
    """A function that gives the people of a frame.

    Args:
      clip: the path of a video or of a folder of frames.
      masks: a folder with a mask a frame, in order, which goes before boxes;
        None, or absent: the boxes beside the clip are taken.
      sure, doubtful: scores, as `sure_boxes.chosen` takes them.
      classes: the names of the categories that are people, see
        `coco.read_boxes`.

    Returns:
      A function (frame's number from 0, its (height, width)) -> a list of
      boxes, normalized [ymin, xmin, ymax, xmax], or None where nobody has
      looked. It raises UserError for a mask or a box that can't be used.

    Raises:
      UserError: the file of boxes can't be read, or names no frames.
    """
    if masks and masks.is_dir():
        return _of_masks(masks)
    file = next((file for file in boxes_files(clip) if file.exists()), None)
    if file is None:
        return lambda number, size: None
    return _of_boxes(file, sure, doubtful, classes)


def _of_masks(folder):
    masks = sorted(file for file in folder.iterdir()
                   if file.suffix.lower() in IMAGE_EXTENSIONS)

    def people(number, _):
        if number >= len(masks):
            return None
        shape = mask_files.read(masks[number], None, None)
        found = people_masks.people_of(shape)  # [n, h, w]
        return [normalized(box, *found.shape[:0:-1])
                for box in people_masks.person_boxes(found)]

    return people


def _of_boxes(file, sure, doubtful, classes):
    drawn = coco.read_boxes(file, people=classes)
    strange = [key for key in drawn if not Path(key).stem.isdecimal()]
    if strange:
        raise UserError(f"{file}: '{strange[0]}' is no frame's number, as "
                        "00012 is")
    boxes = {int(Path(key).stem): (found, drawn.sizes[key]) for key, found in
             sure_boxes.chosen(drawn, sure, doubtful).items()}

    def people(number, size):
        if number not in boxes:
            return None
        try:
            found = fitted_boxes.fitted(*boxes[number], size)
        except ValueError as error:
            raise UserError(f"{file}: frame {number} {error}") from error
        return [normalized(box, *reversed(size)) for box in found]

    return people
