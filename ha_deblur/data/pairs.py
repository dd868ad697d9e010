"""Finds blurred and sharp partners in the layouts that data sets come in.

    hide    ROOT/{train,test,test/test-close-ups,test/test-long-shot}/NAME
            with all sharp images in ROOT/GT/NAME
    gopro   ROOT/{train,test}/SEQUENCE/{blur,blur_gamma,sharp}/NAME
    folder  ROOT/{blur,sharp}/NAME or ROOT/{input,target}/NAME, also one or
            two folders further down

ROOT may also be a part of the whole: a split, or a single sequence.
"""

import dataclasses
import re
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from ha_deblur.commandline import UserError

IMAGE_EXTENSIONS = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
DATASETS = ("hide", "gopro", "folder")

_HIDE_FOLDERS = (
    "train", "test", "test/test-close-ups", "test/test-long-shot")
_SPLITS = ("train", "val", "test")
_LAYOUTS = (
    "HIDE {train,test,GT}, GoPro {train,test}/SEQUENCE/{blur,sharp}, "
    "{blur,sharp} and {input,target}")
# What Pillow raises for a file that is no image, or only half of one.
_UNREADABLE = (
    OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
_DEEP_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")


@dataclasses.dataclass(frozen=True)
class Pair:
    """A blurred image and its sharp partner.

    Attributes:
      name: unique within the subset: the file name in HIDE, "SEQUENCE/file"
        in GoPro, the path below {train,val,test} and without {blur,input}
        in other folders.
      blurred: where the blurred image is.
      sharp: where the sharp image is.
      dataset: "hide", "gopro" or "folder".
      subset: "train", "val", "test", "test-close-ups", "test-long-shot", or
        "" where the folders say nothing.
    """

    name: str
    blurred: Path
    sharp: Path
    dataset: str
    subset: str


@dataclasses.dataclass(frozen=True)
class _Folders:
    """Two folders whose files are partners."""

    blurred: Path
    sharp: Path
    prefix: str  # of the pairs' names
    dataset: str
    subset: str


def find_pairs(root, dataset="auto", split=None, blur="blur"):
    """The pairs below `root`, in a fixed order, and what has no partner.

    Partners have the same file name or, failing that, the same name but for
    the extension (the last one: "1fromGOPR1096.MP4.png" is never cut at its
    first dot). Hidden files and files that are no images are ignored.

    Args:
      root: the data set's folder, one of its splits or a GoPro sequence.
      dataset: one of DATASETS, or "auto". It also labels the pairs: with
        "hide" or "gopro", a data set that somebody brought to the
        {input,target} layout keeps its name.
      split: only this one, such as "test" (in HIDE, both its subsets).
        Folders that say nothing about splits are taken for it.
      blur: the name of GoPro's folder of blurred images; "blur_gamma" holds
        those averaged in linear light.

    Returns:
      (pairs, problems): a list of `Pair`, and one line a file that has no
      partner. HIDE's GT may hold more than there are blurred images.

    Raises:
      UserError: no such folder, layout, data set or split.
    """
    if dataset not in ("auto", *DATASETS):
        raise UserError(
            f"no data set is named '{dataset}'; there are auto, "
            f"{', '.join(DATASETS)}")
    root = Path(root)
    if not root.is_dir():
        raise UserError(f"{root}: no such folder; give a data set's folder")
    folders, problems = [], []
    if dataset in ("auto", "hide"):
        folders = _hide_folders(root)
    if not folders:
        folders, problems = _paired_folders(root, dataset, blur)
    if not folders:
        raise UserError(problems[0] if problems else (
            f"{root}: no known layout of blurred and sharp images; "
            f"there are {_LAYOUTS}"))
    chosen = [f for f in folders if _belongs_to(f.subset, split)]
    if not chosen:
        subsets = ", ".join(sorted({f.subset for f in folders}))
        raise UserError(f"{root}: no split '{split}'; it holds {subsets}")
    pairs = []
    for each in chosen:
        found, missing = _match(each)
        pairs += found
        problems += missing
    return pairs, problems


def source_video(name):
    """The GoPro video an image was cut from, such as "GOPR1096", or None.

    Args:
      name: of a HIDE image ("1fromGOPR1096.MP4.png") or a GoPro sequence
        ("GOPR0372_07_00"). Splits never share a video.
    """
    found = re.search(r"GOPR\d{4}", str(name))
    return found.group() if found else None


def image_size(path):
    """(height, width) of an image file, read from its header alone.

    Raises:
      UserError: the file is missing or is no image.
    """
    with _opened(path) as image:
        return image.height, image.width


def size_problem(pair):
    """One line if the partners differ in size or can't be read, else None.

    Reads the headers alone, so the pixels may still turn out damaged.
    """
    try:
        blurred, sharp = image_size(pair.blurred), image_size(pair.sharp)
    except UserError as error:
        return str(error)
    if blurred == sharp:
        return None
    return (
        f"{pair.blurred}: is {blurred[1]}x{blurred[0]}, but its partner "
        f"{pair.sharp} is {sharp[1]}x{sharp[0]}")


def read_image(path):
    """uint8 RGB [h, w, 3]: the pixels as stored, transparency dropped.

    Raises:
      UserError: the file is missing, damaged, or deeper than 8 bits.
    """
    with _opened(path) as image:
        if image.mode in _DEEP_MODES:
            raise UserError(
                f"{path}: has more than 8 bits a channel; convert it to "
                "8-bit RGB")
        try:
            return np.array(image.convert("RGB"))  # [h, w, 3]
        except _UNREADABLE as error:
            raise _damaged(path, error) from error


def _opened(path):
    try:
        with warnings.catch_warnings():
            # A large photograph is no attack.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(path)
    except _UNREADABLE as error:
        raise _damaged(path, error) from error


def _damaged(path, error):
    if isinstance(error, FileNotFoundError):
        return UserError(f"{path}: no such file")
    reason = " ".join(str(error).split()).replace(f" '{path}'", "")
    return UserError(f"{path}: can't be read as an image ({reason})")


def _belongs_to(subset, split):
    if split is None or not subset:
        return True
    return subset == split or subset.startswith(f"{split}-")


def _hide_folders(root):
    """HIDE's folders at or below `root`; GT may be up to two levels above."""
    for home in (root, *root.absolute().parents[:2]):
        if not (home / "GT").is_dir():
            continue
        folders = [
            _Folders(home / name, home / "GT", "", "hide", Path(name).name)
            for name in _HIDE_FOLDERS if (home / name).is_dir()]
        return [
            f for f in folders
            if home == root or f.blurred.is_relative_to(root.absolute())]
    return []


def _paired_folders(root, dataset, blur):
    """{blur,sharp} and {input,target} at `root` or one or two below it."""
    folders, problems = [], []
    below = [p for pattern in ("*", "*/*") for p in root.glob(pattern)]
    for home in (root, *sorted(below)):
        if home.name.startswith(".") and home != root:
            continue
        for blurred, sharp in ((blur, "sharp"), ("input", "target")):
            has_blurred = (home / blurred).is_dir()
            has_sharp = (home / sharp).is_dir()
            if has_blurred and has_sharp:
                folders.append(
                    _describe(home, root, home / blurred, home / sharp,
                              dataset))
            elif has_blurred or has_sharp:
                there, missing = (
                    (blurred, sharp) if has_blurred else (sharp, blurred))
                problems.append(
                    f"{home / there}: has no folder '{missing}' beside it")
    return folders, problems


def _describe(home, root, blurred, sharp, dataset):
    """Which data set and subset the folders of `home` are, by their names."""
    is_gopro = bool(re.match(r"GOPR\d{4}", home.absolute().name)) or (
        home / "blur_gamma").is_dir()
    parts = home.relative_to(root).parts
    above = root.absolute()
    names = [above.name, *parts]
    if is_gopro and not parts:  # `root` is a single sequence
        parts, names = (above.name,), [above.parent.name]
    subset = next((n for n in reversed(names) if n in _SPLITS), "")
    prefix = "".join(f"{part}/" for part in parts if part not in _SPLITS)
    if dataset == "auto":
        dataset = "gopro" if is_gopro else "folder"
    return _Folders(blurred, sharp, prefix, dataset, subset)


def _match(folders):
    """The pairs of two folders, and a line for each file without partner."""
    blurred, sharp = _images(folders.blurred), _images(folders.sharp)
    partners = {name: name for name in blurred if name in sharp}
    left = _by_stem(name for name in sharp if name not in partners)
    for stem, names in _by_stem(
            name for name in blurred if name not in partners).items():
        # Only one to one: a.jpg and a.bmp can't both be the blurred a.png.
        if len(names) == 1 and len(left.get(stem, ())) == 1:
            partners[names[0]] = left[stem][0]
    pairs = [
        Pair(folders.prefix + name, blurred[name], sharp[partners[name]],
             folders.dataset, folders.subset)
        for name in blurred if name in partners]
    problems = [
        f"{blurred[name]}: has no sharp partner in {folders.sharp}"
        for name in blurred if name not in partners]
    if folders.sharp.name != "GT":
        taken = set(partners.values())
        problems += [
            f"{sharp[name]}: has no blurred partner in {folders.blurred}"
            for name in sharp if name not in taken]
    return pairs, problems


def _images(folder):
    """{file name: path} of the images in a folder, sorted by name."""
    return {
        path.name: path for path in sorted(folder.iterdir())
        if path.suffix.lower() in IMAGE_EXTENSIONS
        and not path.name.startswith(".") and path.is_file()}


def _by_stem(names):
    """{name without its last extension: names}."""
    groups = {}
    for name in names:
        groups.setdefault(Path(name).stem, []).append(name)
    return groups
