"""The photos and videos that a command's arguments name.

Links to folders are not followed, because they may lead in circles, but told.
So folders and `**` are walked here: glob's `**` follows such links, pathlib's
finds hidden files, and neither says which folders it can't read.
"""

import fnmatch
import glob
import os
import pathlib
import stat
import typing

from ha_deblur.commandline import UserError
from ha_deblur.files import photo
from ha_deblur.files.video_files import endings

# A NAS's thumbnails, and what macOS adds to archives.
_OF_PROGRAMS = ("@eaDir", "__MACOSX")
_VIDEOS = {*endings.KNOWN} - {".ts", ".mod"}  # which may be source code


class Source(typing.NamedTuple):
    """A photo or video.

    Attributes:
      path: where it is.
      name: its path below the folder that the user named, with its ending.
      named: whether the user named it itself, not a folder or a pattern.
      problem: a line on why it can't be read, or None.
    """

    path: os.PathLike
    name: pathlib.PurePath
    named: bool
    problem: typing.Optional[str] = None


def of(arguments, output, suffix, left_out):
    """A list of Source, each file once.

    Args:
      arguments, output, suffix: as for `jobs.plan`.
      left_out: a list, to which a line is added on each folder that can't be
        read and each link that is not followed.

    Raises:
      UserError: something does not exist, or a folder comes without output.
    """
    sources = {}

    def add(path, name, named=False):
        place = os.path.join(  # noqa: PTH118 (many of them)
            os.path.realpath(path.parent), path.name)
        known = sources.get(place) or Source(
            path, name, named, _problem(path))
        sources[place] = known._replace(named=known.named or named)

    for argument, name, named in _expanded(arguments, left_out):
        if not os.path.isdir(argument):  # noqa: PTH112 (never raises)
            add(argument, name, named)
            continue
        if output is None:
            raise UserError(f"{argument}: is a folder; give another one for "
                            "its results, --output=DIR")
        beside = os.path.realpath(output) == os.path.realpath(argument)
        for path in _photos_in(
                argument, left_out, None if beside else output):
            # an earlier run's results are not sources
            if not (beside and suffix and path.stem.endswith(suffix)):
                add(path, path.relative_to(argument))
    return list(sources.values())


def _expanded(arguments, left_out):
    """Yields (path, name, named) of what the arguments name; see Source.

    For a pattern, names begin below its last folder without wildcards.
    """
    for argument in map(pathlib.Path, arguments):
        if os.path.lexists(argument):
            yield argument, pathlib.PurePath(argument.name), True
            continue
        # a pattern that no shell expanded: in quotes, or on Windows
        found = _matches(argument, left_out)
        if not found:
            raise UserError(f"{argument}: {_why_absent(argument)}")
        fixed = argument.parent  # above all patterns; trees below are mirrored
        while glob.has_magic(str(fixed)):
            fixed = fixed.parent
        for path in found:
            yield path, path.relative_to(fixed), False


def _why_absent(path):
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return "no such file or folder"
    except OSError as error:
        return f"can't be read ({error.strerror})"
    return "no such file or folder"


def _photos_in(folder, left_out, results=None):
    """The paths of all photos in a folder and below, sorted.

    Files in the folder `results` are left out, and so are links to them.
    """
    results = results and _real(results)
    found = []
    for path in _walk(folder, left_out, results):
        if (_is_hidden(path.relative_to(folder))
                or os.path.isdir(path)  # noqa: PTH112
                or (results and _is_link(path)
                    and _within(_real(path), results))):
            continue
        if path.suffix.lower() in photo.EXTENSIONS:
            found.append(path)
    return sorted(found)


def a_video_in(folders):
    """The path of a video in one of some folders, or None."""
    return next((path for folder in folders for path in _walk(folder, [])
                 if path.suffix.lower() in _VIDEOS), None)


def _is_hidden(path):
    """Whether a file, or a folder that it lies in, is hidden or a program's."""
    return any(part.startswith(".") or part in _OF_PROGRAMS
               for part in path.parts)


def _matches(pattern, left_out):
    """The paths, sorted, that match a pattern with *, ?, [] and **."""
    parts = pattern.parts
    if "**" not in parts:
        # pathlib's glob takes no absolute patterns
        return sorted(map(pathlib.Path, glob.glob(str(pattern))))  # noqa: PTH207
    first = parts.index("**")
    found = set()
    for top in _matches(pathlib.Path(*parts[:first]), left_out):
        found.update(
            path for path in _walk(top, left_out)
            if _match(path.relative_to(top).parts, parts[first:]))
    return sorted(found)


def _problem(path):
    """A line on why a file can't be read, or None."""
    try:
        ordinary = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        return (f"{path}: is a link that leads nowhere" if _is_link(path)
                else f"{path}: can't be read ({error.strerror})")
    if not ordinary:  # a pipe, where reading would wait forever
        return (f"{path}: is no ordinary file; give - to read standard input")
    if not os.access(path, os.R_OK):
        return f"{path}: can't be read (Permission denied)"
    return None


def _walk(top, left_out, results=None):
    """Yields `top` and all below it, except what is in the real `results`."""
    whole = _real(top)
    if results and _within(whole, results):
        return

    def unreadable_folder(error):
        left_out.append(f"{error.filename}: can't be read ({error.strerror})")

    yield pathlib.Path(top)
    for place, folders, files in os.walk(top, onerror=unreadable_folder):
        place = pathlib.Path(place)
        for name in list(folders):
            path = place / name
            target = _real(path)
            if results and _within(target, results):
                folders.remove(name)
            elif _is_link(path) and not (
                    _within(target, whole) or _within(whole, target)):
                left_out.append(f"{path}: is a link to a folder and not "
                                "followed; name it too to have it done")
        yield from (place / name for name in [*folders, *files])


def _match(names, patterns):
    """Whether the parts of a path match those of a pattern."""
    if not patterns:
        return not names
    if patterns[0] == "**" and _match(names, patterns[1:]):
        return True
    if not names or (names[0].startswith(".")  # hidden, unless it is named
                     and not patterns[0].startswith(".")):
        return False
    if patterns[0] == "**":
        return _match(names[1:], patterns)
    return fnmatch.fnmatch(names[0], patterns[0]) and _match(
        names[1:], patterns[1:])


def _is_link(path):
    return os.path.islink(path)  # noqa: PTH114 (never raises, as pathlib does)


def _real(path):
    return pathlib.Path(os.path.realpath(path))  # resolve() raises in circles


def _within(path, folder):
    return path == folder or folder in path.parents
