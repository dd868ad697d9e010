"""What a run has written for TensorBoard, read without TensorBoard."""

import pathlib
import typing

from ha_deblur.commandline import UserError

_PANELS = "validation/panels"


class RunLogs(typing.NamedTuple):
    """The curves of a run.

    Attributes:
      scalars: {tag: ([step, ...], [value, ...])}, steps growing.
      panels: {step: the file that holds the validation panels of that step}.
      seconds: of training, all sessions together.
    """

    scalars: dict
    panels: dict
    seconds: float


def read(run):
    """The RunLogs of a run directory.

    A run that was killed went on from a checkpoint, and so has some steps
    twice: what counts is what was written later.

    Raises:
      UserError: there is nothing in it.
    """
    rows, panels, seconds = {}, {}, 0.0
    # Names begin with the time at which they were made.
    for path in sorted((pathlib.Path(run) / "logs").glob("*tfevents*")):
        begun, new_rows, new_panels, times = None, {}, {}, []
        for time, step, tag, tensor in _values(path):
            begun = step if begun is None else begun
            times.append(time)
            if tag == _PANELS:
                new_panels[step] = path
            else:
                new_rows.setdefault(tag, {})[step] = tensor.item()
        if begun is None:
            continue
        panels = {**_before(begun, panels), **new_panels}
        for tag in {**rows, **new_rows}:
            rows[tag] = {**_before(begun, rows.get(tag, {})),
                         **new_rows.get(tag, {})}
        seconds += times[-1] - times[0]
    if not rows:
        raise UserError(f"{run}: nothing is logged yet in {run}/logs; the "
                        "first numbers come after 20 steps")
    scalars = {tag: (list(values), list(values.values()))
               for tag, values in rows.items() if values}
    return RunLogs(scalars, panels, seconds)


def panels_of(path, step):
    """The validation panels of a step, as the bytes of PNG files."""
    for _, found, tag, tensor in _values(path):
        if tag == _PANELS and found == step:
            return list(tensor[2:])  # width and height go before
    return []


def _before(step, values):
    return {key: value for key, value in values.items() if key < step}


def _values(path):
    """Yields (seconds, step, tag, array); stops where a file is cut short."""
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
