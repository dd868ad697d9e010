"""Which photo or video becomes which files."""

import dataclasses
import os
import pathlib
import unicodedata

from ha_deblur import whole_file
from ha_deblur.commandline import UserError
from ha_deblur.commands import sources
from ha_deblur.commands.sources import Source
from ha_deblur.files import photo

KINDS = ("sharp", "attention", "foreground", "background", "comparison")
STREAM = "-"  # standard input and output
_LONGEST_NAME = 255  # bytes, on nearly all disks
BESIDE = "-sharp"  # the suffix of a result in its source's own folder


@dataclasses.dataclass(frozen=True)
class Job:
    """One photo or video and the files to make of it.

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
        """Its name in messages."""
        return str(self.name if self.source == STREAM else self.source)

    @property
    def is_done(self):
        """Whether all of its outputs exist already."""
        return all(target != STREAM and os.path.exists(target)  # noqa: PTH110
                   for target in self.outputs.values())


def plan(arguments, output=None, suffix="", file_format=None,
         kinds=("sharp",), skip_existing=False):
    """Plans the jobs for what the user named, so that none harms another.

    What can't be done in folders and patterns is left out, and so is a file
    that can't be read. But if the user named files that can't be done together,
    or if nothing is left to do, it is an error.

    Args:
      arguments: photos, videos, folders of photos, patterns with * and **
        (the trees of both are mirrored), or STREAM alone.
      output: the folder of the results; STREAM; or None: the folder of each
        source, or STREAM if that is the source.
      suffix: put between a result's name and its ending.
      file_format: the results' ending without the dot; None: the source's own,
        or png for GIF.
      kinds: of KINDS.
      skip_existing: whether done jobs, `is_done`, will be skipped.

    Returns:
      (a list of Job, a list of lines on what is left out).

    Raises:
      UserError: something does not exist, can't be written in that format or
        place, would be overwritten, or two results would have one name.
    """
    left_out = []
    if STREAM in arguments:
        output = output or STREAM
        if len(arguments) > 1 or output != STREAM:
            raise UserError(
                "a photo from standard input (-) comes alone, and goes to "
                "standard output: leave out the others and --output")
        found = [Source(STREAM, pathlib.PurePath("standard input"), True)]
    else:
        found = sources.of(arguments, output, suffix, left_out)
    left_out += [source.problem for source in found if source.problem]
    sound = [source for source in found if not source.problem]
    if not sound:
        raise UserError(left_out[0] if left_out else _no_photos(arguments))
    if output == STREAM:
        if len(sound) > 1 or len(kinds) > 1:
            raise UserError("standard output (-) takes one picture, and this "
                            "would be several: give a folder as --output")
        return [Job(source.path, source.name, {kinds[0]: STREAM})
                for source in sound], left_out
    if output is not None:
        problem = whole_file.hindrance(output)
        if problem:
            raise UserError(f"--output={output}: can't be written to "
                            f"({problem}); give another folder")
    jobs = {}
    for source in sound:
        try:
            jobs[source] = _job(source.path, source.name, output, suffix,
                                file_format, kinds)
        except UserError as error:
            if source.named:
                raise
            left_out.append(str(error))
    inputs = {_identity(source.path) for source in found}
    for problem, concerned in list(_conflicts(
            jobs, inputs, may_exist=output is not None or skip_existing)):
        if all(source.named for source in concerned):
            raise UserError(problem)
        left_out.append(problem)
        for source in concerned:
            jobs.pop(source, None)
    if not jobs:
        raise UserError(left_out[0])
    return list(jobs.values()), list(dict.fromkeys(left_out))


def _no_photos(arguments):
    folders = ", ".join(map(str, arguments))
    video = sources.a_video_in(arguments)
    if video:
        return (f"no photos in {folders}, but videos, which have to be named: "
                f"ha-deblur deblur {video}")
    return (f"no photos in {folders}; known endings are "
            f"{', '.join(photo.EXTENSIONS)}")


def _job(source, name, output, suffix, file_format, kinds):
    is_video = _is_video(source)
    if is_video and tuple(kinds) != ("sharp",):
        raise UserError(f"{source}: of a video only --save=sharp is made")
    ending = source.suffix
    if is_video:
        from ha_deblur.files.video_files import endings
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
    from ha_deblur.files.video_files import endings
    return source.suffix.lower() in endings.KNOWN


def _conflicts(jobs, inputs, may_exist):
    """Yields (a line, the sources that it concerns) on jobs that would do harm.

    Args:
      jobs: {Source: Job}.
      inputs: the `_identity` of everything that the user named.
      may_exist: whether results may exist already.
    """
    writers = {}
    folders = {}
    for source, job in jobs.items():
        for target in job.outputs.values():
            folder = target.parent
            if folder not in folders:
                folders[folder] = whole_file.hindrance(folder)
            if len(os.fsencode(target.name)) > _LONGEST_NAME:
                yield (f"{source.path}: {target.name} would be too long a "
                       "name; rename the photo, or give a shorter --suffix"
                       ), [source]
            elif folders[folder]:
                yield (f"{source.path}: {folder} can't be written to "
                       f"({folders[folder]}); choose another --output"
                       ), [source]
            elif os.path.exists(target):  # noqa: PTH110 (of any name)
                if _identity(target) in inputs:
                    yield (f"{target} is an input and is never overwritten; "
                           "choose another --output or --suffix"), [source]
                elif not may_exist:
                    yield (f"{target} is there already; take it away, or give "
                           "--skip_existing, --suffix or --output"), [source]
            # Some disks don't distinguish A from a, or two encodings of ü.
            place = unicodedata.normalize(
                "NFC", os.path.realpath(target)).casefold()
            writers.setdefault(place, (target, []))[1].append(source)
    for target, several in writers.values():
        if len(several) > 1:
            names = " and ".join(str(source.path) for source in several)
            yield (f"{names} would {'both' if len(several) == 2 else 'all'} "
                   f"become {target}; deblur them into different folders"
                   ), several


def _identity(path):
    """A file's identity, the same through all links; None if it is absent."""
    try:
        status = pathlib.Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
