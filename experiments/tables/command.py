"""What `experiments.ablation` and `experiments.compare` have in common."""

import pathlib
import sys

from absl import flags

from experiments.flags import compute_flags, data_flags, optimization_flags
from experiments.models import PRESETS
from experiments.tables import figures, markdown, paper, result
from experiments.tables.plan import Settings, deblurring_name, plan
from experiments.tables.rows import SIZES, TABLES
from experiments.tables.steps import run_all
from ha_deblur import whole_file
from ha_deblur.annotations import pairs
from ha_deblur.commandline import UserError

_TRAINING = (compute_flags, data_flags, optimization_flags)
for _module in _TRAINING:
    flags.adopt_module_key_flags(_module)

_OUTPUT = flags.DEFINE_string(
    "output", None, "Folder for runs, scores, tables and figures. Both tables "
    "may share it: the full model is then trained once.")
_PAIRS = flags.DEFINE_list(
    "pairs", None, "Data sets to score, folders as experiments.evaluate takes "
    "them: GoPro, HIDE (I: test-long-shot, II: test-close-ups), any other.")
_SPLIT = flags.DEFINE_string(
    "split", "test", "The split of --pairs; empty: all that is there.")
_BOXES = flags.DEFINE_list(
    "boxes", None, "COCO JSON with the people in each of --pairs, none where "
    "there is none, as none,hide.json: for PSNR inside and outside of them.")
_LIMIT = flags.DEFINE_integer(
    "limit", None, "Score only this many pictures of each of --pairs; all if "
    "not given.", lower_bound=1)
_SIZE = flags.DEFINE_enum(
    "size", "paper", SIZES, "Of all models: as published; small, about a "
    "quarter of the operations; tiny, to try the command.")
_STEPS = flags.DEFINE_integer(
    "steps", None, "Steps of each training; the paper's: "
    f"{paper.STEPS:,} by its own counts.", lower_bound=1)
_ATTENTION_STEPS = flags.DEFINE_integer(
    "attention_steps", None, "Steps of attention pretraining; a sixth of "
    "--steps if not given, as the paper's 70,000.", lower_bound=1)
_ROWS = flags.DEFINE_list(
    "rows", None, "Only these rows; all if not given.")
flags.mark_flags_as_required(["output", "pairs", "steps"])


def run(number, own=None, notes=None, images=(), told=None):
    """Makes a table; returns the exit code.

    Args:
      number: 3 or 4.
      own: {model: {flag: value}} of its training alone; a flag that the user
        gave for all goes before it.
      notes: {model: what the table shall tell of it}.
      images: paths of pictures for the figures.
      told: what the table shall tell of its settings beside the flags.

    Raises:
      UserError: something that the user gave is wrong.
    """
    rows = _rows(number)
    models = list(dict.fromkeys(row.model for row in rows if row.model))
    settings = _settings(own or {}, images)
    _check(settings, models)
    records = _manifests() if models else []
    steps = plan(rows, settings)
    failures = run_all(steps, settings.output)
    stage = data_flags.stages()[0]
    table = result.gather(number, rows, settings, {
        "batch_size": stage.batch_size, "crop_size": stage.crop_size,
        "seed": data_flags.seed(), **settings.training, **(told or {}),
    }, records, failures, notes or {})
    made = {step.name for step in steps} - set(failures)
    deblurred = [model for model in models if deblurring_name(model) in made]
    drawn = figures.write(settings, deblurred) if "full" in deblurred else []
    _write(table, settings.output, drawn)
    for name, reason in failures.items():
        print(f"failed: {name}: {reason}", file=sys.stderr)
    for line in table["skipped"]:
        print(f"left out: {line}", file=sys.stderr)
    return 1 if failures or table["skipped"] else 0


def _settings(own, images):
    given = _given()
    boxes = [None if name in ("", "none") else name
             for name in _BOXES.value or ["none"] * len(_PAIRS.value)]
    return Settings(
        output=pathlib.Path(_OUTPUT.value), size=_SIZE.value,
        steps=_STEPS.value,
        attention_steps=_ATTENTION_STEPS.value or -(-_STEPS.value // 6),
        training=given, pairs=_PAIRS.value, boxes=boxes,
        split=_SPLIT.value or None, limit=_LIMIT.value,
        own={model: {name: value for name, value in values.items()
                     if name not in given} for model, values in own.items()},
        images=tuple(images))


def _given():
    """{flag: value} of what the user gave for all trainings."""
    return {flag.name: flag.value for module in _TRAINING
            for flag in flags.FLAGS.get_key_flags_for_module(module)
            if flag.present}


def _rows(number):
    """The --rows of a table, in its order."""
    known = {row.key: row for row in TABLES[number]}
    wrong = [key for key in _ROWS.value or () if key not in known]
    if wrong:
        raise UserError(f"no row is named '{wrong[0]}'; there are "
                        f"{', '.join(known)}")
    return [row for row in known.values()
            if not _ROWS.value or row.key in _ROWS.value]


def _check(settings, models):
    """Finds what would else fail after hours of training."""
    if len(settings.boxes) != len(settings.pairs):
        raise UserError(
            f"--boxes has {len(settings.boxes)} entries and --pairs "
            f"{len(settings.pairs)}; write none where there are no boxes")
    for path in [*filter(None, settings.boxes), *settings.images]:
        if not pathlib.Path(path).is_file():
            raise UserError(f"{path}: no such file")
    stems = [pathlib.Path(path).stem for path in settings.images]
    if len(set(stems)) < len(stems):
        raise UserError("--images has one name twice; rename one of them")
    for folder in settings.pairs:
        found, _ = pairs.find_pairs(folder, split=settings.split)
        if not found:
            raise UserError(f"{folder}: holds no pairs of pictures")
    for model in models:
        name = settings.preset(model)
        preset = PRESETS[name]
        for stage in data_flags.stages():
            if stage.crop_size % preset.size_multiple:
                raise UserError(
                    f"crops of {stage.crop_size} pixels: preset '{name}' "
                    f"takes multiples of {preset.size_multiple}")


def _manifests():
    """The manifests of --records."""
    from ha_deblur.data import records
    return [manifest for manifest, _ in records.find(
        flags.FLAGS["records"].value)]


def _write(table, output, drawn):
    """Prints the table, and writes it as Markdown and JSON."""
    name = f"table{table['table']}"
    print(f"\n{markdown.scores(table)}\n")
    links = "\n".join(f"\n![{path.stem}]({path.relative_to(output)})"
                      for path in drawn)
    with whole_file.writing(output / f"{name}.md") as partial:
        partial.write_text(markdown.section(table) + links, "utf-8")
    whole_file.write_json(output / f"{name}.json", table)
    for path in (output / f"{name}.md", output / f"{name}.json", *drawn):
        print(path)
