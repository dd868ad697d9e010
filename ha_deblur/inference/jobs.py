"""Which photo or video becomes which files."""

import dataclasses
import glob
import os
import pathlib
import unicodedata

from ha_deblur.commandline import UserError
from ha_deblur.inference import photo

KINDS = ("sharp", "attention", "foreground", "background", "comparison")
STREAM = "-"  # standard input and output
BESIDE = "-sharp"  # the suffix of a result in its source's own folder


@dataclasses.dataclass(frozen=True)
class Job:
    """One photo or video and what becomes of it.

    Attributes:
      source: its path, or STREAM.
      name: its path below the folder that the user named, with its ending.
      outputs: {kind: path, or STREAM}.
      is_video: whether it is a video.
    """

    source: os.PathLike
    name: pathlib.PurePath
    outputs: dict
    is_video: bool = False

    @property
    def label(self):
        """What to call it in messages."""
        return str(self.name if self.source == STREAM else self.source)

    @property
    def is_done(self):
        """Whether all that it makes is there already."""
        return all(target != STREAM and target.exists()
                   for target in self.outputs.values())


def plan(arguments, output=None, suffix="", file_format=None,
         kinds=("sharp",), skip_existing=False):
    """The jobs for what the user named, of which none harms another.

    Args:
      arguments: photos, videos, folders of photos, patterns with * and **
        (the trees of both are mirrored), or STREAM alone.
      output: the folder of the results; STREAM; or None for that of each
        source, and for STREAM if that is the source.
      suffix: what comes between a result's name and its ending.
      file_format: the results' ending without dot; None: that of the source,
        and png for GIF.
      kinds: of KINDS.
      skip_existing: whether done jobs, `is_done`, will be skipped.

    Raises:
      UserError: something is not there, can't be written in that format,
        would be overwritten, or would be two results at once.
    """
    if STREAM in arguments:
        output = output or STREAM
        if len(arguments) > 1 or output != STREAM:
            raise UserError(
                "a photo from standard input (-) comes alone, and goes to "
                "standard output: leave out the others and --output")
        sources = {STREAM: pathlib.PurePath("standard input")}
    else:
        sources = _sources(arguments, output, suffix)
    if not sources:
        raise UserError(
            f"no photos in {', '.join(map(str, arguments))}; known endings "
            f"are {', '.join(photo.EXTENSIONS)}")
    if output == STREAM:
        if len(sources) > 1 or len(kinds) > 1:
            raise UserError("standard output (-) takes one picture, and this "
                            "would be several: give a folder as --output")
        return [Job(source, name, {kinds[0]: STREAM})
                for source, name in sources.items()]
    jobs = [_job(source, name, output, suffix, file_format, kinds)
            for source, name in sources.items()]
    _check_targets(jobs, may_exist=output is not None or skip_existing)
    return jobs


def _sources(arguments, output, suffix):
    """{path: name} of every photo and video."""
    sources = {}

    def add(source, name):
        place = source.parent.resolve() / source.name
        sources.setdefault(place, (source, name))

    for argument, name in _globbed(arguments):
        if not argument.is_dir():
            if not argument.is_file():  # a pipe, which would wait for ever
                raise UserError(f"{argument}: is no ordinary file; give - to "
                                "read standard input")
            add(argument, name)
            continue
        if output is None:
            raise UserError(f"{argument}: is a folder; give another one for "
                            "its results, --output=DIR")
        results = pathlib.Path(output).resolve()
        beside = results == argument.resolve()
        for source in sorted(argument.rglob("*")):
            # An earlier run's results are no sources.
            result = (suffix and source.stem.endswith(suffix) if beside
                      else results in source.resolve().parents)
            if (source.suffix.lower() in photo.EXTENSIONS and not result
                    and not source.name.startswith(".") and source.is_file()):
                add(source, source.relative_to(argument))
    return dict(sources.values())


def _globbed(arguments):
    """Yields (path, name) of what is named; a name starts at a pattern."""
    for argument in map(pathlib.Path, arguments):
        if argument.exists():
            yield argument, pathlib.PurePath(argument.name)
            continue
        # No shell has done it: in quotes, or on Windows.
        # pathlib's glob takes no absolute ones.
        found = sorted(glob.glob(str(argument), recursive=True))  # noqa: PTH207
        if not found:
            raise UserError(f"{argument}: no such file or folder")
        fixed = argument.parent  # above all patterns; trees below are mirrored
        while glob.has_magic(str(fixed)):
            fixed = fixed.parent
        for path in map(pathlib.Path, found):
            yield path, path.relative_to(fixed)


def _job(source, name, output, suffix, file_format, kinds):
    is_video = _is_video(source)
    if is_video and tuple(kinds) != ("sharp",):
        raise UserError(f"{source}: of a video only --save=sharp is made")
    ending = source.suffix
    if is_video:
        from ha_deblur.inference.video_files import endings
        ending = endings.of_result(ending)
    else:
        ending = f".{file_format}" if file_format else (
            ".png" if ending.lower() == ".gif" else ending)
        if ending.lower() not in photo.FORMATS:
            raise UserError(
                f"{source}: its ending doesn't tell what to write; give "
                "--format=jpg, png, webp or tiff")
    folder = (source.parent if output is None
              else pathlib.Path(output) / name.parent)
    if output is None:
        suffix = suffix or BESIDE
    return Job(source, name, {
        kind: folder / (f"{name.stem}{suffix}{ending}" if kind == "sharp"
                        else f"{name.stem}-{kind}.png")
        for kind in kinds}, is_video)


def _is_video(source):
    if source.suffix.lower() in photo.EXTENSIONS:
        return False
    from ha_deblur.inference.video_files import endings
    return source.suffix.lower() in endings.KNOWN


def _check_targets(jobs, may_exist):
    inputs = {_identity(job.source) for job in jobs}
    written = {}
    for job in jobs:
        for target in job.outputs.values():
            if target.exists():
                if _identity(target) in inputs:
                    raise UserError(
                        f"{target} is an input and is never overwritten; "
                        "choose another --output or --suffix")
                if not may_exist:
                    raise UserError(
                        f"{target} is there already; take it away, or give "
                        "--skip_existing, --suffix or --output")
            # Some disks don't tell A from a, nor two codings of the same ü.
            place = unicodedata.normalize(
                "NFC", os.path.realpath(target)).casefold()
            if place in written:
                raise UserError(
                    f"{written[place]} and {job.source} would both become "
                    f"{target}; deblur them into different folders")
            written[place] = job.source


def _identity(path):
    """The same for all links to a file."""
    status = path.stat()
    return status.st_dev, status.st_ino
