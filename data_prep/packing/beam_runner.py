"""Runs a function on many tasks with Apache Beam: past one machine.

Workers leave their results as files in a folder that the launcher sees too:
so it is the same for all of Beam's runners, and what a stopped run has done is
not done again.
"""

import hashlib
import json
import shlex
import threading
import time
import traceback
import uuid

from ha_deblur.commandline import UserError

RUNNERS = ("DirectRunner", "FlinkRunner", "SparkRunner", "DataflowRunner",
           "PortableRunner")
# From Beam 2.68 on that is a program which it downloads, and this one only
# where it can't.
_DIRECT = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"
_PATIENCE = 60  # seconds that NFS may take to show a file to other machines


class BeamRunner:
    """A pipeline's settings, with a `run` to use in place of `workers.run`.

    Args:
      runner: one of RUNNERS.
      options: Beam's own pipeline options, written as on a command line.
      folder: Path for the results; absolute, as are all paths in tasks: the
        workers must find the same files under them. What it holds from an
        earlier run counts as done.

    Raises:
      UserError: Beam is not installed, or the options are no command line.
    """

    def __init__(self, runner, options, folder):
        try:
            import apache_beam  # noqa: F401
        except ImportError as error:
            raise UserError(f"--runner={runner} needs Apache Beam ({error}); "
                            "pip install .[beam]") from error
        try:
            words = shlex.split(options)
        except ValueError as error:
            raise UserError(f"--beam_options={options}: {error}") from error
        self._name, self._folder = runner, folder
        self._options = [*words, "--runner=" + (
            _DIRECT if runner == "DirectRunner" else runner)]

    def run(self, function, tasks, _=None):
        """Yields (the task's index, its result), in the order they come.

        The DirectRunner gives all at its end.

        Args:
          function: of a module, called with one task; its results become JSON.
          tasks: a list; a task's `repr` tells all that decides its result.

        Raises:
          UserError: the pipeline failed, or its results can't be seen here.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.glob("*.error"):  # of an earlier run
            path.unlink()
        left = {_result_name(function, task): index
                for index, task in enumerate(tasks)}
        yield from self._collect(left)
        if not left:
            return
        job, errors = self._start(function, tasks, left), []

        def wait():
            try:
                job.wait_until_finish()
            except Exception as error:  # each runner has its own
                errors.append(error)

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        try:
            while waiting.is_alive():
                waiting.join(1)
                yield from self._collect(left)
        finally:
            if waiting.is_alive():  # Ctrl-C, or a worker's UserError
                job.cancel()
        if errors:
            raise self._failure(errors[0]) from errors[0]
        deadline = time.monotonic() + _PATIENCE
        while left:
            if time.monotonic() > deadline:
                raise UserError(
                    f"{self._folder}: {len(left):,} results did not arrive "
                    "there; the workers need a file system that they share "
                    "with this machine, under the same path")
            time.sleep(1)
            yield from self._collect(left)

    def _start(self, function, tasks, left):
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions

        # New ones each time: some runners take their name out of them, and
        # the next pipeline would run on this machine alone.
        pipeline = beam.Pipeline(options=PipelineOptions(self._options))
        _ = (pipeline
             | beam.Create([(tasks[index], self._folder / name)
                            for name, index in left.items()])
             | beam.Reshuffle()  # else one worker would get them all
             | beam.Map(_work, function))
        try:
            # On the main thread: Flink's and Spark's set signal handlers.
            return pipeline.run()
        except Exception as error:  # the DirectRunner works in here
            raise self._failure(error) from error

    def _collect(self, left):
        """Yields the results that are there, and takes them off `left`."""
        for path in self._folder.glob("*.error"):
            raise UserError(path.read_text())
        for path in self._folder.glob("*.json"):
            if path.name in left:
                result = json.loads(path.read_text())
                path.unlink()
                yield left.pop(path.name), result

    def _failure(self, error):
        """A UserError of one line: runners give whole tracebacks as text."""
        text = "".join(traceback.format_exception_only(type(error), error))
        last = text.strip().rpartition("\n")[-1]
        return UserError(f"{self._name}: the pipeline failed: {last}")


def _work(task_and_path, function):
    """In a worker: calls the function and leaves its result, whole.

    A UserError is a result too: Beam would try again, in vain. All else that
    is raised is Beam's to try again, on another machine.
    """
    task, path = task_and_path
    try:
        content = json.dumps(function(task))
    except UserError as error:
        path, content = path.with_suffix(".error"), str(error)
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}.partial")
    partial.write_text(content)
    partial.replace(path)


def _result_name(function, task):
    asked = f"{function.__module__}.{function.__qualname__}({task!r})"
    return hashlib.sha256(asked.encode()).hexdigest() + ".json"
