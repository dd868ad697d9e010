"""Blur of video along its own motion, while a hand shakes the camera.

Frames between three consecutive ones follow the optical flow
(`frames_between`), and are averaged as those of a high-speed camera are in
sec. 3. The blur that `data_prep.average_frames --between` writes to disk, here
generated afresh at every step. Needs OpenCV.
"""

import numpy as np
import tensorflow as tf

from ha_deblur.blur import camera_shake, exposure

DRAWS = 6  # what an exposure needs
# Time from the sharp frame to the shutter's opening, and to its closing, as
# fractions of the interval between two frames.
_LEAST_OPEN, _MOST_OPEN = 0.15, 1.0
# The hand shakes in such a share of the patches, and by such a part of what it
# shakes still photos. The video brings motion of its own, but cameras that film
# are steady: without a hand, squares of 64 pixels move by 2 in the median,
# where they move by 20 in GoPro's blur (`data_prep.describe`).
_SHAKEN_SHARE, _SHAKE = 0.8, 0.8
_TIME = np.linspace(-1, 1, exposure.FRAMES, dtype=np.float32)


def exposed_anew(frames, flows, mask, seed, draws, crop_size, settings):
    """A patch in two exposures: a long one, and the middle frame.

    Both are resampled alike, as in `camera_shake.exposed_anew`.

    Args:
      frames: [3, s, s, 3] uint8, consecutive ones; s is even.
      flows: [4, s / 2, s / 2, 2] float32, (dy, dx) in pixels of the frames:
        from the middle frame to the next, back, to the one before, and back.
      mask: [s, s, 1] uint8 of 0 and 255, of the middle frame; the hand's
        motion blurs it, too.
      seed: [2] integer tensor, of the hand.
      draws: [DRAWS] float32, uniform in [0, 1): of sharpness, exposure time,
        hand, number of frames, size and gamma.
      crop_size: c, at most s.
      settings: an `Exposure`.

    Returns:
      The average and the central frame, both [c, c, 4] uint8, the mask last.
    """
    size = mask.shape[0]
    half_time = tf.where(
        settings.is_sharp(draws[0]), 0.0,
        _LEAST_OPEN + (_MOST_OPEN - _LEAST_OPEN) * draws[1])
    pictures = tf.numpy_function(
        _frames_at, [frames, flows, half_time * _TIME], tf.uint8)
    pictures = tf.ensure_shape(pictures, [exposure.FRAMES, size, size, 3])
    masks = tf.repeat(mask[tf.newaxis], exposure.FRAMES, axis=0)
    layers = tf.concat([pictures, masks], axis=-1)  # [FRAMES, s, s, 4]

    shake = tf.cast(draws[2] < _SHAKEN_SHARE, tf.float32) * _SHAKE
    path = shake * settings.hand(seed, draws[0])
    first, end = tf.unstack(exposure.averaged_frames(draws[3]))
    smallest = crop_size / size
    shrink = tf.where(settings.is_finest(draws[0]), smallest,
                      tf.maximum(smallest, exposure.shrink_of(draws[4])))
    return camera_shake.exposed(
        layers[first:end], path[first:end], crop_size, shrink,
        exposure.gamma_of(draws[5]))


def surrounding(crop_size, max_motion):
    """The side of the square that `exposed_anew` needs, in pixels.

    With less, down to a patch's own size, more is mirrored at the edges.
    """
    return camera_shake.surrounding(crop_size, _SHAKE * max_motion)


def _frames_at(frames, flows, times):
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
