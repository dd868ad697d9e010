"""Finds blurred and sharp partners in the layouts that data sets come in.

    hide    ROOT/{train,test,test/test-close-ups,test/test-long-shot}/NAME
            with all sharp images in ROOT/GT/NAME; see `hide_layout`
    gopro   ROOT/{train,test}/SEQUENCE/{blur,blur_gamma,sharp}/NAME
    folder  ROOT/{blur,sharp}/NAME or ROOT/{input,target}/NAME, also one or
            two folders further down
    photos  ROOT/images/NAME, or ROOT/NAME if there are none: sharp pictures
            alone, each its own partner, to be blurred while training

ROOT may also be a part of the whole, a split or a single sequence, or a folder
around it: zips unpack to HIDE_dataset/HIDE_dataset.
"""

import dataclasses
import re
from pathlib import Path

from ha_deblur.annotations import hide_layout
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS, image_size

DATASETS = ("hide", "gopro", "folder", "photos")

_LAYOUTS = (
    "HIDE {train,test,GT}, GoPro {train,test}/SEQUENCE/{blur,sharp}, "
    "{blur,sharp} and {input,target}")
_SPLITS = ("train", "val", "test")
_GOPRO_UNPACKED = "GOPRO_Large"


@dataclasses.dataclass(frozen=True)
class Pair:
    """A blurred image and its sharp partner.

    Attributes:
      name: unique within the data set: the file name in HIDE,
        "SEQUENCE/file" in GoPro, elsewhere the path without {blur,input}.
      blurred: where the blurred image is.
      sharp: where the sharp image is.
      dataset: of DATASETS.
      subset: "train", "test-close-ups" or "test-long-shot" in HIDE ("test" if
        neither folders nor lists tell which); the sequence in GoPro; elsewhere
        "train", "val" or "test" if the folders say so, else "".
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
    dataset: str
    subset: str
    split: str  # "" if the folders don't say
    prefix: str = ""  # of the pairs' names
    listed: dict = dataclasses.field(default_factory=dict)  # {key: subset}


def find_pairs(root, dataset="auto", split=None, blur="blur"):
    """The pairs below `root`, in a fixed order, and what has no partner.

    Partners have the same file name or, failing that, the same name but for
    the extension (the last one: "1fromGOPR1096.MP4.png" is never cut at its
    first dot). Hidden files and files that are no images are ignored.

    Args:
      root: the data set's folder, one of its splits or a GoPro sequence.
      dataset: one of DATASETS, or "auto". It also labels the pairs: a data
        set that somebody brought to the {input,target} layout is "hide" or
        "gopro" if called so here.
      split: "train", "val", "test" or None for all. Folders that say nothing
        about splits are taken for any.
      blur: the name of GoPro's folder of blurred images; "blur_gamma" holds
        those averaged in linear light.

    Returns:
      (pairs, problems): a list of `Pair`, and one line for each file that
      has no partner. HIDE's GT may hold more than there are blurred images.

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
    if dataset == "photos":
        return _photos(root)
    folders, problems = [], []
    if dataset in ("auto", "hide"):
        folders = _hide_folders(root)
    if not folders:
        folders, problems = _paired_folders(root, dataset, blur)
    if not folders and (root / _GOPRO_UNPACKED).is_dir():
        return find_pairs(root / _GOPRO_UNPACKED, dataset, split, blur)
    if not folders:
        raise UserError(problems[0] if problems else (
            f"{root}: no known layout of blurred and sharp images"
            + (" (HIDE needs its folder GT)" if dataset == "hide" else "")
            + f"; there are {_LAYOUTS}"))
    chosen = [f for f in folders if split is None or f.split in (split, "")]
    if not chosen:
        there = ", ".join(sorted({f.split for f in folders}))
        raise UserError(f"{root}: has no split '{split}', only {there}")
    pairs = []
    for each in chosen:
        found, missing = _match(each)
        pairs += found
        problems += missing
    # HIDE's test folders share GT, and what is wrong there.
    return pairs, list(dict.fromkeys(problems))


def source_video(name):
    """The GoPro video an image was cut from, such as "GOPR1096", or None.

    Args:
      name: of a HIDE image ("1fromGOPR1096.MP4.png") or a GoPro sequence
        ("GOPR0372_07_00"). Splits never share a video.
    """
    found = re.search(r"GOPR\d{4}", str(name))
    return found.group() if found else None


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


def _photos(root):
    """Every picture as its own partner."""
    problems = []
    images = _images(root / "images" if (root / "images").is_dir() else root,
                     problems)
    return [Pair(name, path, path, "photos", "")
            for name, path in images.items()], problems


def _hide_folders(root):
    """HIDE's folders that lie in `root`, each with its GT."""
    home = hide_layout.find_home(root)
    folders = [home / name for name in hide_layout.FOLDERS] if home else []
    return [
        _Folders(folder, home / "GT", "hide", folder.name,
                 split=folder.relative_to(home).parts[0],
                 listed=(hide_layout.listed_subsets(home)
                         if folder.name == "test" else {}))
        for folder in folders if folder.is_dir()
        and folder.absolute().is_relative_to(root.absolute())]


def _paired_folders(root, dataset, blur):
    """{blur,sharp} and {input,target} in `root` or up to two levels below."""
    folders, problems = [], []
    below = sorted([*root.glob("[!.]*"), *root.glob("[!.]*/[!.]*")])
    for home in (root, *below):
        for blurred, sharp in ((blur, "sharp"), ("input", "target")):
            missing = [
                name for name in (blurred, sharp)
                if not (home / name).is_dir()]
            if not missing:
                folders.append(_labelled(
                    home, root, home / blurred, home / sharp, dataset))
            elif len(missing) == 1:
                problems.append(
                    f"{home}: has no folder '{missing[0]}', though it has "
                    f"'{sharp if missing[0] == blurred else blurred}'")
    return folders, problems


def _labelled(home, root, blurred, sharp, dataset):
    """Says by their names what the folders in `home` belong to."""
    parts = home.relative_to(root).parts
    home, root = home.absolute(), root.absolute()
    if dataset == "auto":
        is_gopro = source_video(home.name) or (home / "blur_gamma").is_dir()
        dataset = "gopro" if is_gopro else "folder"
    named = [*reversed(parts), root.name]
    if dataset == "gopro" and not parts:
        named.append(root.parent.name)  # `root` is a single sequence
    split = next((name for name in named if name in _SPLITS), "")
    if dataset == "gopro":
        return _Folders(
            blurred, sharp, dataset, home.name, split, f"{home.name}/")
    prefix = "".join(f"{part}/" for part in parts)
    return _Folders(blurred, sharp, dataset, split, split, prefix)


def _match(folders):
    """The pairs of two folders, and a line for each file without partner."""
    problems = []
    blurred = _images(folders.blurred, problems)
    sharp = _images(folders.sharp, problems)
    partners = {name: name for name in blurred if name in sharp}
    left = _by_stem(name for name in sharp if name not in partners)
    for stem, names in _by_stem(
            name for name in blurred if name not in partners).items():
        # Only one to one: a.jpg and a.bmp can't both be the blurred a.png.
        if len(names) == 1 and len(left.get(stem, ())) == 1:
            partners[names[0]] = left[stem][0]
    pairs = [
        Pair(folders.prefix + name, blurred[name], sharp[partners[name]],
             folders.dataset,
             folders.listed.get(hide_layout.key(name), folders.subset))
        for name in blurred if name in partners]
    problems += [
        f"{blurred[name]}: has no sharp partner in {folders.sharp}"
        for name in blurred if name not in partners]
    if folders.sharp.name != "GT":
        taken = set(partners.values())
        problems += [
            f"{sharp[name]}: has no blurred partner in {folders.blurred}"
            for name in sharp if name not in taken]
    return pairs, problems


def _images(folder, problems):
    """{file name: path} of the images in a folder, sorted by name."""
    images = {}
    for path in sorted(folder.iterdir()):
        if (path.suffix.lower() not in IMAGE_EXTENSIONS
                or path.name.startswith(".") or not path.is_file()):
            continue
        try:
            path.name.encode()
        except UnicodeEncodeError:  # records and lists of names are UTF-8
            problems.append(f"{folder}: the name {path.name!a} is not UTF-8; "
                            "rename that file")
            continue
        images[path.name] = path
    return images


def _by_stem(names):
    """{name without its last extension: names}."""
    groups = {}
    for name in names:
        groups.setdefault(Path(name).stem, []).append(name)
    return groups
