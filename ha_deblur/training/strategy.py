"""Training on several GPUs and machines with tf.distribute.

Everything that is created and run inside `scope(name)` uses its strategy, which
`tf.distribute.get_strategy()` returns there: the variables, the step, the loop.
Each replica takes an equal share of the global batch, which depends on the seed
and the step only, so that the number of replicas does not change what is
learned, up to rounding.
"""

import contextlib
import json
import os
import re
import sys

import tensorflow as tf

from ha_deblur.commandline import UserError

# What a worker raises when another one dies, or returns as a new process.
_LOST = (tf.errors.UnavailableError, tf.errors.AbortedError,
         tf.errors.CancelledError, tf.errors.DeadlineExceededError,
         tf.errors.FailedPreconditionError)


_ADDRESS = re.compile(r"(?:[^\s:/\[\]]+|\[[\da-fA-F:.]+\]):(\d{1,5})")


@contextlib.contextmanager
def scope(name):
    """The scope of a tf.distribute strategy.

    tf.distribute can't replace a lost worker: if one is lost, all processes
    end with exit code 75 (EX_TEMPFAIL). Restart them all, and they resume from
    the last checkpoint.

    Args:
      name: "one"; "mirrored": on all GPUs of this machine (or all logical
        CPUs, if it has none); "multi_worker": with the processes that the
        environment variable TF_CONFIG names; "auto": multi_worker if TF_CONFIG
        is set, else mirrored if there are several GPUs, else one.

    Raises:
      UserError: TF_CONFIG is absent or wrong.
    """
    strategy = _make(name)
    try:
        with strategy.scope():
            yield strategy
    except _LOST as error:
        if strategy.cluster_resolver is None:
            raise
        print("stopped: another worker is gone, or its machine "
              f"({_reason(error)}); start all workers again to go on from "
              "the last checkpoint", file=sys.stderr)
        sys.exit(os.EX_TEMPFAIL)


def is_chief():
    """Whether this is the process that writes the run directory."""
    return tf.distribute.get_strategy().extended.should_checkpoint


def share(batches, size):
    """Splits global batches among the replicas, by consecutive rows.

    Args:
      batches: a tf.data.Dataset of global `Batch`es, the same in all processes.
      size: the global batch size, a multiple of the number of replicas.

    Returns:
      A distributed dataset; `batches` itself for one replica.

    Raises:
      UserError: `size` is not a multiple of the number of replicas.
    """
    strategy = tf.distribute.get_strategy()
    replicas = strategy.num_replicas_in_sync
    if replicas == 1:
        return batches
    if size % replicas:
        raise UserError(
            f"batches of {size} can't be shared evenly by {replicas} replicas;"
            f" make them multiples of {replicas}")

    def of_this_worker(context):
        # One element per replica; the workers take turns.
        return batches.rebatch(size // replicas, drop_remainder=True).shard(
            context.num_input_pipelines, context.input_pipeline_id)

    return strategy.distribute_datasets_from_function(of_this_worker)


def several_workers():
    """Whether this is one process of several that train together."""
    return tf.distribute.get_strategy().cluster_resolver is not None


def sum_over_workers(number):
    """The sum of the workers' numbers; all of them must call this."""
    if not several_workers():
        return number
    return int(tf.distribute.get_strategy().reduce(
        "SUM", tf.constant(number, tf.int64), axis=None))


def _make(name):
    if name == "auto":
        several = len(tf.config.list_physical_devices("GPU")) > 1
        name = ("multi_worker" if "TF_CONFIG" in os.environ else
                "mirrored" if several else "one")
    if name == "one":
        return tf.distribute.get_strategy()
    tf.get_logger().setLevel("ERROR")  # it logs every device and reduction
    if name == "multi_worker":
        _check_cluster()
        try:
            return tf.distribute.MultiWorkerMirroredStrategy()
        except tf.errors.UnknownError as error:
            raise UserError(
                "--strategy=multi_worker: TF_CONFIG is "
                f"{os.environ['TF_CONFIG']!r}: its task can't be served here "
                f"({_reason(error)}); is the port taken?") from None
    return tf.distribute.MirroredStrategy(
        tf.config.list_logical_devices("GPU") or
        tf.config.list_logical_devices("CPU"))


def _check_cluster():
    """Raises UserError if TF_CONFIG is wrong.

    TensorFlow itself would wait forever, or train alone.
    """
    text = os.environ.get("TF_CONFIG", "")
    problem = _cluster_problem(text)
    if problem:
        raise UserError(
            f"--strategy=multi_worker: TF_CONFIG is {text!r}: {problem}; "
            'expected {"cluster": {"worker": ["HOST:PORT", ...]}, '
            '"task": {"type": "worker", "index": 0}}')


def _cluster_problem(text):
    """What is wrong with a TF_CONFIG, in a few words, or None."""
    try:
        config = json.loads(text)
    except ValueError:
        return "it is not JSON"
    if not isinstance(config, dict):
        return "it is not a JSON object, {...}"
    cluster, task = config.get("cluster"), config.get("task")
    if not isinstance(cluster, dict) or not isinstance(task, dict):
        return "it has no cluster or no task"
    if not set(cluster) <= {"chief", "worker"}:
        return "a cluster here has workers, and maybe a chief, only"
    if not all(isinstance(some, list) for some in cluster.values()):
        return "addresses come in a list"
    addresses = [address for some in cluster.values() for address in some]
    for address in addresses:
        found = isinstance(address, str) and _ADDRESS.fullmatch(address)
        if not found or not 0 < int(found[1]) < 2**16:
            return f"{address!r} is not an address HOST:PORT"
    if len(set(addresses)) < len(addresses):
        return "two processes have one address"
    kind, index = task.get("type"), task.get("index")
    if kind not in ("chief", "worker") or kind not in cluster:
        return f"the cluster has no {kind!r}, which the task is"
    if type(index) is not int or not 0 <= index < len(cluster[kind]):
        return (f"the cluster has no {kind} {index!r}; the first of its "
                f"{len(cluster[kind])} is 0")
    return None


def _reason(error):
    """An error's first line, without the name of TensorFlow's node."""
    return re.sub(r"{{.*?}} ?", "", error.message).strip().splitlines()[0]
