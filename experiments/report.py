"""Writes one HTML page about a training run, readable without TensorBoard.

    python -m experiments.report --run=runs/paper

The page shows the latest numbers, the learning curves, held-out patches at
several steps, the configuration, and the run's provenance. It is a single,
self-contained file: mail it, or keep it with the run. The run may still be
training. Needs matplotlib (`pip install .[plots]`).
"""

import json
import pathlib

import numpy as np
from absl import flags

from experiments.reports import curves, page
from experiments.runs import provenance, run_logs
from experiments.runs.duration import duration
from ha_deblur import commandline, whole_file
from ha_deblur.commandline import UserError

_RUN = flags.DEFINE_string(
    "run", None, "Run directory of experiments.train or "
    "experiments.pretrain_attention.", required=True)
_OUTPUT = flags.DEFINE_string(
    "output", None, "HTML file to write; report.html in --run if not given.")

# Number formats of the curves that are summarized by their median.
_MEDIANS = {"steps_per_second": ".3f", "patches_per_second": ".1f",
            "data_wait": ".1%"}
_SHOWN = 4  # steps whose panels are shown: the newest and older ones


def main(_):
    """Runs the command; returns its exit code."""
    run = pathlib.Path(_RUN.value)
    curves.require()
    settings = _settings(run)
    sessions = provenance.sessions(run)
    logs = run_logs.read(run)
    output = pathlib.Path(_OUTPUT.value or run / "report.html")
    html = page.whole(
        f"{run.resolve().name}: a training run",
        _facts(logs, settings, sessions),
        ("Newest numbers", _numbers(logs.scalars)),
        ("Curves", page.side_by_side(curves.of_scalars(logs.scalars))),
        ("Held-out patches", _panels(logs.panels)),
        ("Configuration", page.table(
            None, [[name, _shown(value)] for name, value in
                   sorted(settings.items())])),
        ("Where it comes from", _origin(sessions)))
    with whole_file.writing(output) as partial:
        partial.write_text(html)
    print(f"{output}: {output.stat().st_size / 1e6:.1f} MB")


def _settings(run):
    path = run / "training.json"
    try:
        return dict(json.loads(path.read_text()))
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(
            f"{run} is no run: it has no {path.name}; give the --run of "
            "experiments.train or experiments.pretrain_attention") from None
    except (ValueError, TypeError, OSError):
        raise UserError(f"{path} is damaged; run the training command again "
                        "to rewrite it") from None


def _facts(logs, settings, sessions):
    """The most important facts, in one line."""
    step = max(steps[-1] for steps, _ in logs.scalars.values())
    of = f" of {settings['steps']:,}" if settings.get("steps") else ""
    facts = [f"step {step:,}{of}", f"preset {settings.get('preset')}",
             f"{duration(logs.seconds)} of training"]
    if sessions:
        last = sessions[-1]
        facts += [", ".join(last["devices"]), f"last started {last['date']}"]
    return " · ".join(facts)


def _numbers(scalars):
    """A table of the latest and the best measurements."""
    rows = []
    for tag in sorted(scalars, key=lambda tag: "validation/" not in tag):
        steps, values = scalars[tag]
        if tag.startswith("validation/") or tag == "loss/total":
            better = min if "loss" in tag else max
            best, step = better(
                (pair for pair in zip(values, steps) if np.isfinite(pair[0])),
                default=(np.nan, steps[-1]))
            rows.append([_called(tag), (values[-1], ".4f"), (best, ".4f"),
                         (step, ",")])
        elif tag in _MEDIANS:
            rows.append([f"{_called(tag)}, median",
                         (np.median(values), _MEDIANS[tag]), "", ""])
    return page.table(["", "newest", "best", "at step"], rows)


def _called(tag):
    """A curve's name in plain words."""
    unit = ", dB" if "psnr" in tag else ""
    words = tag.replace("validation/", "held-out ").replace("psnr", "PSNR")
    return words.replace("iou", "IoU").replace("/", " ").replace(
        "_", " ") + unit


def _panels(files):
    steps = sorted(files)
    shown = {steps[i] for i in np.linspace(
        0, len(steps) - 1, min(len(steps), _SHOWN)).round().astype(int)}
    return page.panels({
        step: run_logs.panels_of(files[step], step) for step in shown})


def _origin(sessions):
    """A table for each session, with the flags changed since the one before."""
    parts, before = [], None
    for number, session in enumerate(sessions, 1):
        git = session["git"]
        state = "not known" if git is None else (
            git["revision"] + (", with changes" if git["dirty"] else ""))
        rows = [
            ["started", session["date"]], ["command", session["command"]],
            ["git revision", state],
            ["device", ", ".join(session["devices"])],
            ["versions", ", ".join(
                f"{name} {version}" for name, version in
                session["versions"].items())],
            ["seed", _shown(session["flags"].get("seed"))]]
        if before is not None:
            rows.append(["changed flags", _changes(before, session["flags"])])
        parts.append(f"<h3>Session {number} of {len(sessions)}</h3>\n"
                     + page.table(None, rows))
        before = session["flags"]
    return "\n".join(parts)


def _changes(before, after):
    """The flags that had other values in the session before."""
    return "; ".join(
        f"{name}: {_shown(before.get(name))} → {_shown(after.get(name))}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)) or "none"


def _shown(value):
    if value is None:
        return "not given"
    return ", ".join(map(str, value)) if isinstance(value, list) else value


if __name__ == "__main__":
    commandline.run(main)
