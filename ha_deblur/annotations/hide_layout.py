"""HIDE as it is unpacked: where it begins, and its lists of names.

    HIDE_dataset/{GT,train,test}          perhaps HIDE_dataset/HIDE_dataset/...
    test/{test-close-ups,test-long-shot}  or all of test in one folder
    train.txt, test.txt                   the names of each split
    far.txt, near.txt                     of test: long shots and close-ups

Names are `1fromGOPR0950.png` and `109fromGOPR1096.MP4.png`; lists may leave
the last extension out.
"""

from pathlib import Path, PurePosixPath

from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS

FOLDERS = ("train", "test", "test/test-close-ups", "test/test-long-shot")
_UNPACKED = "HIDE_dataset"
_SUBSETS = {"far": "test-long-shot", "near": "test-close-ups"}


def find_home(root):
    """The folder that holds GT, or None.

    It is `root`, the folder HIDE_dataset in it (the zip makes two, one in the
    other), or up to two levels above `root`.
    """
    homes = (root, root / _UNPACKED, root / _UNPACKED / _UNPACKED,
             *list(root.absolute().parents)[:2])
    return next((home for home in homes if (home / "GT").is_dir()), None)


def key(name):
    """A name as lists are searched for it: without an image's extension.

    "109fromGOPR1096.MP4.png" is "109fromGOPR1096.MP4".
    """
    path = PurePosixPath(str(name).replace("\\", "/"))
    return path.stem if path.suffix.lower() in IMAGE_EXTENSIONS else path.name


def listed_subsets(home):
    """{key: "test-long-shot" or "test-close-ups"}, from far.txt, near.txt."""
    return {name: subset for each, subset in _SUBSETS.items()
            for name in read_list(home, each)[1]}


def read_list(home, name):
    """A list of names.

    Args:
      home: the folder that holds GT; lists lie in it, in train or test, or
        in the outer one of a doubled folder.
      name: "train", "test", "far" or "near".

    Returns:
      (path, keys): where the list is and the `key` of each name, in order;
      (None, []) if there is none or it is empty.

    Raises:
      UserError: it can't be read.
    """
    outer = home.absolute().parent
    places = [home, home / "train", home / "test"]
    if outer.name == _UNPACKED:
        places.append(outer)
    for place in places:
        path = place / f"{name}.txt"
        if not path.is_file():
            continue
        keys = [key(name) for name in read_names(path)]
        if keys:
            return path, keys
    return None, []


def read_names(path):
    """The first word of each line: a line may go on with the sharp image's.

    Raises:
      UserError: the file can't be read.
    """
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read as a list of names "
                        f"({error})") from error
    return [line.split()[0] for line in lines if line.strip()]


def list_problems(root, split):
    """A line for each file that the lists contradict, in the list's order.

    Args:
      root: as given to `find_pairs`.
      split: "train" or "test".
    """
    home = find_home(Path(root))
    if home is None:
        return []
    path, listed = read_list(home, split)
    there = {
        key(file.name): file for folder in FOLDERS
        if folder.startswith(split) and (home / folder).is_dir()
        for file in sorted((home / folder).iterdir())
        if file.suffix.lower() in IMAGE_EXTENSIONS}
    problems = [f"{home / split / name}: is listed in {path}, but absent"
                for name in listed if name not in there]
    other = "test" if split == "train" else "train"
    other_path, elsewhere = read_list(home, other)
    elsewhere = set(elsewhere) - set(listed)
    return problems + [
        f"{file}: stands in {split}, but {other_path} lists it"
        for name, file in there.items() if name in elsewhere]
