"""The time and memory that deblurring takes, by picture size."""

import math
import multiprocessing
import resource
import sys
import time

MEGAPIXELS = (0.25, 1, 4, 12)
HD = (720, 1280)  # height and width
_RUNS = 3  # the fastest counts, because other programs may interfere
_MULTIPLICATIONS = 5  # between two runs
_ENOUGH = 20  # seconds, after which a picture is not timed again


def measure(preset, megapixels=MEGAPIXELS):
    """Seconds and peak memory, each size in a process of its own.

    Args:
      preset: a NetworkPreset; its untrained weights make no difference.
      megapixels: sizes of the pictures, which are 4:3.

    Returns:
      A dict for each size: "pixels", "seconds", "peak" (bytes of the whole
      process, TensorFlow included) and "tiles" (of all scales).
    """
    return [_apart(_one_size, preset, _shape(size)) for size in megapixels]


def exponent(rows):
    """p of time ~ pixels^p: the slope of a line fitted to the logarithms.

    Args:
      rows: as `measure` returns them.
    """
    x = [math.log(row["pixels"]) for row in rows]
    y = [math.log(row["seconds"]) for row in rows]
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    return (sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y))
            / sum((a - middle_x)**2 for a in x))


def share_of_matrix_multiply(preset, shape=HD):
    """The rate of deblurring beside that of multiplying large matrices.

    They take turns in one process, together with the guard alone.

    Args:
      preset: a NetworkPreset.
      shape: (height, width) of the picture.

    Returns:
      A dict: "seconds" for the picture, "guard_seconds" for `inference.guard`
      as in an export (less is used here), "rate" and "matmul_rate" in
      operations per second, counting a multiply-add as two.
    """
    return _apart(_share, preset, shape)


def _apart(function, *arguments):
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(function, arguments)


def _shape(megapixels):
    """(height, width), 3:4."""
    unit = math.sqrt(megapixels * 1e6 / 12)
    return round(3 * unit), round(4 * unit)


def _one_size(preset, shape):
    deblurrer, image = _prepared(preset, shape)
    tiles = []
    times = [_seconds(lambda: deblurrer.deblur(
        image, branches=False,
        progress=lambda done, total: tiles.append(total)))]
    while len(times) < _RUNS and sum(times) < _ENOUGH:
        times.append(_seconds(lambda: deblurrer.deblur(image, branches=False)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if sys.platform != "darwin":
        peak *= 1024  # KiB; macOS reports bytes
    return {"pixels": shape[0] * shape[1], "seconds": min(times),
            "peak": peak, "tiles": tiles[0]}


def _share(preset, shape):
    from experiments.benchmarks import model_cost, step_cost
    deblurrer, image = _prepared(preset, shape)
    multiply = step_cost.multiplication()
    multiply()  # the first call traces
    guarding = _guarding(image)
    guarding()
    runs, products, guards = [], [], []
    for _ in range(_RUNS):
        guards += [_seconds(guarding) for _ in range(_RUNS)]
        runs.append(_seconds(lambda: deblurrer.deblur(image, branches=False)))
        products += [_seconds(multiply) for _ in range(_MULTIPLICATIONS)]
    size = 256  # multiply-adds per pixel are the same at any size
    macs = model_cost.model_cost(preset, size)["macs_to_deblur"] / size**2
    return {"seconds": min(runs), "guard_seconds": min(guards),
            "rate": 2 * macs * shape[0] * shape[1] / min(runs),
            "matmul_rate": 2 * step_cost.MATRIX**3 / min(products)}


def _guarding(image):
    """A function that runs the guard on a picture and a result."""
    import tensorflow as tf

    from ha_deblur.inference import guard
    blurred = tf.cast(image[None], tf.float32) / 255
    sharp = blurred + 0.01
    guarded = tf.function(guard.guarded)
    return lambda: guarded(blurred, sharp).numpy()


def _prepared(preset, shape):
    """A Deblurrer that has been traced, and noise to deblur."""
    import numpy as np

    from ha_deblur import Deblurrer
    deblurrer = Deblurrer(preset.make())
    generator = np.random.default_rng(0)
    image = generator.integers(0, 256, [*shape, 3], np.uint8)
    deblurrer.deblur(image[:64, :64], branches=False)
    return deblurrer, image


def _seconds(function):
    started = time.monotonic()
    function()
    return time.monotonic() - started
