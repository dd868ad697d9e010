"""A table as JSON: its scores, and how each number was made.

    {"table": 3, "size": "small", "settings": {...}, "records": [...],
     "groups": {group: pictures}, "skipped": [...], "pictures": [...],
     "rows": [{"key", "title", "preset", "paper", "scores", "failure", "note",
               "training": [...], "evaluation": [...]}, ...]}

"scores" is {group: means of all metrics} or None; "paper" the same with "psnr"
and "ssim". "training" holds a dict for each run that the row comes from:
"what", "command", "steps", "hours", "devices", "versions", "revision".
"""

import json

from experiments.reports import score_table
from experiments.runs import provenance, run_logs
from experiments.tables import paper
from experiments.tables.plan import scoring_name, training_name
from experiments.tables.rows import MODELS
from experiments.tables.steps import journal_in
from ha_deblur.commandline import UserError


def gather(number, rows, settings, told, records, failures, notes):
    """The table, from what `steps.run_all` has made.

    Args:
      number: 3 or 4.
      rows: the `Row`s.
      settings: the `plan.Settings`.
      told: {name: value} of what the trainings have in common.
      records: manifests of the training records.
      failures: what `run_all` returned.
      notes: {model: what to tell of it}.
    """
    journal = journal_in(settings.output).done
    table = {
        "table": number, "size": settings.size,
        "settings": {
            "steps": settings.steps,
            "attention_steps": settings.attention_steps, **told},
        "records": [{key: manifest[key] for key in (
            "dataset", "split", "pairs")} for manifest in records],
        "groups": {}, "skipped": [], "rows": []}
    for row in rows:
        failure = _failure(row, settings, failures)
        entry = {
            "key": row.key, "title": row.title,
            "preset": settings.preset(row.model) if row.model else None,
            "paper": paper.SCORES[number].get(row.key), "scores": None,
            "failure": failure, "note": notes.get(row.model),
            "training": _trainings(row.model, settings, journal),
            "evaluation": [
                journal[name]["command"] for name in _scorings(row, settings)
                if name in journal]}
        if not failure:
            reports = [json.loads(settings.scores(row.key, i).read_text())
                       for i in range(len(settings.pairs))]
            entry["scores"] = scores_of(reports)
            table["groups"].update({
                group: mean["images"]
                for group, mean in entry["scores"].items()})
            table["skipped"] = sorted({*table["skipped"], *(
                line for report in reports for line in report["skipped"])})
        table["rows"].append(entry)
    return table


def scores_of(reports):
    """{group: {"images": n, metric: mean}} of all pictures of some reports.

    Args:
      reports: what `experiments.evaluate --json` wrote of one model, or of
        none, whose scores are then the blurry pictures'.
    """
    images = [row for report in reports for row in report["images"]]
    means = score_table.means(images)
    del means["overall"]
    return {group: {"images": mean["images"],
                    **mean.get("restored", mean["blurred"])}
            for group, mean in means.items()}


def _scorings(row, settings):
    return [scoring_name(row.key, i) for i in range(len(settings.pairs))]


def _failure(row, settings, failures):
    """Why a row has no scores, or None."""
    names = _scorings(row, settings)
    if row.model:
        names = [training_name("attention"), training_name(row.model), *names]
        if not MODELS[row.model].attention:
            names = names[1:]
    return next((failures[name] for name in names if name in failures), None)


def _trainings(model, settings, journal):
    if not model:
        return []
    steps = {model: settings.steps}
    if MODELS[model].attention:
        steps = {"attention": settings.attention_steps, **steps}
    return [{"what": what, "steps": steps[what],
             **_training(settings.run(what), journal[training_name(what)])}
            for what in steps if training_name(what) in journal]


def _training(run, entry):
    """How a run was made; hours of all its sessions."""
    sessions = provenance.sessions(run)
    last = sessions[-1] if sessions else {}
    git = last.get("git") or {}
    try:
        logged = run_logs.read(run).seconds
    except UserError:  # nothing is logged
        logged = 0
    return {
        "command": entry["command"],
        # A kill takes the journal's newest entry, and the logs lack the time
        # before the first losses.
        "hours": max(entry["seconds"], logged) / 3600,
        "devices": last.get("devices", []),
        "versions": last.get("versions", {}),
        "revision": git.get("revision"), "changed": git.get("dirty", False)}
