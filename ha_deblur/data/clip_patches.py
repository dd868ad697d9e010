"""Endless patches of packed video, blurred along its own motion, as tf.data.

Not in the paper. `blur.moving_video` blurs them afresh at every step.
"""

import dataclasses
import pathlib

import tensorflow as tf

from ha_deblur.annotations import masks
from ha_deblur.blur import moving_video
from ha_deblur.commandline import UserError
from ha_deblur.data import clip_records, endless_records, patches

_AROUND_PEOPLE = 0.5  # share of the patches of frames with people


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
      of the people, 0 or 1); 1.0 if it is not labelled with people, else 0.0).

    Raises:
      UserError: the frames are smaller than a patch.
    """
    # Where frames are small, all of them: then more is mirrored at the edge.
    size = min(moving_video.surrounding(crop_size, settings.max_motion),
               clips.smallest) // 2 * 2
    if size < crop_size:
        raise UserError(
            f"--clips: the smallest frame has {clips.smallest} pixels; use "
            f"--crop_size={clips.smallest // 32 * 32} or less, or pack the "
            "clips with a larger --short_side")

    def patch(index, record):
        return blurred_patch(
            clip_records.parse(record), crop_size, size, settings,
            tf.stack([tf.cast(seed, tf.int64), index]), detail_share)

    return endless_records.from_number(
        list(clips.paths), clips.windows, (4 * seed + 3) * 1_000_003, first
    ).map(patch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def blurred_patch(window, crop_size, size, settings, seed, detail_share=0.0):
    """A patch of a window's middle frame, and of a long exposure about it.

    Args:
      window: three frames, as `clip_records.parse` gives them.
      crop_size: c.
      size: s, even: height and width of what is taken of the frames, from c to
        the frames' own.
      settings: an `Exposure`.
      seed: [2] int64.
      detail_share: as `patches.background` takes it.

    Returns:
      A sample of `samples`.
    """
    draws = tf.random.stateless_uniform([8 + patches.DRAWS], seed)
    around_people, of_exposure, turn = draws[0], draws[1:7], draws[7]
    corner = _corner(window, crop_size, around_people, draws[8:], detail_share)
    unlabelled = 1 - tf.cast(window["labelled"], tf.float32)
    patch = patches.joined(*moving_video.exposed_anew(
        *_square(window, corner, crop_size, size), seed + [0, 1], of_exposure,
        crop_size, settings))
    turns = tf.stack([turn, unlabelled * around_people])
    return patches.turned(patch, turns), unlabelled


def _corner(window, crop_size, around_people, draws, detail_share):
    """[2] int32, top and left of the patch in the middle frame."""
    boxes, sharp = window["boxes"], window["frames"][1]
    draws = draws[tf.newaxis]
    return tf.cond(
        (tf.shape(boxes)[0] > 0) & (around_people < _AROUND_PEOPLE),
        lambda: patches.around_people(boxes, sharp, crop_size, draws),
        lambda: patches.background(boxes, sharp, crop_size, draws,
                                   detail_share))[0]


def _square(window, corner, crop_size, size):
    """What is about a patch: frames, flows and mask for `exposed_anew`."""
    height, width = tf.unstack(tf.shape(window["frames"])[1:3])
    top, left = tf.unstack(tf.clip_by_value(  # even: flows have half the size
        (corner - (size - crop_size) // 2) // 2 * 2, 0,
        (tf.stack([height, width]) - size) // 2 * 2))
    mask = tf.cast(masks.rasterize_boxes(window["boxes"], height, width),
                   tf.uint8)
    half_top, half_left, half = top // 2, left // 2, size // 2
    # 0 and 255: the same in light of any gamma
    return (window["frames"][:, top:top + size, left:left + size],
            window["flows"][:, half_top:half_top + half,
                            half_left:half_left + half],
            tf.ensure_shape(255 * mask[top:top + size, left:left + size],
                            [size, size, 1]))
