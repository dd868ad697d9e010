"""The images of a folder, and which of them another tool's name means."""

import collections
import pathlib

from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS

# Boxes are drawn on the sharp partner of a pair and hold for both.
_BLURRED = frozenset({"blur", "blur_gamma", "input"})


def find_images(folder):
    """The images in `folder` and below: sorted relative paths with slashes.

    Folders called blur, blur_gamma or input are passed over.

    Raises:
      UserError: there is no such folder, or no image in it.
    """
    root = pathlib.Path(folder)
    if not root.is_dir():
        raise UserError(f"{folder}: no such folder; --images needs one")
    paths = [path.relative_to(root) for path in root.rglob("*")
             if path.suffix.lower() in IMAGE_EXTENSIONS]
    names = sorted(
        path.as_posix() for path in paths
        if not path.name.startswith(".")
        and _BLURRED.isdisjoint(path.parts[:-1]))
    if not names:
        raise UserError(f"{folder}: holds no images; --images takes "
                        f"{', '.join(IMAGE_EXTENSIONS)}")
    return names


class ImageNames:
    """Finds the image that a name in an annotation or results file means.

    Args:
      names: the images' relative paths, as of `find_images`.
    """

    def __init__(self, names):
        self._by_last = collections.defaultdict(list)
        for name in names:
            parts = _parts(name)
            self._by_last[parts[-1]].append(parts)
            stem = pathlib.PurePosixPath(name).stem
            self._by_last[_without_zeros(stem)].append(parts)

    def find(self, name):
        """The image called `name`, or None.

        The name may have more folders than the image's relative path, or
        fewer. It may lack the extension, and a number its leading zeros, as
        the image_id 47 does.

        Raises:
          ValueError: the name may mean either of several images.
        """
        wanted = _parts(name)
        *folders, last = wanted
        found = self._by_last.get(last) or self._by_last.get(
            _without_zeros(last), [])
        found = [parts for parts in found
                 if _agree(folders, list(parts[:-1]))]
        whole = [parts for parts in found if len(parts) <= len(wanted)]
        if whole:
            found = [max(whole, key=len)]
        if len(found) > 1:
            raise ValueError(f"'{name}' may be " + " or ".join(
                "/".join(parts) for parts in found[:2]))
        return "/".join(found[0]) if found else None


def _parts(name):
    return pathlib.PurePosixPath(str(name).replace("\\", "/")).parts or ("",)


def _agree(one, other):
    """Whether the shorter of two lists is the end of the longer."""
    length = min(len(one), len(other))
    return one[len(one) - length:] == other[len(other) - length:]


def _without_zeros(stem):
    return str(int(stem)) if stem.isdecimal() else stem
