"""Boxes of people from masks, as `box_formats` has them from other tools."""

import pathlib

from tqdm import tqdm

from ha_deblur.annotations import mask_files, people_masks
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS


def read_masks(source, sizes, _=None):
    """A box around each person of a mask, one mask per image, of its name.

    Args:
      source: a folder that is laid out as the images' own is.
      sizes: {name: (height, width)} of the images.

    Returns:
      {name: [[x, y, width, height], ...]} of the images that have a mask, an
      empty list for a black one; and a line for every mask that can't be used.

    Raises:
      UserError: there is no such folder.
    """
    source = pathlib.Path(source)
    if not source.is_dir():
        raise UserError(f"{source}: no such folder; --source needs the folder "
                        "of the masks")
    masks = mask_files.in_folder(source, IMAGE_EXTENSIONS)
    boxes, problems = {}, []
    for name, size in tqdm(sizes.items(), unit="mask"):
        path = masks.get(pathlib.PurePosixPath(name).with_suffix("").as_posix())
        if path is None:
            continue
        try:
            shape = mask_files.read(path, size, name)
        except UserError as problem:
            problems.append(str(problem))
            continue
        boxes[name] = people_masks.person_boxes(people_masks.people_of(shape))
    return boxes, problems
