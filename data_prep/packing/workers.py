"""Runs a function on many tasks, over processes."""

import concurrent.futures
import multiprocessing
import os
import signal
import threading
from concurrent.futures.process import BrokenProcessPool

from ha_deblur.commandline import UserError


def cores():
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(function, tasks, workers):
    """Yields (the task's index, its result), in the order they finish.

    Args:
      function: of a module, called with one task. What it raises ends the run.
      tasks: a list; each goes to its process when that is free.
      workers: processes. One, or one task, runs in this process.

    Raises:
      UserError: a process died.
    """
    workers = min(workers, len(tasks))
    if workers <= 1:
        for index, task in enumerate(tasks):
            yield index, function(task)
        return
    # A forked TensorFlow hangs, so the processes start afresh.
    pool = concurrent.futures.ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), _begin)
    try:
        futures = {pool.submit(function, task): index
                   for index, task in enumerate(tasks)}
        for future in concurrent.futures.as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool as error:
        raise UserError(
            "a worker process died, perhaps for lack of memory; run the "
            "command again with fewer --workers") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin():
    """In a new process: Ctrl-C is the parent's, and its end is the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)
