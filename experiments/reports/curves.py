"""The learning curves of a run, as SVG that takes the page's own colours."""

import io
import math
import re
import typing

import numpy as np

from ha_deblur.commandline import UserError

_SIZE = (6.4, 3.2)  # inches
_POINTS = 600  # a curve; of more, neighbours are averaged
_SMOOTH_FROM = 100  # points; such a curve also gets its running mean,
_SMOOTHED = 1 / 30  # over this share of them
# Legible on white and on black; in this order.
_COLOURS = ("#3f88c5", "#d9772b", "#3a9d6e", "#b565a7", "#c9a227", "#d64550")
_BARE = dict.fromkeys(["Creator", "Date", "Format", "Type"])  # no metadata
_INK = "#010203"  # stands for the text's colour, whatever that is


class Curves(typing.NamedTuple):
    """One plot.

    Attributes:
      title: its heading.
      unit: of the values.
      values: {label: (steps, values)}.
      log: whether the axis of values is logarithmic, if they span a decade.
      zero: whether it shows zero.
      noisy: whether a running mean is drawn over many values.
    """

    title: str
    unit: str
    values: dict
    log: bool = False
    zero: bool = False
    noisy: bool = False


def of_scalars(scalars):
    """All plots of a run's scalars; what is not known gets its own plot.

    Args:
      scalars: {tag: (steps, values)}, see `run_logs.RunLogs`.
    """
    def tagged(prefix):
        return {tag[len(prefix):]: values for tag, values in scalars.items()
                if tag.startswith(prefix)}

    losses = tagged("loss/")
    plots = [
        Curves("Losses", "mean over pixels and channels", {
            name: loss for name, loss in losses.items() if name != "skipped"
        }, log=True, noisy=True),
        Curves("Skipped steps, whose gradients overflowed", "share of steps",
               {"skipped": losses.get("skipped")}, zero=True),
        Curves("Gain on held-out patches", "PSNR over the blurred ones, dB",
               gains(scalars), zero=True),
        Curves("Attention on held-out patches", "intersection over union",
               {"IoU": scalars.get("validation/attention_iou")}),
        Curves("Learning rate", "of Adam",
               {"learning rate": scalars.get("learning_rate")}, zero=True),
        Curves("Steps", "a second",
               {"steps": scalars.get("steps_per_second")}, zero=True,
               noisy=True),
        Curves("Patches", "a second",
               {"patches": scalars.get("patches_per_second")}, zero=True,
               noisy=True),
        Curves("Waiting for data", "share of the time",
               {"waiting": scalars.get("data_wait")}, zero=True,
               noisy=True),
        Curves("GPU memory", "GB", tagged("gpu_memory_gb/"), zero=True),
    ]
    known = ("loss/", "validation/psnr/", "validation/attention_iou",
             "learning_rate", "steps_per_second", "patches_per_second",
             "data_wait", "gpu_memory_gb/")
    plots += [Curves(tag, "", {tag: values})
              for tag, values in scalars.items() if not tag.startswith(known)]
    for plot in plots:
        finite = {label: _finite(*values)
                  for label, values in plot.values.items() if values}
        found = {label: values for label, values in finite.items()
                 if values[0]}
        if found:
            yield plot._replace(values=found)


def gains(scalars):
    """{branch: (steps, PSNR less the blurred patches')}, primary first."""
    prefix = "validation/psnr/"
    blurred = dict(zip(*scalars.get(f"{prefix}blurred", ([], []))))
    found = {}
    for branch in ("primary", "foreground", "background"):
        steps, values = scalars.get(prefix + branch, ([], []))
        pairs = [(step, value - blurred[step])
                 for step, value in zip(steps, values) if step in blurred]
        if pairs:
            found[branch] = tuple(map(list, zip(*pairs)))
    return found


def require():
    """Raises UserError if matplotlib is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UserError("experiments.report draws with matplotlib; pip "
                        "install '.[plots]'") from error


def svg(curves, name):
    """A plot as an <svg> element.

    Args:
      curves: a Curves.
      name: begins all ids in it, so that several can be in one page.
    """
    import matplotlib
    from matplotlib.figure import Figure

    style = {"svg.fonttype": "none", "font.size": 10, "font.family":
             ["sans-serif"], "text.color": _INK, "axes.labelcolor": _INK,
             "axes.edgecolor": _INK, "xtick.color": _INK, "ytick.color": _INK,
             "grid.color": _INK, "grid.alpha": 0.15}
    with matplotlib.rc_context(style):
        figure = Figure(_SIZE, layout="constrained")
        axes = figure.subplots()
        for label, colour, (steps, values) in zip(
                curves.values, _COLOURS * 9, curves.values.values()):
            _draw(axes, label, colour, *_thinned(steps, values), curves.noisy)
        axes.set(xlabel="step", ylabel=curves.unit)
        every = np.concatenate([y for _, y in curves.values.values()])
        if curves.log and 0 < 10 * every.min() < every.max():
            axes.set_yscale("log")
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        axes.grid(True)
        axes.spines[["top", "right"]].set_visible(False)
        if curves.zero:
            axes.axhline(0, color=_INK, linewidth=0.8)
        if len(curves.values) > 1:
            figure.legend(loc="outside upper left", ncols=4, frameon=False,
                          columnspacing=1)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata=_BARE)
    text = file.getvalue()[file.getvalue().index("<svg"):]
    text = re.sub(r'( id="|href="#|url\(#)', rf"\1{name}-", text)
    return text.replace(_INK, "currentColor").replace(
        "<svg", '<svg aria-hidden="true"', 1)


def in_words(curves):
    """What a plot shows, for those who can't see it."""
    parts = []
    for label, (steps, values) in curves.values.items():
        parts.append(f"{label} from {values[0]:.4g} at step {steps[0]:,} to "
                     f"{values[-1]:.4g} at step {steps[-1]:,}")
    return f"{curves.title} ({curves.unit}): {'; '.join(parts)}."


def _finite(steps, values):
    kept = [i for i, value in enumerate(values) if math.isfinite(value)]
    return [steps[i] for i in kept], [values[i] for i in kept]


def _draw(axes, label, colour, steps, values, noisy):
    noisy = noisy and len(values) >= _SMOOTH_FROM
    axes.plot(steps, values, color=colour, label=None if noisy else label,
              alpha=0.3 if noisy else 1, linewidth=1 if noisy else 1.5,
              marker="o" if len(values) <= 30 else None, markersize=3)
    if noisy:
        width = int(len(values) * _SMOOTHED)
        means = np.convolve(values, np.ones(width) / width, "valid")
        axes.plot(steps[width // 2:][:len(means)], means, color=colour,
                  label=label)


def _thinned(steps, values):
    """At most _POINTS of a curve: means of neighbours."""
    parts = min(len(values), _POINTS)
    return [np.array([part.mean() for part in np.array_split(row, parts)])
            for row in (np.asarray(steps, float), np.asarray(values, float))]
