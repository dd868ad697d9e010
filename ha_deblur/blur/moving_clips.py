"""Patches blurred on the fly along the motion of video; not the paper's.

What `data_prep.average_frames --between` writes to disk, made anew for every
step: how long the shutter is open changes, and a hand shakes the camera.
Needs OpenCV.
"""

import dataclasses
import pathlib

import numpy as np
import tensorflow as tf

from ha_deblur.annotations import masks
from ha_deblur.blur import camera_shake, exposure
from ha_deblur.commandline import UserError
from ha_deblur.data import clip_records, endless_patches, patches

# The shutter is open for so many of the time between two frames, to either
# side of the sharp one.
_OPEN = (0.15, 1.0)
# The hand shakes in so many of the patches, and by so much of what it shakes
# still photos. The video brings motion of its own, but cameras that film are
# steady: without a hand, squares of 64 pixels move by 2 in the median, where
# they move by 20 in GoPro's blur (`data_prep.describe`).
_SHAKES, _SHAKE = 0.8, 0.8
_AROUND_PEOPLE = 0.5  # of the patches of frames with people
_TIME = np.linspace(-1, 1, exposure.FRAMES, dtype=np.float32)


@dataclasses.dataclass(frozen=True)
class Clips:
    """Packed clips.

    Attributes:
      paths: of their records.
      windows: how many there are in all.
      smallest: the least height or width of a frame, in pixels.
    """

    paths: tuple
    windows: int
    smallest: int


def clips_in(folder):
    """The `Clips` of a folder that `data_prep.pack_clips` wrote.

    Raises:
      UserError: there are none, or OpenCV is not installed.
    """
    try:
        import cv2  # noqa: F401
    except ImportError as error:
        raise UserError("--clips needs OpenCV; pip install '.[detect]' in the "
                        "checkout") from error
    folder = pathlib.Path(folder)
    found = [clip for clip in clip_records.read_manifest(folder)
             if clip["windows"]]
    if not found:
        raise UserError(f"{folder}: holds no packed clips; data_prep.pack_clips"
                        " packs videos")
    paths = tuple(str(folder / f"{clip['name']}.tfrecord") for clip in found)
    for path in paths:
        if not pathlib.Path(path).exists():
            raise UserError(f"{path}: is missing; pack the clips again")
    return Clips(paths, sum(clip["windows"] for clip in found),
                 min(min(clip["size"]) for clip in found))


def samples(clips, crop_size, settings, seed, first, detail_share=0.0):
    """Endless patches, from number `first` on.

    Args:
      clips: a `Clips`.
      crop_size: c.
      settings: an `Exposure`.
      seed: equal seeds give equal patches.
      first: where to begin in the endless row.
      detail_share: as `patches.background` takes it.

    Returns:
      A tf.data.Dataset of ([c, c, 7] uint8: blurred, sharp and mask (the boxes
      of the people, 0 or 1); 1.0 if nobody has looked for people, else 0.0).

    Raises:
      UserError: the frames are smaller than a patch.
    """
    # Less than the longest path needs where frames are small: then more of it
    # is mirrored at the edge.
    size = min(camera_shake.surrounding(
        crop_size, _SHAKE * settings.max_motion), clips.smallest) // 2 * 2
    if size < crop_size:
        raise UserError(
            f"--clips: the smallest frame has {clips.smallest} pixels; use "
            f"--crop_size={clips.smallest // 32 * 32} or less, or pack the "
            "clips with a larger --short_side")

    def patch(index, record):
        return blurred_patch(
            clip_records.parse(record), crop_size, size, settings,
            tf.stack([tf.cast(seed, tf.int64), index]), detail_share)

    return endless_patches.endless(
        list(clips.paths), clips.windows, (4 * seed + 3) * 1_000_003, first
    ).map(patch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def blurred_patch(window, crop_size, size, settings, seed, detail_share=0.0):
    """A patch of the middle frame, and of the exposure about it.

    Args:
      window: as `clip_records.parse` gives it.
      crop_size: c.
      size: s, even: height and width of what is taken of the frames, c to
        their own.
      settings: an `Exposure`.
      seed: [2] int64.
      detail_share: as `patches.background` takes it.

    Returns:
      A sample of `samples`.
    """
    chances = tf.random.stateless_uniform([8 + patches.CHANCES], seed)
    unlabelled = 1 - tf.cast(window["labelled"], tf.float32)
    layers = _around(window, _corner(window, crop_size, chances, detail_share),
                     crop_size, size)

    opened = tf.where(settings.is_sharp(chances[1]), 0.0,
                      _OPEN[0] + (_OPEN[1] - _OPEN[0]) * chances[2])
    frames = tf.numpy_function(
        _in_between, [*layers[:2], opened * _TIME], tf.uint8)
    frames = tf.ensure_shape(frames, [exposure.FRAMES, size, size, 3])
    mask = tf.repeat(255 * layers[2][tf.newaxis], exposure.FRAMES, axis=0)
    frames = tf.concat([frames, mask], axis=-1)  # [FRAMES, s, s, 4]

    shaken = tf.cast(chances[3] < _SHAKES, tf.float32) * _SHAKE
    path = shaken * settings.hand(seed + [0, 1], chances[1])
    begin, end = tf.unstack(exposure.frames_of(chances[4]))
    shrink = tf.where(settings.is_finest(chances[1]), crop_size / size,
                      tf.maximum(crop_size / size,
                                 exposure.shrink_of(chances[5])))
    average, central = camera_shake.exposed(
        frames[begin:end], path[begin:end], crop_size, shrink,
        exposure.gamma_of(chances[6]))
    made = tf.concat([average[..., :3], central[..., :3],
                      central[..., 3:] // 128], axis=-1)
    turns = tf.stack([chances[7], unlabelled * chances[0]])
    return patches.turned(made, turns), unlabelled


def _corner(window, crop_size, chances, detail_share):
    """[2] int32, top and left of the patch in the middle frame."""
    boxes, sharp = window["boxes"], window["frames"][1]
    around = (tf.shape(boxes)[0] > 0) & (chances[0] < _AROUND_PEOPLE)
    chances = chances[tf.newaxis, 8:]
    return tf.cond(
        around,
        lambda: patches.around_people(boxes, sharp, crop_size, chances),
        lambda: patches.background(boxes, sharp, crop_size, chances,
                                   detail_share))[0]


def _around(window, corner, crop_size, size):
    """What is about a patch: frames [3, s, s, 3], flows, mask [s, s, 1]."""
    height, width = tf.unstack(tf.shape(window["frames"])[1:3])
    top, left = tf.unstack(tf.clip_by_value(  # even: flows have half the size
        (corner - (size - crop_size) // 2) // 2 * 2, 0,
        (tf.stack([height, width]) - size) // 2 * 2))
    mask = tf.cast(masks.rasterize_boxes(window["boxes"], height, width),
                   tf.uint8)
    half_top, half_left, half = top // 2, left // 2, size // 2
    return (window["frames"][:, top:top + size, left:left + size],
            window["flows"][:, half_top:half_top + half,
                            half_left:half_left + half],
            mask[top:top + size, left:left + size])


def _in_between(frames, flows, times):
    """The frames [3, s, s, 3] at `times`, -1 to 1: [n, s, s, 3] uint8."""
    import cv2

    from ha_deblur.blur.frames_between import frame_between
    size = frames.shape[2], frames.shape[1]
    before, middle, after = frames
    there, back, there_before, back_before = (
        cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR)
        for flow in flows)
    made = []
    for time in times:
        if time == 0:
            made.append(middle)
            continue
        other, *ways = ((after, there, back) if time > 0 else
                        (before, there_before, back_before))
        made.append(np.uint8(np.rint(frame_between(
            middle, other, *ways, abs(time)))))
    return np.stack(made)
