"""Which commands make the rows of a table."""

import pathlib
import types
import typing

from experiments.tables.rows import MODELS
from experiments.tables.steps import Step


class Settings(typing.NamedTuple):
    """What the rows have in common.

    Attributes:
      output: folder for all that is made.
      size: of the models, one of `rows.SIZES`.
      steps: of training.
      attention_steps: of attention pretraining.
      training: {flag: value} of both training commands, "records" among them.
      pairs: folders of data sets to score.
      boxes: for each of them COCO JSON or None.
      split: of them.
      limit: how many pictures of each are scored; None: all.
      own: {model: {flag: value}} of its training alone.
      images: pictures for the figures.
    """

    output: pathlib.Path
    size: str
    steps: int
    attention_steps: int
    training: dict
    pairs: list
    boxes: list
    split: typing.Optional[str] = None
    limit: typing.Optional[int] = None
    own: typing.Mapping = types.MappingProxyType({})
    images: tuple = ()

    def run(self, model):
        """The run directory of one of MODELS, or of "attention"."""
        return self.output / "runs" / model

    def preset(self, model):
        """The name of the preset of one of MODELS."""
        return MODELS[model].presets[self.size]

    def scores(self, row, number):
        """The scores of a row, by its key, on a folder of `pairs`."""
        return self.output / "scores" / f"{row}-{number}.json"

    def pictures(self, model):
        """The folder of the deblurred `images`."""
        return self.output / "pictures" / model


def plan(rows, settings):
    """The `Step`s that make these rows, each after those that it needs."""
    models = list(dict.fromkeys(row.model for row in rows if row.model))
    steps = []
    if any(MODELS[model].attention for model in models):
        steps.append(_pretraining(settings))
    for model in models:
        steps.append(_training(model, settings))
    for row in rows:
        steps += _scoring(row, settings)
    if settings.images:
        steps += [_deblurring(model, settings) for model in (
            "full", "without_attention") if model in models]
    return steps


def training_name(model):
    """The name of the step that trains one of MODELS, or "attention"."""
    return f"{model}: training"


def scoring_name(row, number):
    """The name of the step that scores a row, by its key."""
    return f"{row}: scores of data set {number + 1}"


def deblurring_name(model):
    """The name of the step that deblurs the `images` with one of MODELS."""
    return f"{model}: pictures"


def _pretraining(settings):
    """Attention, which all rows that have one start from (sec. 4.3)."""
    run = settings.run("attention")
    return Step(
        training_name("attention"), "experiments.pretrain_attention",
        {**settings.training, "preset": settings.preset("full"),
         "steps": settings.attention_steps, "run": run},
        makes=run / "model.weights.h5", goes_on=True)


def _training(model, settings):
    attention = MODELS[model].attention
    run = settings.run(model)
    return Step(
        training_name(model), "experiments.train",
        {**settings.training, **settings.own.get(model, {}),
         "preset": settings.preset(model), "steps": settings.steps, "run": run,
         "attention": settings.run("attention") if attention else None},
        makes=run / "model.weights.h5", goes_on=True,
        needs=(training_name("attention"),) if attention else ())


def _scoring(row, settings):
    for number, (folder, boxes) in enumerate(
            zip(settings.pairs, settings.boxes)):
        report = settings.scores(row.key, number)
        yield Step(
            scoring_name(row.key, number), "experiments.evaluate",
            {"model": settings.run(row.model) if row.model else "none",
             "branch": row.branch if row.model else None, "pairs": folder,
             "split": settings.split, "boxes": boxes, "limit": settings.limit,
             "json": report},
            makes=report, done_codes=(0, 1),  # 1: damaged pictures, named
            needs=(training_name(row.model),) if row.model else ())


def _deblurring(model, settings):
    folder = settings.pictures(model)
    kinds = ["sharp"]
    if model == "full":
        kinds += ["attention", "foreground", "background"]
    last = pathlib.Path(settings.images[-1]).stem
    return Step(
        deblurring_name(model), "ha_deblur.commands",
        {"model": settings.run(model), "output": folder, "save": kinds,
         "format": "png"},
        arguments=("deblur", *settings.images),
        makes=folder / f"{last}.png", needs=(training_name(model),))
