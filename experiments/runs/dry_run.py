"""The --dry_run of the training commands.

Everything that a long training needs is tried once and timed: the checkpoint
to resume from, the data, two steps with every patch size, validation, memory,
disk space. The weights change in memory only, and nothing is written.
"""

import math
import pathlib
import resource
import shutil
import time

import tensorflow as tf

from experiments.runs.duration import duration
from ha_deblur import whole_file
from ha_deblur.commandline import UserError
from ha_deblur.data.batch import Batch
from ha_deblur.training import memory, strategy
from ha_deblur.training.checkpoints import KEPT
from ha_deblur.training.throughput import gpu_memory

_DATA_SECONDS = 2  # how long to read batches without training on them


def rehearse(step, batches_from, last_step, run, checkpoints, validate, *,
             estimate, stages, validate_steps, pairs, model, saved):
    """Tries a training and prints the findings.

    Args:
      step, batches_from, last_step, run, checkpoints, validate,
        validate_steps: as for `loop.train`.
      estimate: a function of a Stage that returns its memory.Estimate.
      stages: a list of crop_stages.Stage.
      pairs: number of image pairs in the training records, which have been
        checked to be there.
      model: the Keras model that is saved in the run.
      saved: all variables that a checkpoint holds.

    Raises:
      UserError: the training would fail.
    """
    _say("dry run", f"writes nothing, least of all in {run}")
    _say("records", f"{pairs:,} pairs; all shards are there and whole")
    first_step = checkpoints.restore()
    _say("goes on from", checkpoints.latest or "the beginning")
    seconds = logs = 0
    for begin, end, stage in _parts(stages, first_step, last_step):
        _check_memory(estimate(stage))
        seconds += (end - begin) * _try_stage(step, batches_from, begin, stage)
    if validate and strategy.is_chief() and first_step < last_step:
        each, pictures = _try_validation(validate)
        times = math.ceil((last_step - first_step) / validate_steps)
        seconds, logs = seconds + each * times, pictures * times
    _say("memory", _memory_held())
    _check_disk(run, model, saved, logs)
    _say("in all", f"{last_step - first_step:,} steps, about "
         f"{duration(seconds)}" if first_step < last_step else
         f"all {last_step:,} steps are done already")


def _parts(stages, first_step, last_step):
    """The stages still to train, as (first step, last step, stage)."""
    start = 0
    for stage in stages:
        end = last_step if stage.steps is None else start + stage.steps
        begin, end = max(start, first_step), min(end, last_step)
        if begin < end:
            yield begin, end, stage
        start = end


def _check_memory(needed):
    """Prints a step's memory.Estimate; raises UserError if it does not fit."""
    _say("memory", f"a step needs about {_size(sum(needed))}, "
         f"{_size(needed.variables)} of them for variables")
    shortage = memory.shortage(needed)
    if shortage:
        raise UserError(shortage)


def _try_stage(step, batches_from, begin, stage):
    """Reads batches and runs two steps; returns the seconds per step."""
    size = f"{stage.batch_size} x {stage.crop_size}x{stage.crop_size}"
    started = time.monotonic()
    batches = iter(batches_from(begin))
    first = next(batches)
    _say("first batch", f"{size} after {time.monotonic() - started:.1f} s: "
         f"{describe(first)}")
    each = _seconds_a_batch(batches)
    _say("data", f"{stage.batch_size / each:,.1f} patches a second")
    times, losses = [], []
    for batch in (first, next(batches)):
        started = time.monotonic()
        try:
            found = {name: float(loss) for name, loss in step(*batch).items()}
        except tf.errors.ResourceExhaustedError:
            raise UserError(
                f"a step of {size} needs more memory than there is; give a "
                "smaller --batch_size or --crop_size") from None
        times.append(time.monotonic() - started)
        losses.append(found["total"])
        if not math.isfinite(found["total"]) and not found.get("skipped"):
            raise UserError(f"the loss of step {len(losses)} is "
                            f"{found['total']}; lower --learning_rate")
    slower = "data" if each > times[1] else "the step"
    _say("two steps", f"{times[0]:.1f} s for the first, then {times[1]:.3g} s; "
         f"losses {losses[0]:.4f}, {losses[1]:.4f}; {slower} sets the pace")
    return max(each, times[1])


def describe(batch):
    """A `Batch` in words."""
    batch = Batch(*(
        tf.concat(tf.distribute.get_strategy().experimental_local_results(
            part), 0).numpy() for part in batch))
    people = batch.mask.any(axis=(1, 2, 3)).mean()
    return (f"blurred {list(batch.blurred.shape)}, sharp "
            f"{list(batch.sharp.shape)}, mask {list(batch.mask.shape)}; "
            f"{people:.0%} of the patches show people, "
            f"{batch.unlabelled.mean():.0%} are unlabelled")


def _seconds_a_batch(batches):
    started = time.monotonic()
    count = 0
    while time.monotonic() - started < _DATA_SECONDS:
        next(batches)
        count += 1
    return (time.monotonic() - started) / count


def _try_validation(validate):
    """Runs it twice; returns the second run's seconds and its images' bytes."""
    validate()
    started = time.monotonic()
    scores, images = validate()
    seconds = time.monotonic() - started
    _say("validation", f"{seconds:.1f} s: " + ", ".join(
        f"{name} {value:.3f}" for name, value in scores.items()))
    return seconds, sum(len(tf.io.encode_png(image).numpy())
                        for batch in images.values() for image in batch)


def _memory_held():
    """The peak memory of this process so far, in words."""
    used = gpu_memory()
    if used:
        return f"{used['gpu_memory_gb/peak']:.1f} GB on a GPU held at most"
    most = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{_size(most)} held at most, TensorFlow itself included"


def _check_disk(run, model, saved, logs):
    """Prints and checks the disk space that a run needs beyond what it has.

    Args:
      run: the run directory.
      model: see `rehearse`.
      saved: see `rehearse`.
      logs: the bytes of TensorBoard's images.

    Raises:
      UserError: there is too little, or the directory can't be written to.
    """
    run = pathlib.Path(run)
    checkpoint = _bytes_of(saved)
    # A new file is complete before an older one is removed.
    needed = (KEPT + 1) * checkpoint + 2 * _bytes_of(model.variables) + logs
    needed -= sum(path.stat().st_size for path in run.glob("checkpoints/*"))
    problem = whole_file.hindrance(run)
    if problem:
        raise UserError(f"--run={run}: can't be written to ({problem})")
    place = next(path for path in (run.resolve(), *run.resolve().parents)
                 if path.exists())
    free = shutil.disk_usage(place).free
    _say("disk", f"about {_size(max(needed, 0))} more for {KEPT} checkpoints "
         f"of {_size(checkpoint)}, the model and logs; {_size(free)} are free")
    if needed > free:
        raise UserError(
            f"--run={run}: its disk has {_size(free)} free, the training needs "
            f"about {_size(needed)}; make room or give another --run")


def _bytes_of(variables):
    return sum(variable.shape.num_elements() * variable.dtype.size
               for variable in variables)


def _size(count):
    """Bytes in MB or GB."""
    if count < 1e9:
        return f"{count / 1e6:.1f} MB"
    return f"{count / 1e9:.1f} GB"


def _say(what, found):
    if strategy.is_chief():
        print(f"{what:<13} {found}", flush=True)
