"""Training goes on from a checkpoint that another TensorFlow has written."""

import numpy as np
import pytest

from tests.ha_deblur.training.both_tensorflows.make import BEFORE, FOLDER, Run


@pytest.fixture(scope="module")
def unbroken():
    """A run, and its next loss, weights and averages."""
    run = Run()
    run.train(BEFORE)
    return run, run.train(2), values(run)


def values(run):
    return [*run.model.get_weights(), *(a.numpy() for a in
                                        run.average.averages)]


@pytest.mark.parametrize("written_by", ["2-15", "2-21"])
def test_goes_on_as_if_it_had_never_stopped(unbroken, written_by):
    run, loss, expected = unbroken
    assert run.checkpoints(FOLDER / written_by).restore() == BEFORE
    assert run.train(2) == pytest.approx(loss, rel=1e-4)
    for ours, theirs in zip(values(run), expected):
        np.testing.assert_allclose(ours, theirs, atol=1e-3)
