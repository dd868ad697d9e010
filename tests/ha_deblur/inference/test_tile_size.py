"""The tiles' sizes: bounded by memory, few on a GPU."""

import numpy as np
import pytest

from ha_deblur import presets
from ha_deblur.inference.tile_size import TileSize, bucket
from ha_deblur.inference.tiles import Tiling

PAPER = presets.get("paper")


def test_memory_by_hand():
    # 12 features of 32 channels of 4 bytes, and 100: 1,636 bytes a pixel
    size = TileSize(PAPER, memory=1636 * 10**6)
    assert size.of((1000, 1000)) == (1000, 1000)
    # two rows of tiles with 64 in common, rounded up to the grid of 8
    assert size.of((1008, 1000)) == (536, 1000)
    assert TileSize(PAPER, memory=1636 * 10**6, batch=4).pixels == 250_000


def test_a_tile_s_side_is_kept_to():
    size = TileSize(PAPER, tile=512)
    assert size.of((512, 96)) == (512, 96)
    assert size.of((2048, 512)) == (464, 512)  # 5 of 464 less 4 of 64: 2064
    assert TileSize(PAPER, tile=0).of((8000, 6000)) == (8000, 6000)
    assert TileSize(PAPER, tile=1).of((1920, 192)) == (192, 192)
    assert TileSize(PAPER, memory=0).of((1920, 192)) == (192, 192)


@pytest.mark.parametrize("few", [False, True])
@pytest.mark.parametrize("name", ["paper", "fast"])
def test_tiles_of_any_picture_lie_on_the_grid_and_overlap(name, few):
    preset = presets.get(name)
    generator = np.random.default_rng(0)
    for tile in (None, 1, 400, 1500):
        for _ in range(100):
            size = TileSize(preset, few, tile, memory=2**29)
            sides = size.padded(tuple(
                int(side) for side in np.exp(generator.uniform(0, 9, 2))))
            for _ in range(preset.scales):
                tiles = size.of(sides)
                tiling = Tiling.of(sides, tiles, size.grid, size.overlap)
                for whole, side, starts in zip(
                        sides, tiles, (tiling.tops, tiling.lefts)):
                    assert side % size.grid == 0 and side <= whole
                    assert all(b - a <= side - size.overlap
                               for a, b in zip(starts, starts[1:]))
                if tile is None:
                    assert tiles[0] * tiles[1] <= size.pixels
                sides = tuple(side // 2 for side in sides)


def test_buckets_by_hand():
    assert [bucket(number) for number in (1, 7, 8, 9, 11, 17, 23, 33)] == [
        1, 7, 8, 10, 12, 20, 24, 40]


def test_a_folder_of_mixed_photos_has_few_sizes_on_a_gpu():
    generator = np.random.default_rng(0)
    size = TileSize(PAPER, few=True, memory=2**31)
    found, needed = set(), set()
    for height, width in generator.integers(700, 6000, [1000, 2]):
        found.add(size.of(size.padded((int(height), int(width)))))
        one = TileSize(PAPER, memory=2**31)
        needed.add(one.of(one.padded((int(height), int(width)))))
    assert len(found) <= 25 < 500 < len(needed)
