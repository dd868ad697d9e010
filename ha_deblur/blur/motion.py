"""Paths of people and cameras while the shutter is open.

A *motion* is [frames, 4] float32: (dy, dx, angle, log scale) of a layer in
every frame relative to the central one, whose row is zero; `frames` is odd.
Lengths are pixels, y points down. A positive angle (radians) turns
anticlockwise as seen on the screen; turning and scaling leave the layer's
centre in place. `warp` moves pictures by it.

- `straight_motion` is given, not random.
- `smooth_motion` is a layer's own path, of a walking person or a panning
  camera: long and bent. `moving_people` and `data_prep.move_people` use it.
- `shake` is the tremor of the hand in such long exposures, to and fro;
  `carried` adds it to the paths of all layers.
- `handheld_motion` is a camera's in the short exposures of GoPro and HIDE, too
  short for a whole tremor: nearly straight. `camera_shake` and `moving_video`
  use it.

Everything runs eagerly, in tf.data and in XLA programs, and is random only by
the seeds given.
"""

import math

import tensorflow as tf


def straight_motion(dy, dx, frames=11):
    """A uniform shift by (dy, dx) from the first frame to the last.

    Returns:
      [frames, 4] float32 motion.
    """
    return _time(frames)[:, tf.newaxis] * [[dy / 2, dx / 2, 0.0, 0.0]]


def smooth_motion(seed, frames=11, translation=24.0, rotation=0.0, scale=0.0):
    """A random smooth path, as of a panning camera or a walking person.

    The path starts in a random direction, turns by up to a quarter circle and
    changes its speed steadily.

    Args:
      seed: [2] integer tensor; equal seeds give equal paths.
      frames: odd number of frames.
      translation: the path's greatest length, in pixels; the length is
        uniform between 0 and this.
      rotation: greatest angle from the central frame, in radians.
      scale: greatest change of the log scale from the central frame.

    Returns:
      [frames, 4] float32 motion.
    """
    time = _time(frames)  # [frames]
    between = (time[1:] + time[:-1]) / 2  # [frames - 1]
    length, start, turn, speed_up, *bends = tf.unstack(_draws(seed, 8))
    heading = math.pi * (start + turn / 4 * between)
    speed = tf.exp(speed_up * between)
    speed *= translation * (length + 1) / 2 / tf.reduce_sum(speed)
    steps = speed * tf.stack([tf.sin(heading), tf.cos(heading)])
    path = tf.cumsum(tf.pad(steps, [[0, 0], [1, 0]]), axis=1)  # [2, frames]
    path -= path[:, frames // 2, tf.newaxis]
    angle = rotation * (bends[0] * time + bends[1] * time**2) / 2
    log_scale = scale * (bends[2] * time + bends[3] * time**2) / 2
    return tf.stack([path[0], path[1], angle, log_scale], axis=1)


def handheld_motion(seed, frames=11, median=20.0, longest=32.0, turn=0.01):
    """A random path of a camera in the hand, over a short exposure.

    In the 30 to 60 ms of GoPro's and HIDE's averages a hand hardly changes
    direction or speed: paths are nearly straight, mostly short, seldom long.

    Args:
      seed: [2] integer tensor; equal seeds give equal paths.
      frames: odd number of frames.
      median: of the paths' lengths, which are log-normal, in pixels: three
        quarters are between half of it and twice as much. With 20, blurred
        GoPro frames have about the PSNR of GoPro's own.
      longest: longer paths are shortened to this, in pixels.
      turn: standard deviation of the angle, in radians, and of the log scale,
        at the ends of paths of 15 pixels and more; less on shorter ones.

    Returns:
      [frames, 4] float32 motion.
    """
    draws = tf.random.stateless_normal([9], seed)
    direction, length, speed_up, bend, angle, log_scale = tf.unstack(draws[:6])
    length = tf.minimum(longest, median * tf.exp(0.6 * length))
    time = _time(frames) / 2  # [frames], -1/2 to 1/2
    along = time + 0.15 * speed_up * time**2
    across = 0.3 * bend * time**2 + 0.06 * draws[6] * tf.sin(4 * math.pi * time)
    along += 0.06 * draws[7] * tf.sin(2 * math.pi * time)
    heading = 100.0 * direction  # wound round so often, it is uniform
    sin, cos = length * tf.sin(heading), length * tf.cos(heading)
    turned = 2 * turn * tf.minimum(1.0, length / 15) * time
    return tf.stack([sin * along + cos * across, cos * along - sin * across,
                     angle * turned, log_scale * turned], axis=1)


def shake(seed, frames=11, reach=4.0, rotation=0.0):
    """A random tremor, as of the hand that holds the camera.

    y, x and the angle swing as a sine each, by a quarter to one and a half
    periods while the shutter is open: hands tremble at about 10 Hz, exposures
    are from 1/40 to 1/7 of a second.

    Args:
      seed: [2] integer tensor; equal seeds give equal paths.
      frames: odd number of frames.
      reach: greatest distance from the central frame along y and along x, in
        pixels.
      rotation: the same of the angle, in radians.

    Returns:
      [frames, 4] float32 motion.
    """
    size, periods, phase = tf.unstack(tf.reshape(_draws(seed, 9), [3, 1, 3]))
    time = _time(frames)[:, tf.newaxis]  # [frames, 1]
    turns = math.pi * (0.875 + 0.625 * periods) * time  # [frames, 3]
    swing = tf.sin(turns + math.pi * phase)
    swing -= swing[frames // 2]  # 2 at most
    swing *= size / 2 * [reach, reach, rotation]
    return tf.pad(swing, [[0, 0], [0, 1]])  # nothing grows


def carried(motions, centres, carrier, carrier_centre):
    """Layers' own motions inside of a frame that moves as a whole.

    Args:
      motions: [..., frames, 4], each layer's own, around its centre.
      centres: [..., 2], (y, x).
      carrier: [frames, 4], the frame's, around `carrier_centre`.
      carrier_centre: [2], (y, x).

    Returns:
      [..., frames, 4]: both together, around `centres`.
    """
    dy, dx, angle, log_scale = tf.unstack(motions, axis=-1)  # [..., frames]
    centres = tf.cast(centres, tf.float32)[..., tf.newaxis, :]  # [..., 1, 2]
    arm = (centres[..., 0] + dy - carrier_centre[0],
           centres[..., 1] + dx - carrier_centre[1])
    cos = tf.cos(carrier[:, 2]) * tf.exp(carrier[:, 3])
    sin = tf.sin(carrier[:, 2]) * tf.exp(carrier[:, 3])
    return tf.stack([
        dy + carrier[:, 0] + cos * arm[0] - sin * arm[1] - arm[0],
        dx + carrier[:, 1] + sin * arm[0] + cos * arm[1] - arm[1],
        angle + carrier[:, 2], log_scale + carrier[:, 3]], axis=-1)


def _draws(seed, count):
    """[count] float32, uniform in [-1, 1]."""
    # Whole numbers, because XLA makes other floats of the same seed.
    draws = tf.random.stateless_uniform(
        [count], seed, None, None, tf.uint32, alg="philox")
    return tf.cast(draws, tf.float32) / 2**31 - 1


def _time(frames):
    """[frames] float32 from -1 to 1, exactly 0 in the middle."""
    if frames < 3 or frames % 2 == 0:
        raise ValueError("There must be a central frame among at least three, "
                         f"so an odd number of frames, not {frames}.")
    middle = frames // 2
    return tf.range(-middle, middle + 1, dtype=tf.float32) / middle
