"""The cost of a training step, compared with this machine's peak rate."""

import collections
import functools
import pathlib
import re
import tempfile
import time

from experiments.benchmarks import model_cost

MATRIX = 2048  # height and width of the matrices that are multiplied
_MULTIPLICATIONS = 5  # between two steps
_LEAST_STEPS = 3


def measure(preset, crop_size, batch_size, jit_compile, seconds,
            settings=None):
    """Times training steps and matrix products in turn, and profiles one.

    They take turns, and the fastest of each counts, because other programs may
    interfere. Both compute in the dtype of the global Keras policy.

    Args:
      preset: a NetworkPreset.
      crop_size: height and width of a patch.
      batch_size: patches per step.
      jit_compile: whether XLA compiles the step.
      seconds: how long to measure; at least three steps are timed.
      settings: of a baseline's step, see `baseline_flags.settings`.

    Returns:
      A dict: "seconds" per step; "operations" per step, counting a multiply-add
      as two and the backward pass as two forward passes; "rate" and
      "matmul_rate" in operations per second; "memory", see
      `ha_deblur.training.memory`; "times", see `op_times`.
    """
    import tensorflow as tf

    from ha_deblur.training import memory
    from ha_deblur.training.step import joint_step
    model = preset.make()
    optimizer = tf.keras.optimizers.Adam(1e-4, jit_compile=False)
    optimizer.build(model.trainable_variables)
    make_step = (functools.partial(joint_step, model)
                 if preset.three_branches else model.step)
    step = make_step(optimizer, jit_compile=jit_compile, **settings or {})
    image = [batch_size, crop_size, crop_size]
    batch = (tf.random.uniform([*image, 3]), tf.random.uniform([*image, 3]),
             tf.zeros([*image, 1]), tf.zeros([batch_size]))

    def run():
        return float(step(*batch)["total"])  # waits for the device

    needed = memory.estimate(step, crop_size, batch_size)
    multiply = multiplication()
    run(), multiply()  # the first calls trace
    steps, products = [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(steps) < _LEAST_STEPS:
        steps.append(_seconds(run))
        products += [_seconds(multiply) for _ in range(_MULTIPLICATIONS)]
    operations = 3 * 2 * batch_size * model_cost.multiply_adds(model, crop_size)
    return {"seconds": min(steps), "operations": operations,
            "rate": operations / min(steps),
            "matmul_rate": 2 * MATRIX**3 / min(products),
            "memory": needed, "times": op_times(run)}


def op_times(run):
    """The seconds that a function's TensorFlow operations take, by type.

    Concurrent operations each count in full, so that the sum may exceed the
    elapsed time. On GPUs, kernels are counted instead of operations.
    """
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2
    with tempfile.TemporaryDirectory() as folder:
        with tf.profiler.experimental.Profile(folder):
            run()
        (path,) = pathlib.Path(folder).glob("**/*.xplane.pb")
        space = xplane_pb2.XSpace.FromString(path.read_bytes())
    gpus = [p for p in space.planes if p.name.startswith("/device:GPU")]
    times = collections.Counter()
    for plane in gpus or space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                operation = re.fullmatch(r"[^: ]+:(\w+)", name)  # NODE:TYPE
                if gpus or operation:
                    kind = operation[1] if operation else name
                    times[kind] += event.duration_ps / 1e12
    return times


def multiplication():
    """A function that multiplies two MATRIX x MATRIX matrices, and waits."""
    import tensorflow as tf
    dtype = tf.keras.mixed_precision.global_policy().compute_dtype
    matrix = tf.cast(tf.random.uniform([MATRIX, MATRIX]), dtype)

    @tf.function
    def product():
        return tf.matmul(matrix, matrix)[0, 0]

    return lambda: product().numpy()  # waits for the device


def _seconds(function):
    started = time.monotonic()
    function()
    return time.monotonic() - started
