"""Lists of long shots and close-ups, HIDE's far.txt and near.txt."""

from pathlib import PurePosixPath

from ha_deblur.annotations.hide_layout import read_names
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS


def read(far, near, names):
    """What the lists say of images.

    Args:
      far: list of long shots, a name a line, with or without extension;
        None if there is none.
      near: the same of close-ups.
      names: of all images.

    Returns:
      (listed, problems): {name: "long-shot" or "close-up"} of the images
      that a list names, and a line for each listed name that is absent.

    Raises:
      UserError: a list can't be read, names none of the images, or both name
        the same.
    """
    name_of = {_key(name): name for name in names}
    listed, problems = {}, []
    for depth, path in (("long-shot", far), ("close-up", near)):
        if not path:
            continue
        lines = read_names(path)
        if not any(_key(line) in name_of for line in lines):
            raise UserError(f"{path}: names none of the images, such as "
                            f"'{names[0]}'")
        for line in lines:
            name = name_of.get(_key(line))
            if name is None:
                problems.append(f"{line}: is listed in {path}, but absent")
            elif listed.setdefault(name, depth) != depth:
                raise UserError(f"{path}: {line} is in {far}, too; an image "
                                "is a long shot or a close-up")
    return listed, problems


def _key(name):
    path = PurePosixPath(name)
    is_image = path.suffix.lower() in IMAGE_EXTENSIONS
    return str(path.with_suffix("") if is_image else path)
