"""One picture of the blur of several data sets, to compare them by."""

import numpy as np

from data_prep.statistics import blur_estimate
from ha_deblur import whole_file

_SIZE = (11, 8)  # inches
_DPI = 130
# Degrees. Measured angles are 7.5 apart, from 0 on; each bin holds two.
_BINS = np.linspace(0, 180, 13) - 3.75
_HIGHEST_PSNR = 45  # dB; above, blur is hardly to be seen
_STYLES = ("-", "--", ":", "-.")  # of the lines once the ten colours are used
_LONGEST_LABEL = 40  # characters


def write(path, blurs):
    """Writes a PNG of four panels: motion, its direction, PSNR and detail.

    Args:
      path: of the file; its folder is made if it is absent.
      blurs: {label: `blur_statistics.Blur`}.

    Raises:
      UserError: it can't be written.
    """
    figure = draw(blurs)
    with whole_file.writing(path) as partial:
        figure.savefig(partial, format="png", dpi=_DPI)


def draw(blurs):
    """The matplotlib figure that `write` writes."""
    from matplotlib.figure import Figure

    figure = Figure(_SIZE, layout="constrained")
    figure.suptitle(
        "Blurred pictures against their sharp partners; dots are medians")
    (motion, direction), (psnr, detail) = figure.subplots(2, 2)
    lines = {label: {"color": f"C{i % 10}",
                     "linestyle": _STYLES[i // 10 % len(_STYLES)]}
             for i, label in enumerate(blurs)}
    for label, blur in blurs.items():
        _cumulate(motion, blur.lengths, lines[label])
        _cumulate(psnr, np.where(blur.psnr > _HIGHEST_PSNR, np.inf, blur.psnr),
                  lines[label])
        _cumulate(detail, blur.detail, lines[label])
        _directions(direction, blur.directions, lines[label])
    longest = blur_estimate.LONGEST
    _label(motion, "Length of motion while the shutter is open",
           f"motion of a square in pixels ({longest}: {longest} or more)",
           "squares that moved less")
    motion.set_xlim(0, longest)
    _label(direction, "Direction of motion",
           "angle in degrees (0: horizontal, 90: vertical, 45: rising)",
           "squares that moved 4 pixels or more")
    direction.set_xlim(_BINS[0], _BINS[-1])
    direction.set_xticks(np.arange(0, 180, 30))
    _label(psnr, "PSNR of the blurred picture",
           f"PSNR in dB (above {_HIGHEST_PSNR}: not drawn)",
           "pairs with a lower one")
    _label(detail, "Detail of the sharp picture",
           "mean gradient in gray levels a pixel", "pictures with less")
    _legend(figure, blurs, lines)
    return figure


def _label(axes, title, x_label, y_label):
    from matplotlib.ticker import PercentFormatter

    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)


def _cumulate(axes, values, style):
    """Draws which share of the values is smaller; a dot is the median."""
    finite = np.sort(values[np.isfinite(values)])
    axes.set_ylim(0, 1)
    if not len(finite):
        return
    # What is infinite lies right of all, so the curve ends lower.
    shares = np.arange(len(finite) + 1) / len(values)
    axes.step([finite[0], *finite], shares, where="post", **style)
    axes.plot([np.percentile(values, 50, method="nearest")], [0.5], "o",
              color=style["color"])


def _directions(axes, directions, style):
    """Draws which share of the squares moves in which direction."""
    counts, _ = np.histogram(directions, _BINS)
    axes.stairs(counts / max(1, len(directions)), _BINS, baseline=None,
                linewidth=1.5, **style)


def _legend(figure, blurs, lines):
    from matplotlib.lines import Line2D

    legend = figure.legend(
        [Line2D([], [], **style) for style in lines.values()],
        ["-"] * len(lines), loc="outside lower center", frameon=False,
        ncols=min(3, len(lines)))
    # Set afterwards, as a name: matplotlib hides labels that begin with "_"
    # and reads formulas between dollar signs.
    for text, (label, blur) in zip(legend.get_texts(), blurs.items()):
        text.set_parse_math(False)
        text.set_text(f"{_short(label)} ({len(blur.psnr):,} pairs)")


def _short(label):
    """Keeps the end of a label that is too long."""
    if len(label) <= _LONGEST_LABEL:
        return label
    return "..." + label[3 - _LONGEST_LABEL:]
