"""Sharpens blurry photos, and videos, of people.

    ha-deblur deblur party.jpg holiday/ "scans/**/*.tif" --output=out/
    ha-deblur deblur party.jpg      # writes party-sharp.jpg beside it
    ha-deblur deblur - < party.jpg > sharp.jpg
    ha-deblur deblur clip.mp4 --start=2 --end=5 --output=out/

Each result keeps the name, size, bits, transparency and metadata of its photo,
turned upright; folders and patterns are mirrored (videos in folders are left
out: name them). No input is ever overwritten. Photos that can't be read are
named and left out, and the exit code is then 1.
"""

import sys
import warnings

import numpy as np
from absl import flags
from PIL import Image
from tqdm import tqdm

from ha_deblur import commandline, shipped
from ha_deblur.annotations import person_class
from ha_deblur.commandline import UserError, in_one_line
from ha_deblur.commands import byte_count, jobs
from ha_deblur.commands.people_given import PeopleGiven
from ha_deblur.files import photo
from ha_deblur.files.photo_files import colours

flags.adopt_module_key_flags(person_class)

_OUTPUT = flags.DEFINE_string(
    "output", None, "Folder for the results; - for standard output. Without "
    f"it each goes beside its photo, as NAME{jobs.BESIDE}.")
_MODEL = flags.DEFINE_string(
    "model", shipped.DEFAULT, "A name that `ha-deblur models` lists, or a "
    "model directory; a run of experiments.train is one.")
_SAVE = flags.DEFINE_list(
    "save", ["sharp"], f"What to write, of {','.join(jobs.KINDS)}. All but "
    "sharp get a suffix, as in party-attention.png; comparison is blurred "
    "beside sharp.")
_SUFFIX = flags.DEFINE_string(
    "suffix", "", "Put between a result's name and its ending, as -sharp.")
_FORMAT = flags.DEFINE_enum(
    "format", None, ["jpg", "png", "webp", "tiff"], "Format of the results; "
    "without it that of each photo (PNG for GIF). JPEG has no transparency, "
    "which becomes white, and 8 bits.")
_SKIP_EXISTING = flags.DEFINE_bool(
    "skip_existing", False, "Leave out what has its results already.")
_DRY_RUN = flags.DEFINE_bool("dry_run", False, "Only list what is to do.")
_MAX_PIXELS = flags.DEFINE_integer(
    "max_pixels", photo.MAX_PIXELS, "Refuse larger photos before they are "
    "decoded, which a small file may claim to be; 0: take all.", 0)
_BOXES = flags.DEFINE_string(
    "boxes", None, "Where the people are, in place of what the network's "
    "attention finds: COCO JSON with photos by file name, or x,y,w,h in "
    "pixels of one upright photo, several separated by ;.")
_MASK = flags.DEFINE_string(
    "mask", None, "The same as an image, white where the people are, or a "
    "folder of such images named as the photos.")
_PEOPLE_ONLY = flags.DEFINE_bool(
    "people_only", False, "Leave all but the people as it is.")
_SELF_ENSEMBLE = flags.DEFINE_bool(
    "self_ensemble", False, "Take the mean of eight views, flipped and turned: "
    "a little better, eight times as slow.")
_TILE = flags.DEFINE_integer(
    "tile", None, "Side of the tiles that large photos are cut into, in "
    "pixels; 0: none. Without it as the memory allows.", 0)
_MEMORY = flags.DEFINE_string(
    "memory", None, "What the network may take, as 2GB; without it what is "
    "free decides.")
_START = flags.DEFINE_string(
    "start", None, "Where a video begins: seconds, or as 1:02.5.")
_END = flags.DEFINE_string("end", None, "Where a video ends, the same.")
flags.register_validator(
    "save", lambda kinds: kinds and set(kinds) <= set(jobs.KINDS),
    f"has to be a list of {','.join(jobs.KINDS)}")


def main(arguments):
    """Runs the command; returns its exit code."""
    if not arguments:
        raise UserError("name the photos or folders to deblur")
    planned, left_out = jobs.plan(
        arguments, _OUTPUT.value, _SUFFIX.value, _FORMAT.value,
        list(dict.fromkeys(_SAVE.value)), _SKIP_EXISTING.value)
    memory = byte_count.parsed(_MEMORY.value) if _MEMORY.value else None
    people = PeopleGiven(_BOXES.value, _MASK.value, person_class.FLAG.value)
    if people.is_of_one and len(planned) > 1:
        raise UserError("one mask, or boxes without a file, are of one photo, "
                        f"and here are {len(planned)}: give a folder or COCO")
    left = [job for job in planned
            if not (_SKIP_EXISTING.value and job.is_done)]
    if _DRY_RUN.value:
        for job in left:
            print(in_one_line(f"{job.source} -> " + ", ".join(
                map(str, job.outputs.values()))))
        print(f"{len(left)} to do, {len(planned) - len(left)} there already")
        return _tell(left_out)
    if not left:
        print("all results are there already")
        return _tell(left_out)
    # --max_pixels stands in for Pillow's own limit, and what Pillow finds odd
    # in a file that it can read is of no use to its owner.
    Image.MAX_IMAGE_PIXELS = None
    warnings.filterwarnings("ignore", module="PIL")

    from ha_deblur.inference.deblurrer import load
    options = {"people_only": _PEOPLE_ONLY.value, "tile": _TILE.value,
               "self_ensemble": _SELF_ENSEMBLE.value, "memory": memory}
    problems = _run(load(_MODEL.value), left, people, options)
    code = _tell(left_out + problems)
    if left[0].source != jobs.STREAM and _OUTPUT.value != jobs.STREAM:
        there_already = len(planned) - len(left)
        print(f"{len(left) - len(problems)} of {len(left)} files sharpened, "
              f"in {_OUTPUT.value or 'their own folders'}" + (
                  f"; {there_already} were there already" if there_already
                  else ""))
    return code


def _tell(left_out):
    """Says what was left out; returns the exit code."""
    for problem in left_out:
        print(in_one_line(f"left out: {problem}"), file=sys.stderr)
    return 1 if left_out else 0


def _run(deblurrer, left, people, options):
    """Runs the jobs; returns a line on each that failed."""
    from tensorflow.errors import ResourceExhaustedError
    problems = []
    with tqdm(left, unit="file") as bar:
        for job in bar:
            bar.set_postfix_str(in_one_line(job.name.name))
            run = _deblur_video if job.is_video else _deblur_photo
            try:
                for note in run(deblurrer, job, people, options, bar):
                    bar.write(in_one_line(f"{job.label}: {note}"),
                              file=sys.stderr)
            except UserError as error:
                problems.append(str(error))
            except (MemoryError, ResourceExhaustedError):
                problems.append(f"{job.label}: needs more memory than there "
                                "is; give a smaller --memory or --tile")
            except (ValueError, OSError) as error:
                if (jobs.STREAM in job.outputs.values() and getattr(
                        error, "errno", None) in commandline.OUTPUT_ENDED):
                    raise
                problems.append(f"{job.label}: {error}")
    return problems


def _deblur_photo(deblurrer, job, people, options, bar):
    """Writes the results for a photo; yields notes for its owner."""
    source = (sys.stdin.buffer.read() if job.source == jobs.STREAM
              else job.source)
    picture = photo.read(source, job.label, _MAX_PIXELS.value)
    if picture.note:
        yield picture.note
    given = people.options(job.source, job.name, picture.pixels.shape[:2])
    if not given and (_BOXES.value or _MASK.value):
        yield "no boxes or mask are given; the network looks for the people"

    def progress(done, total):
        if total > 1:
            bar.set_postfix_str(
                in_one_line(f"{job.name.name}, part {done}/{total}"))

    result = deblurrer.deblur(
        picture.pixels, progress=progress, **given, **options,
        branches=not {"foreground", "background"}.isdisjoint(job.outputs))
    if result.warning:
        yield result.warning
    for kind, target in job.outputs.items():
        ending = f".{_FORMAT.value}" if _FORMAT.value else picture.ending
        if target != jobs.STREAM:
            ending = target.suffix
        if kind == "sharp" and (lost := photo.losses(picture, ending)):
            yield lost
        pixels, original = _made(kind, picture, result)
        if pixels is None:
            raise UserError(f"{job.label}: the model has no {kind} to save")
        if target == jobs.STREAM:
            sys.stdout.buffer.write(
                photo.encode(pixels, ending, original, job.label))
            sys.stdout.buffer.flush()
        else:
            photo.write(target, pixels, original)


def _made(kind, picture, result):
    """(pixels of this kind, the Photo whose metadata they get)."""
    if kind == "comparison":
        both, about = colours.for_drawing(
            np.concatenate([picture.pixels, result.sharp], axis=1), picture)
        return both, photo.Photo(both, metadata=about)
    return getattr(result, kind), None if kind == "attention" else picture


def _deblur_video(deblurrer, job, people, options, bar):
    """Writes the result for a video; yields notes for its owner."""
    from ha_deblur.files import video
    with tqdm(unit="frame", desc=in_one_line(job.name.name)) as frames:

        def progress(done, total):
            frames.total = total
            if not frames.n:  # what an earlier run had done took no time
                frames.initial = frames.n = done
            frames.update(done - frames.n)

        made = video.deblur_video(
            deblurrer, job.source, job.outputs["sharp"], start=_START.value,
            end=_END.value, progress=progress,
            **people.options(job.source, job.name), **options)
    yield from made.notes
    yield f"{made.frames} frames; {made.flicker_line}"


if __name__ == "__main__":
    commandline.run(main)
