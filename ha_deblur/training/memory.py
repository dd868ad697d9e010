"""How much memory a training step needs, estimated before it runs."""

import subprocess
import typing

import tensorflow as tf

from ha_deblur.data.batch import Batch
from ha_deblur.free_memory import free_memory

# Operations whose results share the memory of their inputs.
_VIEWS = {"ExpandDims", "Identity", "IdentityN", "PreventGradient",
          "ReadVariableOp", "Reshape", "Squeeze", "StopGradient"}


class Estimate(typing.NamedTuple):
    """Bytes on each device.

    Attributes:
      variables: weights, the optimizer's slots, and all else that a step
        reads or changes.
      values: the peak of activations, which the backward pass needs, and
        gradients.
    """

    variables: int
    values: int


def estimate(step, crop_size, batch_size, beside=()):
    """The memory of a step, apart from the convolutions' workspace.

    Nothing runs: the step's graph is traced, which its first call would do
    anyway, and its operations are visited in the order of their creation. A
    value lives from the operation that makes it to the last one that reads it.
    This holds for every model and precision, with or without gradient
    checkpointing.

    Measured (preset `small`, 4 patches of 256x256, float32): estimated 1350 MB
    of values, and 490 with gradient checkpointing; TensorFlow took 1440 and
    880 on a CPU, where it computes several branches at a time, and 2140 and
    1490 on one without AVX512, whose convolutions need more. XLA's own plan
    for a CPU was 1940 and 1070: it transposes some values into copies. For 10
    patches of `paper`: 6.7 and 2.4 GB estimated, 6.0 and 3.0 taken, 9.6 and
    5.3 planned by XLA.

    Args:
      step: a tf.function of a batch's four parts, such as `joint_step`
        returns, for the current strategy.
      crop_size: height and width of a patch.
      batch_size: patches in the global batch.
      beside: further variables in memory that the step does not use.

    Returns:
      An Estimate.
    """
    strategy = tf.distribute.get_strategy()
    share = batch_size // strategy.num_replicas_in_sync
    image = [share, crop_size, crop_size]
    batch = Batch(*(
        strategy.experimental_distribute_values_from_function(
            lambda _, shape=shape: tf.zeros(shape))
        for shape in (image + [3], image + [3], image + [1], [share])))
    traced = step.get_concrete_function(*batch)
    devices = len(strategy.experimental_local_results(batch.blurred))
    own = sum(map(_bytes_of_variable, traced.variables)) // devices
    return Estimate(own + sum(map(_bytes_of_variable, beside)),
                    peak_bytes(traced.graph))


def shortage(needed):
    """One line on what to do if an Estimate exceeds the memory, or None.

    The memory is the GPU's if there is one, else this machine's free memory.
    """
    has_gpu = bool(tf.config.list_physical_devices("GPU"))
    limit = _gpu_memory() if has_gpu else free_memory()
    total = needed.variables + needed.values
    if limit is None or total <= limit:
        return None
    return (f"a step needs about {total / 1e9:.1f} GB of memory, and "
            f"{'the GPU has' if has_gpu else 'this machine has free'} only "
            f"{limit / 1e9:.1f}; it will not fit: give --gradient_checkpointing"
            ", a smaller --batch_size or --crop_size, or "
            "--precision=mixed_bfloat16")


def peak_bytes(graph):
    """The most bytes alive at once if a graph's operations run in order."""
    operations = graph.get_operations()
    owner = {}  # {tensor: the tensor that it is a view of, or itself}
    last_use = {}  # {owner: the index of the last operation that reads it}
    for i, operation in enumerate(operations):
        for value in operation.inputs:
            last_use[owner[value.ref()]] = i
        views = operation.inputs if operation.type in _VIEWS else ()
        for k, value in enumerate(operation.outputs):
            owner[value.ref()] = (owner[views[k].ref()] if k < len(views)
                                  else value.ref())
            last_use.setdefault(owner[value.ref()], i)
    dying = {}
    for value, i in last_use.items():
        dying.setdefault(i, []).append(_bytes(value.deref()))
    alive = peak = 0
    for i, operation in enumerate(operations):
        made = sum(_bytes(value) for value in operation.outputs
                   if owner[value.ref()] == value.ref())
        freed = sum(dying.get(i, ()))
        # Most operations, except convolutions, overwrite an input that
        # nothing reads after them.
        both = alive if "Conv" not in operation.type else alive + made
        peak = max(peak, both + _inside(operation), alive + made - freed)
        alive += made - freed
    return peak


def _inside(operation):
    """The peak memory inside a call of another function."""
    if not operation.type.endswith("PartitionedCall"):
        return 0
    name = operation.get_attr("f").name
    return peak_bytes(operation.graph._get_function(name).graph)


def _bytes(value):
    """A tensor's bytes; without static size it is small: a shape, a handle."""
    count = value.shape.num_elements() if value.shape.rank is not None else None
    if count is None or value.dtype in (tf.resource, tf.variant, tf.string):
        return 0
    return count * value.dtype.size


def _bytes_of_variable(variable):
    return variable.shape.num_elements() * variable.dtype.size


def _gpu_memory():
    """Bytes of the smallest GPU, or None; TensorFlow does not report it."""
    try:
        output = subprocess.run(
            ["nvidia-smi", "--query-gpu=memory.total",
             "--format=csv,noheader,nounits"],
            check=True, capture_output=True, text=True, timeout=30).stdout
        return min(int(line) for line in output.split()) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
