"""Crops that grow in the course of training: --crop_stages."""

import dataclasses
import itertools
import math
import re
import typing

from ha_deblur.commandline import UserError


class Stage(typing.NamedTuple):
    """A number of steps with patches of one size.

    Attributes:
      crop_size: height and width of a patch, in pixels.
      batch_size: patches per step.
      steps: their number; None for the last stage, which has no end.
    """

    crop_size: int
    batch_size: int
    steps: typing.Optional[int] = None


def parse(texts):
    """Parses a list of CROPxBATCH:STEPS; the last stage has no :STEPS.

    Example:
      parse(["128x16:20000", "192x8:10000", "256x4"])

    Raises:
      UserError: a stage is not in this format.
    """
    stages = []
    for i, text in enumerate(texts):
        last = i == len(texts) - 1
        steps = "" if last else r":([1-9]\d*)"
        match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)" + steps, text.strip())
        if not match:
            raise UserError(
                f"--crop_stages: '{text}' is not written CROPxBATCH"
                + (", as the last stage is" if last else ":STEPS"))
        stages.append(Stage(*map(int, match.groups())))
    return stages


def steps_of(stages, samples):
    """The number of steps that show at least `samples` samples."""
    steps = 0
    for stage in stages:
        needed = math.ceil(samples / stage.batch_size)
        if stage.steps is None or needed <= stage.steps:
            return steps + needed
        steps += stage.steps
        samples -= stage.steps * stage.batch_size


def batches(stages, batches_from, first_step):
    """The batches of all stages, one after another, from a given step.

    They depend on the step only, so that a training that resumes within a
    stage sees what an uninterrupted one would have seen.

    Args:
      stages: a list of Stage; only the last has no end.
      batches_from: a function of crop size, batch size and step that returns
        the endless batches from that step. It is called for all stages at
        once, so that a problem with a later stage shows early.
      first_step: the step to start from, counted over the whole training.

    Returns:
      An endless iterator.
    """
    parts, start = [], 0
    for stage in stages:
        end = math.inf if stage.steps is None else start + stage.steps
        if first_step < end:
            begin = max(first_step, start)
            parts.append((
                batches_from(stage.crop_size, stage.batch_size, begin),
                None if stage.steps is None else end - begin))
        start = end
    return itertools.chain.from_iterable(
        itertools.islice(endless, steps) for endless, steps in parts)


def batches_of(sampling, stages, first_step):
    """This process's share of the training batches, from a given step.

    Args:
      sampling: a `Sampling`; each stage replaces its crop and batch size.
      stages: a list of Stage.
      first_step: the step to start from, counted over the whole training.

    Returns:
      An endless iterator of `Batch`.
    """
    from ha_deblur.data import pipeline
    from ha_deblur.training import strategy

    def of_one_stage(crop_size, batch_size, begin):
        return strategy.share(pipeline.training_batches(dataclasses.replace(
            sampling, crop_size=crop_size, batch_size=batch_size), begin),
            batch_size)

    return batches(stages, of_one_stage, first_step)
