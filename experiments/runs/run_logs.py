"""A run's TensorBoard event files, read without its web server."""

import pathlib
import re
import typing

from ha_deblur.commandline import UserError

_PANELS = "validation/panels"


class RunLogs(typing.NamedTuple):
    """The curves of a run.

    Attributes:
      scalars: {tag: ([step, ...], [value, ...])}, in ascending steps.
      panels: {step: the file that holds the validation panels of that step}.
      seconds: duration of training, summed over all sessions.
    """

    scalars: dict
    panels: dict
    seconds: float


def read(run):
    """The RunLogs of a run directory.

    A killed run resumes from a checkpoint and so logs some steps twice; the
    later values count.

    Raises:
      UserError: nothing has been logged.
    """
    rows, panels, seconds = {}, {}, 0.0
    for path in sorted((pathlib.Path(run) / "logs").glob("*tfevents*"),
                       key=_when_made):
        first, new_rows, new_panels, times = None, {}, {}, []
        for time, step, tag, tensor in _values(path):
            first = step if first is None else first
            times.append(time)
            if tag == _PANELS:
                new_panels[step] = path
            else:
                new_rows.setdefault(tag, {})[step] = tensor.item()
        if first is None:
            continue
        panels = {**_before(first, panels), **new_panels}
        for tag in {**rows, **new_rows}:
            rows[tag] = {**_before(first, rows.get(tag, {})),
                         **new_rows.get(tag, {})}
        seconds += times[-1] - times[0]
    if not rows:
        raise UserError(f"{run}: nothing is logged yet in {run}/logs; the "
                        "first numbers come after 20 steps")
    scalars = {tag: (list(values), list(values.values()))
               for tag, values in rows.items() if values}
    return RunLogs(scalars, panels, seconds)


def _when_made(path):
    """Its name, in which TensorFlow counts seconds and then its writers."""
    return [int(part) if part.isdigit() else part
            for part in re.split(r"(\d+)", path.name)]


def panels_of(path, step):
    """The validation panels of a step, as the bytes of PNG files."""
    for _, found, tag, tensor in _values(path):
        if tag == _PANELS and found == step:
            return list(tensor[2:])  # the first two are width and height
    return []


def _before(step, values):
    return {key: value for key, value in values.items() if key < step}


def _values(path):
    """Yields (seconds, step, tag, array); stops where a file is truncated."""
    from tensorboard.backend.event_processing.event_file_loader import (
        EventFileLoader,
    )
    from tensorboard.util.tensor_util import make_ndarray
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            plugin = value.metadata.plugin_data.plugin_name
            if plugin in ("scalars", "images"):
                yield (event.wall_time, event.step, value.tag,
                       make_ndarray(value.tensor))
