r"""Packs ordinary video for training: frames, and the motion between them.

    python -m data_prep.pack_clips --clips=VIDEOS --output=records/clips

Training with --clips=records/clips then blurs its patches along that motion,
anew for every step; data_prep.average_frames --between writes such blur to disk
instead. The optical flow (OpenCV's DIS, in both directions) is computed here,
once. Windows of three frames are left out as average_frames leaves them out,
each with its reason: a cut, a frame that is repeated, nothing moves, the flow
fails, the frames are not evenly spaced in time.

VIDEOS is a video, or a folder of videos and of folders of frames. Beside a clip
NAME.mp4 people may be told by
  NAME.json, NAME.detected.json   COCO JSON; a file_name is a frame's number,
                                  from 0 (--sure_score, --doubtful_score)
  --masks=MASKS                   MASKS/NAME/ with a mask a frame, in order
In other clips nobody has looked, and they teach nothing about people.

Writes OUTPUT/NAME.tfrecord and OUTPUT/clips.json. If it is stopped, the same
command goes on with the clips that are not whole. Clips that can't be used are
named and left out, and the exit code is then 1.
"""

import collections
import sys
from pathlib import Path

import numpy as np
from absl import flags
from PIL import Image
from tqdm import tqdm

from data_prep.people import clip_people
from data_prep.video import three_frames
from data_prep.video.frame_windows import windows
from data_prep.video.video_frames import open_frames
from ha_deblur import commandline, whole_file
from ha_deblur.annotations import person_class
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import IMAGE_EXTENSIONS
from ha_deblur.files.video_files import endings
from ha_deblur.journal import stamp

flags.adopt_module_key_flags(person_class)

_CLIPS = flags.DEFINE_string(
    "clips", None, "A video, or a folder of videos and of folders of frames; "
    "folders below it are searched.")
_OUTPUT = flags.DEFINE_string("output", None, "Folder for the records.")
_SHORT_SIDE = flags.DEFINE_integer(
    "short_side", 480, "Shrink larger frames to this many pixels on their "
    "shorter side, which hides their own softness.", lower_bound=64)
_STRIDE = flags.DEFINE_integer(
    "stride", 2, "Frames from a window to the next one.", lower_bound=1)
_MAX_MOTION = flags.DEFINE_float(
    "max_motion", 60, "Skip windows whose fastest part moves more pixels than "
    "this between two frames.", lower_bound=0)
_MIN_MOTION = flags.DEFINE_float(
    "min_motion", 2, "Skip windows whose fastest part moves fewer pixels than "
    "this between two frames.", lower_bound=0)
_MASKS = flags.DEFINE_string(
    "masks", None, "Folder of folders of masks of people, one a clip. Without "
    "it boxes beside the clips alone tell of people.")
_SURE_SCORE = flags.DEFINE_float(
    "sure_score", 0.35, "Boxes with a lower score, where a detector gave one, "
    "don't count as people.")
_DOUBTFUL_SCORE = flags.DEFINE_float(
    "doubtful_score", 0.15, "Frames with a box of a score from this to "
    "--sure_score, which is not inside a surer one, count as not labelled.")
flags.mark_flags_as_required(["clips", "output"])


def main(_):
    """Runs the command; returns its exit code."""
    from ha_deblur.data import clip_records
    three_frames.check_opencv()
    if _DOUBTFUL_SCORE.value > _SURE_SCORE.value:
        raise UserError(f"--doubtful_score={_DOUBTFUL_SCORE.value:g} is higher "
                        f"than --sure_score={_SURE_SCORE.value:g}")
    output = Path(_OUTPUT.value)
    clips = _find(Path(_CLIPS.value))
    done = {clip["name"]: clip for clip in clip_records.read_manifest(output)
            if clip["name"] in clips}
    problems = []
    for name, path in clips.items():
        settings = _settings(name, path)
        known = done.pop(name, None)
        if (known and known["settings"] == settings
                and (output / f"{name}.tfrecord").exists()):
            done[name] = known
            continue
        try:
            done[name] = {**_pack(name, path, output, problems),
                          "settings": settings}
        except UserError as problem:
            problems.append(str(problem))
        clip_records.write_manifest(output, list(done.values()))
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    if not done:
        raise UserError(f"{_CLIPS.value}: none of {len(clips)} clips can be "
                        "used")
    windows_, with_people, unlabelled = (
        sum(clip[key] for clip in done.values())
        for key in ("windows", "with_people", "unlabelled"))
    print(f"{output}: {len(done)} clips, {windows_} windows, {with_people} "
          f"with people, {unlabelled} not labelled")
    return 1 if problems else 0


def _find(root):
    """{name: path} of the videos and folders of frames."""
    if not root.exists():
        raise UserError(f"{root}: no such video or folder")
    if root.is_file():
        return {root.stem: root}
    there = sorted(path for path in root.rglob("*")
                   if path.suffix.lower() in endings.KNOWN and path.is_file())
    there += sorted({
        path.parent for path in root.rglob("*")
        if path.suffix.lower() in IMAGE_EXTENSIONS and path.is_file()
        and not (_MASKS.value and Path(_MASKS.value).resolve()
                 in path.resolve().parents)})
    clips = {}
    for path in there:
        name = path.stem if path.is_file() else path.name
        if clips.setdefault(name, path) != path:
            raise UserError(f"{path}: {clips[name]} has the same name; rename "
                            "one")
    if not clips:
        raise UserError(
            f"{root}: holds neither videos ({', '.join(endings.KNOWN)}) nor "
            "folders of frames")
    return clips


def _settings(name, path):
    """What a clip's records depend on, as JSON has it."""
    files = [path, *clip_people.boxes_files(path)]
    if _masks(name):
        files.append(_masks(name))
    return {"files": [list(stamp(file)) for file in files if file.exists()],
            **{flag.name: flag.value for flag in (
                _SHORT_SIDE, _STRIDE, _MAX_MOTION, _MIN_MOTION, _SURE_SCORE,
                _DOUBTFUL_SCORE)},
            # As long as it was not given, what is packed stays as it is.
            **({"person_class": person_class.FLAG.value}
               if person_class.FLAG.value else {})}


def _masks(name):
    """The folder of a clip's masks, or None; it may be absent."""
    return Path(_MASKS.value) / name if _MASKS.value else None


def _pack(name, path, output, problems):
    """Writes a clip's records; returns what the manifest says of it."""
    import tensorflow as tf

    from ha_deblur.data import clip_records
    frames = open_frames(path)
    people = clip_people.finder(
        path, _masks(name), _SURE_SCORE.value, _DOUBTFUL_SCORE.value,
        person_class.FLAG.value)
    clip = {"name": name, "windows": 0, "with_people": 0, "unlabelled": 0,
            "size": None}
    skipped = collections.Counter()
    with whole_file.writing(output / f"{name}.tfrecord") as partial, \
            tf.io.TFRecordWriter(str(partial)) as writer, \
            tqdm(total=frames.expected, unit="frame", desc=name) as bar:
        for window in windows(_smaller(frames, bar), three_frames.FRAMES,
                              _STRIDE.value):
            kind, made = _made(window, frames)
            if kind:
                skipped[kind] += 1
                continue
            middle = window[1]
            size = middle.pixels.shape[:2]
            boxes = people(middle.number - 1, size)
            of_before, of_after = made.flows
            writer.write(clip_records.serialize(
                [frame.pixels for frame in window],
                [_half(flow) for flow in (*of_after, *of_before)], boxes))
            clip["windows"] += 1
            clip["with_people"] += bool(boxes)
            clip["unlabelled"] += boxes is None
            clip["size"] = [min(sides) for sides in
                            zip(size, clip["size"] or size)]
    problems += frames.problems
    counts = ", ".join(f"{n} {kind}" for kind, n in sorted(skipped.items()))
    print(f"{name}: {clip['windows']} windows"
          + (f"; skipped: {counts}" if counts else ""))
    if not clip["windows"]:
        (output / f"{name}.tfrecord").unlink()
        raise UserError(f"{path}: no window of {three_frames.FRAMES} frames "
                        "can be used" + (f" ({counts})" if counts else ""))
    return clip


def _made(window, frames):
    """(why a window can't be used or None, its `ThreeFrames`)."""
    if len(window) < three_frames.FRAMES:
        return "too short", None
    made = three_frames.ThreeFrames(window, frames.times)
    if made.uneven:
        return "uneven", None
    trust = made.measure()
    if trust.motion > _MAX_MOTION.value:
        return "too fast", None
    if three_frames.STILL < trust.motion < _MIN_MOTION.value:
        return "too slow", None
    return three_frames.distrust(trust)[0], made


def _smaller(frames, bar):
    """The frames at --short_side, height and width even."""
    for pixels in frames:
        bar.update()
        if pixels is None:
            yield None
            continue
        factor = min(1, _SHORT_SIDE.value / min(pixels.shape[:2]))
        height, width = (max(2, round(side * factor / 2) * 2)
                         for side in pixels.shape[:2])
        if factor < 1:
            pixels = np.asarray(Image.fromarray(
                np.ascontiguousarray(pixels)).resize(
                    (width, height), Image.Resampling.LANCZOS))
        yield np.ascontiguousarray(pixels[:height, :width])


def _half(flow):
    """A flow [h, w, 2] at half the size, still in pixels of the whole."""
    import cv2
    return cv2.resize(flow, (flow.shape[1] // 2, flow.shape[0] // 2),
                      interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    commandline.run(main)
