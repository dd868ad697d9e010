"""Sharpens blurry photos of people.

    ha-deblur deblur party.jpg holiday/ --model=runs/small --output=out/

Each result keeps the name, size and metadata of its photo; folders are
mirrored. Photos that can't be read are named and left out, and the exit code
is then 1.
"""

import pathlib
import sys

import numpy as np
from absl import flags
from tqdm import tqdm

from ha_deblur import commandline
from ha_deblur.commandline import UserError
from ha_deblur.data import coco
from ha_deblur.inference import photo

KINDS = ("sharp", "attention", "foreground", "background", "comparison")

_OUTPUT = flags.DEFINE_string("output", None, "Folder for the results.")
_MODEL = flags.DEFINE_string(
    "model", None, "Model directory; a run of experiments.train is one.")
_BOXES = flags.DEFINE_string(
    "boxes", None, "COCO JSON with boxes of the people, by file name; they "
    "replace what the network's attention finds.")
_SAVE = flags.DEFINE_list(
    "save", ["sharp"], f"What to write, of {','.join(KINDS)}. All but sharp "
    "get a suffix, as in party-attention.png; comparison is blurred beside "
    "sharp.")
flags.register_validator(
    "save", lambda kinds: kinds and set(kinds) <= set(KINDS),
    f"has to be a list of {','.join(KINDS)}")


def main(arguments):
    """Runs the command; returns its exit code."""
    if not arguments:
        raise UserError("name the photos or folders to deblur")
    for flag in (_OUTPUT, _MODEL):
        if not flag.value:
            raise UserError(f"--{flag.name} is required")
    jobs = _jobs(arguments, pathlib.Path(_OUTPUT.value))
    boxes = coco.read_boxes(_BOXES.value) if _BOXES.value else None

    from ha_deblur.inference.deblurrer import load
    deblurrer = load(_MODEL.value)
    problems = []
    with tqdm(jobs, unit="photo") as bar:
        for source, target in bar:
            bar.set_postfix_str(source.name)
            try:
                _deblur(deblurrer, source, target, boxes)
            except UserError as error:
                problems.append(str(error))
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    print(f"{len(jobs) - len(problems)} of {len(jobs)} photos sharpened, "
          f"in {_OUTPUT.value}")
    return 1 if problems else 0


def _jobs(arguments, output):
    """(source, target) of every photo, none of which overwrites a source."""
    jobs = {}
    for argument in map(pathlib.Path, arguments):
        if argument.is_dir():
            for source in sorted(argument.rglob("*")):
                if (source.suffix.lower() in photo.EXTENSIONS
                        and not source.name.startswith(".")
                        and output.resolve() not in source.resolve().parents):
                    jobs[source] = output / source.relative_to(argument)
        elif argument.exists():
            jobs[argument] = output / argument.name
        else:
            raise UserError(f"{argument}: no such file or folder")
    if not jobs:
        raise UserError(
            f"no photos in {', '.join(arguments)}; known endings are "
            f"{', '.join(photo.EXTENSIONS)}")
    sources = {source.resolve() for source in jobs}
    written = {}
    for source, target in jobs.items():
        if target.resolve() in sources:
            raise UserError(
                f"{target} is an input and is never overwritten; choose "
                "another --output")
        if target in written:
            raise UserError(
                f"{written[target]} and {source} would both become {target}; "
                "deblur them into different folders")
        written[target] = source
    return list(jobs.items())


def _deblur(deblurrer, source, target, boxes):
    picture = photo.read(source)
    given = None if boxes is None else coco.lookup(boxes, source)
    branches = {"foreground", "background"} & set(_SAVE.value)
    try:
        result = deblurrer.deblur(
            picture.pixels, boxes=given, branches=bool(branches))
    except ValueError as error:
        raise UserError(f"{source}: {error}") from error
    for kind in dict.fromkeys(_SAVE.value):
        beside = target.with_name(f"{target.stem}-{kind}.png")
        if kind == "sharp":
            photo.write(target, result.sharp, picture)
        elif kind == "comparison":
            photo.write(beside, np.concatenate(
                [picture.pixels, result.sharp], axis=1))
        elif getattr(result, kind) is None:
            raise UserError(
                f"{source}: the model has no attention to save")
        else:
            photo.write(beside, getattr(result, kind))
    return result


if __name__ == "__main__":
    commandline.run(main)
