"""Eight views, turned back and averaged."""

import numpy as np
import pytest

from ha_deblur import Deblurrer
from ha_deblur.inference.self_ensemble import averaged, view
from ha_deblur.model.decoder import BRANCHES
from tests.conftest import random_model


def test_views_are_the_eight_flips_and_turns():
    image = np.arange(6).reshape(1, 2, 3, 1)
    views = {view(image, number).squeeze().tobytes() for number in range(8)}
    assert len(views) == 8
    np.testing.assert_array_equal(
        view(image, 0).squeeze(), [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(
        view(image, 4).squeeze(), [[2, 1, 0], [5, 4, 3]])
    np.testing.assert_array_equal(
        view(image, 1).squeeze(), [[2, 5], [1, 4], [0, 3]])


def test_results_are_turned_back_and_averaged():
    image = np.random.default_rng(0).random((1, 3, 5, 3)).astype(np.float32)
    mask = image[..., :1]

    def restore(images, mask):  # brightens each view's first row
        np.testing.assert_array_equal(mask, images[..., :1])
        yield "primary", 0, images[:, :1] + 1
        yield None
        yield "primary", 1, images[:, 1:]
        yield None

    *tiles, (name, top, rows) = averaged(restore, image, mask)
    assert tiles == [None] * (8 * 2)
    assert (name, top, rows.shape) == ("primary", 0, image.shape)
    # every edge was the first row twice in eight views, corners are on two
    expected = np.full([3, 5], 0.0)
    expected[[0, -1]] += 2 / 8
    expected[:, [0, -1]] += 2 / 8
    np.testing.assert_allclose(rows - image,
                               expected[None, ..., None].repeat(3, -1),
                               atol=1e-6)


@pytest.mark.usefixtures("unguarded")
def test_a_deblurrer_averages_what_it_makes_of_all_views(photos):
    model = random_model("mild", width=2, units_per_block=1, scales=1)
    for branch in BRANCHES:  # so that no value has to be clipped
        end = getattr(model.parts.decoder, branch)[-1].end
        end.kernel.assign(end.kernel * 0.001)
    image = np.uint8(64 + photos(40, 72) // 2)
    deblurrer = Deblurrer(model)
    calls = []
    mean = deblurrer.deblur(image, self_ensemble=True, progress=lambda *call:
                            calls.append(call))
    back = {1: 3, 3: 1}  # a quarter turn; the others undo themselves
    each = [view(deblurrer.deblur(view(image[None], number)[0]).sharp[None],
                 back.get(number, number))[0] for number in range(8)]
    assert np.abs(np.mean(each, axis=0) - mean.sharp).max() <= 1
    assert np.std(each, axis=0).max() > 1  # they differ
    assert calls == [(done, 8) for done in range(1, 9)]
