r"""Makes motion blur from high-speed video, as HIDE did (sec. 3).

    python -m data_prep.average_frames --video=GOPR0477.MP4 --output=DATASET

Averages 11 consecutive frames of a 240-fps video into a blurred image and keeps
the central one as its sharp partner. The video is whatever PyAV reads
(pip install ha-deblur[video]), or a folder of frames.

Windows of frames are skipped, each with its reason, where something moves too
fast from one frame to the next, which leaves streaks instead of blur
(--max_motion), and where the picture is mostly flat (--min_detail). None spans
a cut. Both measures are printed; --dry_run measures only.

With --between, ordinary sharp video of 24 to 60 fps will do: of three frames
the middle one is the sharp partner, and frames between them, which optical flow
gives (Super SloMo, CVPR 2018; needs OpenCV), add up to the blurred one. Skipped
too, each with its reason, is where the flow fails, where nothing moves or a
frame is repeated, and where the three are not evenly spaced in time.

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

from data_prep.video import three_frames
from data_prep.video.frame_average import average
from data_prep.video.frame_windows import windows
from data_prep.video.video_frames import open_frames
from ha_deblur import commandline
from ha_deblur.annotations.pairs import source_video
from ha_deblur.blur.frames_between import exposure_times
from ha_deblur.commandline import UserError
from ha_deblur.files import photo
from ha_deblur.journal import Journal, stamp

_MOST_BETWEEN = 255  # more would be of no use

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
    "--frames if not given, and 3 with --between.", lower_bound=1)
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
_BETWEEN = flags.DEFINE_string(
    "between", None, "Compute this many frames between two real ones of an "
    "ordinary video, or, with `auto`, as many as leave about 1 pixel of motion "
    "from one to the next. If not given, real frames alone are averaged.")
_EXPOSURE = flags.DEFINE_float(
    "exposure", 1, "With --between: how long the shutter is open about the "
    "sharp frame, in intervals between two real frames; at most 2, from the "
    "frame before to the one after.", lower_bound=0.01, upper_bound=2)
_DRY_RUN = flags.DEFINE_bool(
    "dry_run", False, "Measure and say what would be skipped; write nothing.")
flags.mark_flags_as_required(["video", "output"])
flags.register_validator(
    "between", lambda value: value in (None, "auto") or (
        value.isdecimal() and 1 <= int(value) <= _MOST_BETWEEN),
    f"must be auto or a number from 1 to {_MOST_BETWEEN}")


def main(_):
    """Runs the command; returns its exit code."""
    _check_flags()
    length = _window_length()
    output = Path(_OUTPUT.value)
    source = _source(Path(_VIDEO.value))
    frames = open_frames(_VIDEO.value)
    measured = {}  # {first frame: (motion, detail, ...)} of every whole window
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
        for window in windows(_counted(frames, bar), length,
                              _STRIDE.value or length):
            made = None  # a `ThreeFrames`
            if _BETWEEN.value and len(window) == length:
                made = three_frames.ThreeFrames(window, frames.times)
            kind, reason = _objection(window, made, measured, note)
            if kind:
                skipped[kind] += 1
                bar.write(f"skipped: frames {window[0].number}-"
                          f"{window[-1].number}: {reason}", file=sys.stderr)
                continue
            kept += 1
            if not _DRY_RUN.value:
                _write(window, made, measured, output, source)
    if not _DRY_RUN.value:
        journal.finish()
    counts = ", ".join(f"{n} {kind}" for kind, n in sorted(skipped.items()))
    if not kept:
        remedy = "see --max_motion and --min_detail"
        if _BETWEEN.value and not skipped.keys() & {"too fast", "too flat"}:
            remedy = ("--between takes three evenly spaced frames of a shot, "
                      "in which something moves")
        why = frames.problems[:1] or [
            f"skipped: {counts}; {remedy}" if counts else "it holds no frames"]
        raise UserError(f"{_VIDEO.value}: no window of {length} frames "
                        f"can be used; {why[0]}")
    for problem in frames.problems:
        print(problem, file=sys.stderr)
    print(f"{output / _SPLIT.value}: {kept} pairs from {source}"
          + (" (not written)" if _DRY_RUN.value else "")
          + (f"; skipped: {counts}" if counts else ""))
    motions, details, *_ = zip(*measured.values())
    print(f"fastest part {min(motions):.1f} to {max(motions):.1f} pixels a "
          f"frame, {min(details):.0%} to {max(details):.0%} structured")
    return 1 if frames.problems else 0


def _counted(frames, bar):
    for frame in frames:
        bar.update()
        yield frame


def _check_flags():
    """Refuses flags that would go unused."""
    if not _BETWEEN.value and _EXPOSURE.present:
        raise UserError("--exposure is for --between; how many real frames "
                        "are averaged is said by --frames")
    if _BETWEEN.value and _FRAMES.present:
        raise UserError("--frames is of no use with --between; how long the "
                        "shutter is open is said by --exposure")
    if _BETWEEN.value:
        three_frames.check_opencv()


def _window_length():
    """Real frames in a window."""
    return three_frames.FRAMES if _BETWEEN.value else _FRAMES.value


def _settings(frames):
    """What the pairs depend on: flags, and the files that frames are from."""
    files = json.dumps([stamp(path) for path in frames.paths])
    chosen = [_FRAMES, _STRIDE, _GAMMA, _MAX_MOTION, _MIN_DETAIL]
    if _BETWEEN.value:
        chosen += [_BETWEEN, _EXPOSURE]
    return {"files": hashlib.sha256(files.encode()).hexdigest(),
            **{flag.name: flag.value for flag in chosen}}


def _objection(window, made, measured, note):
    """(kind, reason) to skip a window, or (None, None); notes its measures."""
    if len(window) < _window_length():
        return "too short", ("the shot ends, a window takes "
                             f"{_window_length()}")
    if made and made.uneven:
        return "uneven", made.uneven
    first = window[0].number
    if first not in measured:
        note(first, made.measure() if made else [
            max(frame.motion for frame in window[1:]),
            window[len(window) // 2].detail])
    motion, detail, *_ = measured[first]
    unit = "a frame"
    if made:
        times = _averaged_times(motion)
        motion, unit = motion * (times[1] - times[0]), "an averaged frame"
    if motion > _MAX_MOTION.value:
        return "too fast", (f"{motion:.1f} pixels {unit} are more than "
                            f"--max_motion={_MAX_MOTION.value:g}")
    if detail < _MIN_DETAIL.value:
        return "too flat", (f"{detail:.2f} of it structured is less than "
                            f"--min_detail={_MIN_DETAIL.value:g}")
    if made:
        return three_frames.distrust(three_frames.Trust(*measured[first]))
    return None, None


def _averaged_times(motion):
    """When the frames are that --between averages, in frame intervals."""
    between = _BETWEEN.value
    return exposure_times(_EXPOSURE.value, three_frames.between_of(motion)
                          if between == "auto" else int(between))


def _write(window, made, measured, output, source):
    """Writes a pair, if an earlier run has not."""
    central = window[len(window) // 2]
    name = f"{central.number}from{source}.png"
    paths = output / "GT" / name, output / _SPLIT.value / name
    if all(path.exists() for path in paths):
        return
    if made:
        motion, *_ = measured[window[0].number]
        blurred = made.blurred(_averaged_times(motion), _GAMMA.value)
    else:
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
