"""The flags that a run directory keeps, and whether a run can resume."""

import json
import pathlib
import sys

from experiments.runs import provenance
from ha_deblur import whole_file
from ha_deblur.commandline import UserError

SETTINGS = "training.json"
_NOT_COMPARED = ("run", "resume", "dry_run")  # don't affect the training


def check(run, flags):
    """Checks that a run can start or resume with these flags.

    Args:
      run: the run directory; may be absent.
      flags: {name: value} of the training command.

    Raises:
      UserError: the run exists and --noresume was given, or it trains another
        preset, or lacks the averages or the loss scale to resume with, or a
        file in it is damaged.
    """
    run = pathlib.Path(run)
    provenance.sessions(run)
    if not ((run / "checkpoints").exists() and (run / SETTINGS).exists()):
        return
    if not flags["resume"]:
        raise UserError(
            f"{run} holds a training already; give another --run, or "
            "leave out --noresume to resume it")
    before = settings_before(run)
    if before.get("preset") != flags["preset"]:
        raise UserError(
            f"{run} trains the preset '{before.get('preset')}'; give "
            f"--preset={before.get('preset')} or another --run")
    if flags["ema"] and not before.get("ema"):
        raise UserError(
            f"{run} has been trained without --ema; leave it out, or "
            "give another --run")
    if (flags["precision"] == "mixed_float16"
            and before.get("precision") != "mixed_float16"):
        raise UserError(
            f"{run} has been trained in another --precision and has no "
            "loss scale; give mixed_bfloat16, or another --run")


def settings_before(run):
    """The flags of a run's last session; {} if it has no training.json.

    Raises:
      UserError: the file is damaged.
    """
    path = pathlib.Path(run) / SETTINGS
    try:
        settings = json.loads(path.read_text())
        if not isinstance(settings, dict):
            raise ValueError
        return settings
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise UserError(
            f"{path} is damaged; remove it, and give the same flags as before "
            "to resume the run") from None


def tell_changes(run, flags):
    """Reports on stderr which flags differ from those of the resumed run."""
    before = settings_before(run)
    if not before or not (pathlib.Path(run) / "checkpoints").exists():
        return
    changes = [
        f"--{name} {_shown(before[name])} -> {_shown(value)}"
        for name, value in flags.items()
        if name not in _NOT_COMPARED and before.get(name, value) != value]
    if changes:
        print(f"{run} goes on with other flags: {', '.join(changes)}",
              file=sys.stderr)


def keep_settings(run, flags):
    """Writes the flags to training.json, and this session beside it."""
    provenance.add_session(run, flags)
    whole_file.write_json(pathlib.Path(run) / SETTINGS, flags)


def _shown(value):
    if value is None:
        return "not given"
    return ",".join(map(str, value)) if isinstance(value, list) else value
