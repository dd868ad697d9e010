"""Figs. 5 and 6: what they show, and where."""

import numpy as np

from experiments.tables import figures


def test_the_part_enlarged_is_where_most_attention_is():
    attention = np.zeros([60, 90], np.uint8)
    attention[30:50, 50:80] = 255
    assert figures.detail(attention) == (30, 50, 20, 30)


def test_a_figure_shows_panels_in_their_colours_and_the_part_below():
    panels = {"red": np.zeros([300, 300, 3], np.uint8),
              "grey": np.full([300, 300], 90, np.uint8)}
    panels["red"][..., 0] = 200
    panels["red"][200:, :100] = (0, 0, 200)
    drawn = np.asarray(figures.montage(panels, (200, 0, 100, 100)))
    assert drawn.shape == (300 + 6 + 300 + 30, 300 + 6 + 300, 3)
    assert (drawn[100, 150] == (200, 0, 0)).all()
    assert (drawn[450, 150] == (0, 0, 200)).all()  # the part
    assert (drawn[100, 450] == (90, 90, 90)).all()
    assert drawn[-25:, :300].min() < 100  # a caption
