"""The Markov random field of Sun et al."""

import sys

import numpy as np
import pytest

from experiments.baselines import motion_field
from experiments.baselines.motion_kernels import vectors
from ha_deblur.commandline import UserError

# horizontal motions of 0, 4 and 20 pixels, and 4 pixels downwards
VECTORS = np.array([[0, 0], [4, 0], [20, 0], [0, 4]], float)


def _sure_of(labels, certainty=0.9):
    rest = (1 - certainty) / (len(VECTORS) - 1)
    return np.where(labels[..., None] == np.arange(len(VECTORS)), certainty,
                    rest)


def _labels():
    labels = np.ones([6, 8], int)
    labels[:, 4:] = 2
    return labels


def test_one_wrong_patch_is_smoothed_away_and_a_true_edge_kept():
    pytest.importorskip("maxflow")
    wrong = _labels()
    wrong[3, 1] = 3
    # To keep the wrong one costs 4 x 0.3 x min(5.66, 4) = 4.8; to change it
    # log(0.9 / 0.033) = 3.3. To change the right half costs far more than
    # the edge.
    field = motion_field.most_probable_field(
        _sure_of(wrong), VECTORS, smoothness=0.3, truncation=4.0)
    np.testing.assert_array_equal(field, VECTORS[_labels()])
    # with less smoothness it stays: 4 x 0.1 x 4 = 1.6 < 3.3
    field = motion_field.most_probable_field(
        _sure_of(wrong), VECTORS, smoothness=0.1, truncation=4.0)
    np.testing.assert_array_equal(field, VECTORS[wrong])


def test_the_library_says_nothing(caplog):
    pytest.importorskip("maxflow")
    caplog.set_level("INFO")
    motion_field.most_probable_field(_sure_of(_labels()), VECTORS, 0.1, 4.0)
    assert not caplog.records


def test_motions_are_as_far_apart_as_they_blur_differently():
    distances = motion_field._distances(
        np.array([[4.0, 0], [-4, 0], [0, 3], [0, 0]]))
    np.testing.assert_allclose(distances, [
        [0, 0, 5, 4], [0, 0, 5, 4], [5, 5, 0, 3], [4, 4, 3, 0]])
    # 0 and 174 degrees are neighbours
    distances = motion_field._distances(vectors(6))
    length_25 = distances[-30:, -30:]
    assert np.isclose(length_25[0, 29], 2 * 24 * np.sin(np.radians(3)))


def test_the_distance_of_motions_is_a_metric():
    distances = motion_field._distances(vectors())
    through = (distances[:, :, None] + distances[None]).min(1)
    assert (distances <= through + 1e-9).all()


def test_without_the_library_one_line_names_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "maxflow", None)
    with pytest.raises(UserError, match=r"pip install .*\[baselines\]"):
        motion_field.max_flow_library()
