"""Tiles cover a picture, and blending them gives it back."""

import numpy as np
import pytest

from ha_deblur.inference.tiles import Blend, Tiling, weights


def test_weights_of_two_tiles_by_hand():
    # 12 wide, tiles of 8 at 0 and 4, overlap 4: the outer pixel of an overlap
    # counts nothing, the middle two share it 1/4 to 3/4
    first, second = weights(12, (0, 4), 8, 4)
    np.testing.assert_allclose(first, [1, 1, 1, 1, 1, .75, .25, 0])
    np.testing.assert_allclose(second, [0, .25, .75, 1, 1, 1, 1, 1])


@pytest.mark.parametrize("size, tile, overlap", [
    (96, 96, 16), (104, 48, 16), (1000, 192, 64), (2048, 256, 64),
    (96, 40, 32)])  # in the last one, three tiles overlap in places
def test_weights_sum_to_one_everywhere(size, tile, overlap):
    tiling = Tiling.of((size, size), (tile, tile), 8, overlap)
    assert tiling.tops[0] == 0 and tiling.tops[-1] == size - tile
    total = np.zeros(size)
    for top, weight in zip(tiling.tops,
                           weights(size, tiling.tops, tile, overlap)):
        assert top % 8 == 0 and weight.min() >= 0
        total[top:top + tile] += weight
    np.testing.assert_allclose(total, 1, atol=1e-6)
    assert all(below <= above + tile - overlap
               for above, below in zip(tiling.tops, tiling.tops[1:]))


@pytest.mark.parametrize("factor", [1, 4])
def test_blended_tiles_of_a_picture_are_the_picture(factor):
    tiling = Tiling.of((104, 160), (48, 56), 8, 16)
    assert len(tiling) == len(list(tiling)) == 3 * 4
    picture = np.random.default_rng(0).random(
        [2, 104 // factor, 160 // factor, 3]).astype(np.float32)
    found = np.full_like(picture, np.nan)
    tops = []

    blend = Blend(tiling)
    for place in tiling:
        complete = blend.add(place, tiling.cut(picture, place))
        if complete is not None:
            top, rows = complete
            tops.append(top)
            those = found[:, top:top + rows.shape[1]]
            assert np.isnan(those).all()  # only once
            those[:] = rows
    np.testing.assert_allclose(found, picture, atol=1e-6)
    assert tops == [top // factor for top in tiling.tops]
