r"""Makes motion blur from high-speed video, as HIDE did (sec. 3).

    python -m data_prep.average_frames --video=GOPR0477.MP4 --output=DATASET

Averages 11 consecutive frames of a 240-fps video into a blurred image and keeps
the central one as its sharp partner. The video is whatever PyAV reads
(pip install ha-deblur[video]), or a folder of frames.

Windows of frames are skipped, each with its reason, where something moves too
fast from one frame to the next, which leaves streaks instead of blur
(--max_motion), and where the picture is mostly flat (--min_detail). None spans
a cut. Both measures are printed; --dry_run measures only.

Writes HIDE's layout: OUTPUT/{train,test}/NAME.png (blurred), OUTPUT/GT/NAME.png
(sharp). NAME is 6fromGOPR0477: the number of the sharp frame in the video, from
1, and the video, so that splits can be kept apart by it. If the video is
damaged or cut off, what could be read is used and the exit code is 1.

If it is stopped, the same command goes on: pairs that are whole stay, and what
was measured is in OUTPUT/SPLIT-VIDEO.unfinished, which is removed at the end.
"""

import collections
import hashlib
import json
import re
import sys
from pathlib import Path

from absl import flags
from tqdm import tqdm

from data_prep.journal import Journal, stamp
from data_prep.video.frame_average import average
from data_prep.video.frame_windows import windows
from data_prep.video.video_frames import open_frames
from ha_deblur import commandline
from ha_deblur.commandline import UserError
from ha_deblur.data.pairs import source_video
from ha_deblur.inference import photo

_VIDEO = flags.DEFINE_string("video", None, "A video or a folder of frames.")
_OUTPUT = flags.DEFINE_string("output", None, "Folder of the data set.")
_SPLIT = flags.DEFINE_enum(
    "split", "train", ["train", "test"], "The part of the data set to write.")
_NAME = flags.DEFINE_string(
    "name", None, "The source in the pictures' names, if not the GOPR number "
    "in the video's name or, without one, that name.")
_FRAMES = flags.DEFINE_integer(
    "frames", 11, "Frames that are averaged; the sharp one is the central one, "
    "or the first after the middle of an even number.", lower_bound=3)
_STRIDE = flags.DEFINE_integer(
    "stride", None, "Frames from the beginning of a window to the next one's; "
    "--frames if not given.", lower_bound=1)
_GAMMA = flags.DEFINE_float(
    "gamma", 1, "Average in linear light, of which the pixels are the "
    "GAMMA-th root: 2.2 for GoPro's blur_gamma; 1 averages the pixels.",
    lower_bound=0.1)
_MAX_MOTION = flags.DEFINE_float(
    "max_motion", 8, "Skip windows whose fastest part moves more pixels than "
    "this between neighbouring frames.", lower_bound=0)
_MIN_DETAIL = flags.DEFINE_float(
    "min_detail", 0.15, "Skip windows of which less than this share, 0 to 1, "
    "shows any structure.", lower_bound=0, upper_bound=1)
_DRY_RUN = flags.DEFINE_bool(
    "dry_run", False, "Measure and say what would be skipped; write nothing.")
flags.mark_flags_as_required(["video", "output"])


def main(_):
    """Runs the command; returns its exit code."""
    output = Path(_OUTPUT.value)
    source = _source(Path(_VIDEO.value))
    frames = open_frames(_VIDEO.value)
    measured = {}  # {first frame: (motion, detail)} of every whole window
    note = measured.__setitem__
    if not _DRY_RUN.value:
        journal = Journal(output / f"{_SPLIT.value}-{source}.unfinished",
                          _settings(frames))
        measured, note = journal.done, journal.add
        if measured:
            print(f"{journal.path}: goes on with {len(measured)} windows "
                  "measured", file=sys.stderr)
        else:
            _check_names(output, source)
    skipped, kept = collections.Counter(), 0
    with tqdm(total=frames.expected, unit="frame", desc=source) as bar:
        for window in windows(_counted(frames, bar), _FRAMES.value,
                              _STRIDE.value or _FRAMES.value):
            kind, reason = _objection(window, measured, note)
            if kind:
                skipped[kind] += 1
                bar.write(f"skipped: frames {window[0].number}-"
                          f"{window[-1].number}: {reason}", file=sys.stderr)
                continue
            kept += 1
            if not _DRY_RUN.value:
                _write(window, output, source)
    if not _DRY_RUN.value:
        journal.finish()
    counts = ", ".join(f"{n} {kind}" for kind, n in sorted(skipped.items()))
    if not kept:
        why = frames.problems[:1] or [
            f"skipped: {counts}; see --max_motion and --min_detail" if counts
            else "it holds no frames"]
        raise UserError(f"{_VIDEO.value}: no window of {_FRAMES.value} frames "
                        f"can be used; {why[0]}")
    for problem in frames.problems:
        print(problem, file=sys.stderr)
    print(f"{output / _SPLIT.value}: {kept} pairs from {source}"
          + (" (not written)" if _DRY_RUN.value else "")
          + (f"; skipped: {counts}" if counts else ""))
    motions, details = zip(*measured.values())
    print(f"fastest part {min(motions):.1f} to {max(motions):.1f} pixels a "
          f"frame, {min(details):.0%} to {max(details):.0%} structured")
    return 1 if frames.problems else 0


def _counted(frames, bar):
    for frame in frames:
        bar.update()
        yield frame


def _settings(frames):
    """What the pairs depend on: flags, and the files that frames are from."""
    files = json.dumps([stamp(path) for path in frames.paths])
    return {"files": hashlib.sha256(files.encode()).hexdigest(),
            **{flag.name: flag.value for flag in (
                _FRAMES, _STRIDE, _GAMMA, _MAX_MOTION, _MIN_DETAIL)}}


def _objection(window, measured, note):
    """(kind, reason) to skip a window, or (None, None); notes its measures."""
    if len(window) < _FRAMES.value:
        return "too short", (f"the shot ends, a window takes {_FRAMES.value}")
    first = window[0].number
    if first not in measured:
        note(first, [max(frame.motion for frame in window[1:]),
                     window[len(window) // 2].detail])
    motion, detail = measured[first]
    if motion > _MAX_MOTION.value:
        return "too fast", (f"{motion:.1f} pixels a frame are more than "
                            f"--max_motion={_MAX_MOTION.value:g}")
    if detail < _MIN_DETAIL.value:
        return "too flat", (f"{detail:.2f} of it structured is less than "
                            f"--min_detail={_MIN_DETAIL.value:g}")
    return None, None


def _write(window, output, source):
    """Writes a pair, if an earlier run has not."""
    central = window[len(window) // 2]
    name = f"{central.number}from{source}.png"
    paths = output / "GT" / name, output / _SPLIT.value / name
    if all(path.exists() for path in paths):
        return
    blurred = average([frame.pixels for frame in window], _GAMMA.value)
    # In this order, a stop in between leaves no blurred image alone.
    photo.write(paths[0], central.pixels)
    photo.write(paths[1], blurred)


def _source(video):
    """What stands for the video in the names of its pictures."""
    name = video.resolve().name
    if not video.is_dir():
        name = Path(name).stem
    source = _NAME.value or source_video(name) or name
    if re.search(r'[/\\:*?"<>|]', source):
        raise UserError(f"--name={source} can't be part of a file's name")
    return source


def _check_names(output, source):
    """Refuses to replace pictures, and to share a video between splits."""
    other = {"train": "test", "test": "train"}[_SPLIT.value]
    video = source_video(source) or source
    for path in sorted(output.glob(f"{other}/**/*.png")):
        known = _source_of(path)
        if known and (source_video(known) or known) == video:
            raise UserError(f"{path}: is from {video} too, and splits never "
                            f"share a video; give --split={other}")
    for path in (*sorted(output.glob(f"{_SPLIT.value}/**/*.png")),
                 *sorted(output.glob("GT/*.png"))):
        if _source_of(path) == source:
            raise UserError(
                f"{path}: is there already; remove the pictures of {source}, "
                "or give another clip of it a --name of its own")


def _source_of(path):
    """The source in a picture's name, "1fromGOPR1096.MP4.png", or None."""
    found = re.fullmatch(r"\d+from(.+?)(\.MP4)?\.png", path.name)
    return found and found.group(1)


if __name__ == "__main__":
    commandline.run(main)
