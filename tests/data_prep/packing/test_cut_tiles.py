"""Tiles: every window of half a tile is in one; boxes are cut to them."""

import json

import numpy as np
import pytest
from PIL import Image

from data_prep.packing import cut_tiles
from ha_deblur.data import records


@pytest.mark.parametrize("length, tile, expected", [
    (1280, 512, [0, 256, 512, 768]),
    (720, 512, [0, 208]),
    (512, 512, [0]),
    (300, 512, [0]),
])
def test_tiles_begin_evenly_and_reach_the_end(length, tile, expected):
    assert cut_tiles.corners(length, tile) == expected


@pytest.mark.parametrize("length", range(65, 400, 13))
def test_every_window_of_half_a_tile_lies_in_a_tile(length):
    starts = cut_tiles.corners(length, 64)
    for left in range(length - 32 + 1):
        assert any(start <= left and left + 32 <= start + 64
                   for start in starts)


def test_boxes_are_cut_to_the_window_and_normalized_to_it():
    boxes = [[0.1, 0.2, 0.5, 0.6], [0.0, 0.0, 0.1, 0.1]]
    # rows 20 to 60 and columns 50 to 100 of 100x200
    assert cut_tiles.cut_boxes(boxes, (20, 50, 40, 50), (100, 200)) == [
        [0.0, 0.0, 0.75, 1.0]]


def test_tiles_have_their_own_pixels_boxes_and_names(
        command, hide_like, tmp_path):
    root, boxes = hide_like
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={root}", f"--boxes={boxes}", "--tile=80",
                   f"--output={tmp_path / 'out'}")
    assert done.returncode == 0, done.stderr
    found = list(records.read(tmp_path / "out"))
    # 96x128 in tiles of 80: from row 0 and 16, from column 0, 24 and 48.
    assert [r["name"].partition("@")[2] for r in found[:7]] == [
        "0,0", "24,0", "48,0", "0,16", "24,16", "48,16", "0,0"]
    tile = found[6 + 5]  # of picture 1, which has a box
    assert tile["name"] == "1fromGOPR1096.MP4.png@48,16"
    for key, folder in (("blurred", "train"), ("sharp", "GT")):
        pixels = np.asarray(Image.open(root / folder / tile["name"][:21]))
        np.testing.assert_array_equal(tile[key], pixels[16:96, 48:128])
    # x 20 to 50, y 16 to 76 of the picture
    np.testing.assert_allclose(
        tile["boxes"], [[0, 0, 60 / 80, 2 / 80]], rtol=1e-6)
    manifest = json.loads((tmp_path / "out/hide-train.json").read_text())
    assert (manifest["pairs"], manifest["pictures"]) == (36, 6)
    assert manifest["smallest"] == [80, 80]
