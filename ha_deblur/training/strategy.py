"""Training on several GPUs and machines, by tf.distribute.

Everything that is made and run inside `scope(name)` uses its strategy, which
`tf.distribute.get_strategy()` gives there: the variables, the step, the loop.
Every replica takes an even share of the one global batch that the seed and
the step's number determine, so the number of replicas does not change what is
learned, but for rounding.
"""

import contextlib
import json
import os
import re
import sys

import tensorflow as tf

from ha_deblur.commandline import UserError

# What a worker sees when another one dies, or comes back as a new process.
_LOST = (tf.errors.UnavailableError, tf.errors.AbortedError,
         tf.errors.CancelledError, tf.errors.DeadlineExceededError,
         tf.errors.FailedPreconditionError)


_ADDRESS = re.compile(r"(?:[^\s:/\[\]]+|\[[\da-fA-F:.]+\]):(\d{1,5})")


@contextlib.contextmanager
def scope(name):
    """Trains inside it by a strategy.

    tf.distribute can't replace a lost worker: where one is lost, all processes
    end, with exit code 75 (EX_TEMPFAIL), and whoever launched them starts them
    again. They go on from the last checkpoint.

    Args:
      name: "one"; "mirrored": on all GPUs of this machine (or all logical
        CPUs, if it has none); "multi_worker": with the processes that the
        environment variable TF_CONFIG names; "auto": the last where TF_CONFIG
        is set, else the second where several GPUs are, else the first.

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
    """Whether this process writes the run directory, of all that train."""
    return tf.distribute.get_strategy().extended.should_checkpoint


def share(batches, size):
    """The replicas' shares of batches: consecutive rows of each.

    Args:
      batches: a tf.data.Dataset of global `Batch`es, the same in all processes.
      size: theirs, a multiple of the number of replicas.

    Returns:
      What to iterate over: itself where there is one replica.

    Raises:
      UserError: the size is no such multiple.
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
        # One element a replica; the workers take them in turn.
        return batches.rebatch(size // replicas, drop_remainder=True).shard(
            context.num_input_pipelines, context.input_pipeline_id)

    return strategy.distribute_datasets_from_function(of_this_worker)


def several_workers():
    """Whether this is one process of several that train together."""
    return tf.distribute.get_strategy().cluster_resolver is not None


def sum_over_workers(number):
    """The sum of what the processes gave; all of them must call this."""
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
    tf.get_logger().setLevel("ERROR")  # it tells of every device and reduction
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
    """TensorFlow itself would wait for ever, or train alone."""
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
        return "it is no JSON"
    if not isinstance(config, dict):
        return "it is no {...}"
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
            return f"{address!r} is no address HOST:PORT"
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
