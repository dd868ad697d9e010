"""Commands that run one after another, and not again if they are done.

A journal beside their results records which command made each.
"""

import pathlib
import shlex
import subprocess
import sys
import time
import typing

from ha_deblur.commandline import UserError
from ha_deblur.journal import Journal
from ha_deblur.training.stop_signals import StopSignals

JOURNAL = "commands.jsonl"
_STOPPED = (130, 143)  # by SIGINT or SIGTERM, see docs/clusters.md


class Step(typing.NamedTuple):
    """One command.

    Attributes:
      name: what it is for, such as "full: training".
      module: that `python -m` runs.
      flags: {name: value}; None is left out.
      makes: the file that it writes last.
      needs: names of steps that must have succeeded before it.
      goes_on: whether it goes on with what an earlier start of it has done,
        which must then have been the same command.
      arguments: positional ones, before the flags.
      done_codes: exit codes with which it has made what it should.
    """

    name: str
    module: str
    flags: dict
    makes: pathlib.Path
    needs: tuple = ()
    goes_on: bool = False
    arguments: tuple = ()
    done_codes: tuple = (0,)

    @property
    def command(self):
        """The command line, as it can be given again in a checkout."""
        return shlex.join(["python", *self.words])

    @property
    def words(self):
        """What comes after the interpreter's name."""
        return ["-m", self.module, *map(str, self.arguments),
                *(_flag(name, value) for name, value in self.flags.items()
                  if value is not None)]


def run_all(steps, folder):
    """Runs the steps in their order, without those that are done.

    A step that fails, and what needs it, is left out; the others are run.

    Args:
      steps: `Step`s, each after those that it needs.
      folder: where the journal is kept; made if absent.

    Returns:
      {step's name: why it failed}.

    Raises:
      UserError: a step would resume what a different command has started.
      SystemExit: SIGTERM or SIGINT stopped a step, to which it was passed on.
    """
    journal = journal_in(folder)
    for step in steps:
        _refuse_another_command(step, journal)
    made = {step.name: step.makes for step in steps}
    failures = {}
    for number, step in enumerate(steps, 1):
        heading = f"\n== {number}/{len(steps)} {step.name}"
        missing = [name for name in step.needs if name in failures]
        if missing:
            failures[step.name] = f"needs '{missing[0]}', which failed"
        elif _is_done(step, journal, [made[name] for name in step.needs]):
            print(f"{heading}: done before", flush=True)
        else:
            print(f"{heading}\n{step.command}", flush=True)
            code = _run(step, journal)
            if code not in step.done_codes:
                failures[step.name] = (
                    f"{step.command} ended with exit code {code}")
    return failures


def journal_in(folder):
    """The journal of the steps in a folder.

    Its `done` is {step's name: {"command", "seconds" of all its starts,
    "exit_code"}}. If it is removed, all is begun again but for the trainings.

    Raises:
      UserError: it is damaged.
    """
    return Journal(pathlib.Path(folder) / JOURNAL, {})  # entries tell flags


def _refuse_another_command(step, journal):
    before = journal.done.get(step.name, {}).get("command", step.command)
    begun = step.goes_on and step.makes.parent.exists()
    if not begun or before == step.command:
        return
    old, new = (set(shlex.split(text)) for text in (before, step.command))
    raise UserError(
        f"{step.makes.parent} was begun with {' '.join(sorted(old - new))}"
        f" in place of {' '.join(sorted(new - old))}; give the same flags, or "
        "another --output")


def _is_done(step, journal, needed):
    entry = journal.done.get(step.name, {})
    if (entry.get("command") != step.command
            or entry.get("exit_code") not in step.done_codes
            or not step.makes.exists()):
        return False
    written = step.makes.stat().st_mtime
    return all(path.exists() and path.stat().st_mtime <= written
               for path in needed)


def _run(step, journal):
    """Runs a step, keeps the journal, returns the exit code."""
    before = journal.done.get(step.name, {}).get("seconds", 0) if (
        step.goes_on) else 0
    entry = {"command": step.command, "seconds": before, "exit_code": None}
    journal.add(step.name, entry)
    begun = time.monotonic()
    with StopSignals() as signals:
        entry["exit_code"] = _wait(
            subprocess.Popen([sys.executable, *step.words]), signals)
    entry["seconds"] = before + time.monotonic() - begun
    journal.add(step.name, entry)
    if signals.received or entry["exit_code"] in _STOPPED:
        print(f"stopped in '{step.name}'; the same command goes on from there",
              file=sys.stderr)
        sys.exit(entry["exit_code"] or 128 + signals.received)
    return entry["exit_code"]


def _wait(child, signals):
    """The exit code of a child, which gets the signals that came here."""
    told = False
    while True:
        try:
            code = child.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            if signals.received and not told:
                # A Ctrl-C reaches the child by itself: it would be a second.
                told = True
                if signals.received.name == "SIGTERM":
                    child.terminate()
            continue
        return code if code >= 0 else 128 - code


def _flag(name, value):
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no{name}"
    if isinstance(value, (list, tuple)):
        value = ",".join(map(str, value))
    return f"--{name}={value}"
