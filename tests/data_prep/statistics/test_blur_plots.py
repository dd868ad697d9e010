"""blur_plots: what is drawn, and for whom."""

import math
import warnings

import numpy as np
import pytest
from PIL import Image

from data_prep.statistics import blur_plots
from data_prep.statistics.blur_statistics import Blur
from ha_deblur.commandline import UserError

pytest.importorskip("matplotlib", reason="plots are an extra")


def _blur(psnr, lengths, directions=()):
    return Blur(len(psnr), np.array(psnr, float),
                np.arange(len(psnr), dtype=float),
                np.array(lengths, float), np.array(directions, float))


def _curve(axes):
    """The points of the first curve: (values, shares)."""
    line = axes.get_lines()[0]
    return line.get_xdata().tolist(), line.get_ydata().tolist()


def test_curves_are_shares_of_what_was_measured():
    figure = blur_plots.draw(
        {"a": _blur([30, 20, math.inf, 99], [8, 0], [0, 7.5, 90, 172.5])})
    motion, direction, psnr, detail = figure.axes
    assert _curve(motion) == ([0, 0, 8], [0, 0.5, 1])
    assert _curve(psnr) == ([20, 20, 30], [0, 0.25, 0.5])  # above 45: not
    assert _curve(detail)[0] == [0, 0, 1, 2, 3]
    shares = direction.patches[0].get_data().values
    assert shares.tolist() == [0.5, 0, 0, 0, 0, 0, 0.25, 0, 0, 0, 0, 0.25]


def test_axes_have_units_and_sets_their_colours():
    names = ["a", "_b", "$c$d$", "e" * 50]
    figure = blur_plots.draw({name: _blur([20], [8]) for name in names})
    labels = [axes.get_xlabel() for axes in figure.axes]
    for label, unit in zip(labels, ("pixels", "degrees", "dB", "levels")):
        assert unit in label
    legend, = figure.legends
    told = [text.get_text() for text in legend.get_texts()]
    assert told[:3] == ["a (1 pairs)", "_b (1 pairs)", "$c$d$ (1 pairs)"]
    assert told[3] == "..." + 37 * "e" + " (1 pairs)"
    assert len({line.get_color() for line in legend.get_lines()}) == 4


def test_writes_a_png_without_a_warning(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        blur_plots.write(tmp_path / "new" / "blur.png", {
            "a$b$\\x": _blur([20, 25], [8, 20, 60], [30, 60]),
            "still": _blur([math.inf], [])})
    with Image.open(tmp_path / "new" / "blur.png") as image:
        assert image.format == "PNG" and image.width >= 1000
        assert np.asarray(image.convert("L")).std() > 5


def test_a_plot_that_cannot_be_written_is_a_user_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="can't be written"):
        blur_plots.write(tmp_path / "file" / "a.png", {"a": _blur([20], [])})
