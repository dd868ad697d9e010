"""Plots of how many people there are, how tall, and where in the picture."""

from pathlib import Path

import numpy as np

from ha_deblur import whole_file
from ha_deblur.commandline import UserError

_SIZE = (8, 4.5)  # inches
_DPI = 150
_BAR, _MARK = "#3b6ea5", "#c0392b"
_CELLS = (18, 32)  # rows and columns of the heat map


def require(flag="--plots"):
    """Raises UserError if matplotlib, which `flag` needs, is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UserError(f"{flag} needs matplotlib; pip install "
                        "'.[plots]'") from error


def write(folder, images, crowded):
    """Writes people.png, box_heights.png and box_centres.png.

    Args:
      folder: made if it is absent.
      images: a list of annotated `Described`.
      crowded: more people than this are a crowd; marked in the first plot.

    Returns:
      The three paths.

    Raises:
      UserError: they can't be written.
    """
    boxes = np.concatenate(
        [np.zeros([0, 4]), *(image.people for image in images)])  # [n, 4]
    figures = {
        "people.png": _people([len(i.people) for i in images], crowded),
        "box_heights.png": _heights(boxes[:, 2] - boxes[:, 0]),
        "box_centres.png": _centres((boxes[:, :2] + boxes[:, 2:]) / 2),
    }
    folder = Path(folder)
    for name, figure in figures.items():
        with whole_file.writing(folder / name) as partial:
            figure.savefig(partial, format="png", dpi=_DPI)
    return [folder / name for name in figures]


def _axes(title, x_label, y_label):
    from matplotlib.figure import Figure

    axes = Figure(_SIZE, layout="constrained").subplots()
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _whole_numbers(axis):
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(
        integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))


def _people(counts, crowded):
    axes = _axes(
        f"People a picture: {sum(counts):,} in {len(counts):,} images",
        "people in the picture", "images")
    images = np.bincount(counts)
    axes.bar(np.arange(len(images)), images, width=0.9, color=_BAR)
    axes.axvline(crowded + 0.5, color=_MARK, linestyle="--",
                 label=f"crowded: more than {crowded}")
    axes.legend(frameon=False)
    _whole_numbers(axes.xaxis)
    _whole_numbers(axes.yaxis)
    return axes.figure


def _heights(heights):
    axes = _axes(f"Height of {len(heights):,} boxes",
                 "height of the box / height of the image", "boxes")
    axes.hist(heights, bins=np.linspace(0, 1, 41), color=_BAR, rwidth=0.9)
    if len(heights):
        median = np.median(heights)
        axes.axvline(median, color=_MARK, linestyle="--",
                     label=f"median: {median:.2f}")
        axes.legend(frameon=False)
    axes.set_xlim(0, 1)
    _whole_numbers(axes.yaxis)
    return axes.figure


def _centres(centres):
    axes = _axes(f"Centres of {len(centres):,} boxes",
                 "distance from the left / width of the image",
                 "distance from the top / height of the image")
    counts, *_ = np.histogram2d(
        *centres.T, bins=_CELLS, range=[[0, 1], [0, 1]])  # [rows, columns]
    image = axes.imshow(counts, extent=(0, 1, 1, 0), aspect="auto",
                        cmap="magma", vmin=0, vmax=max(1, counts.max()))
    bar = axes.figure.colorbar(image, label="boxes")
    _whole_numbers(bar.ax.yaxis)
    return axes.figure
