"""blur_statistics: values worked out by hand, and pairs that can't be used."""

import json
import math

import numpy as np
import pytest
from PIL import Image

from data_prep.statistics import blur_statistics
from data_prep.statistics.blur_statistics import Blur
from ha_deblur.annotations import pairs


def _texture(height=136, width=200, seed=0):
    coarse = np.random.default_rng(seed).integers(
        60, 200, (height // 4, width // 4, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height)))


def _averaged(sharp, pixels):
    """Moved by so many pixels to the right while the shutter is open."""
    half = pixels // 2
    return np.mean([np.roll(sharp, shift, axis=1) for shift in range(
        -half, half + 1)], axis=0).round().astype(np.uint8)


@pytest.fixture
def measure(tmp_path):
    """Measures {name: (blurred, sharp)} pictures: (Blur, problems)."""
    def run(pictures, most=40):
        for name, both in pictures.items():
            for folder, picture in zip(("blur", "sharp"), both):
                path = tmp_path / "set" / folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(picture, bytes):
                    path.write_bytes(picture)
                else:
                    Image.fromarray(picture).save(path)
        return blur_statistics.measure(
            pairs.find_pairs(tmp_path / "set")[0], most, "set")
    return run


def _blur(psnr, lengths=()):
    return Blur(len(psnr), np.array(psnr, float), np.ones(len(psnr)),
                np.array(lengths, float), np.array([]))


def test_motion_of_every_pair(measure):
    blur, problems = measure({
        f"{pixels}.png": (_averaged(_texture(), pixels), _texture())
        for pixels in (0, 2, 8, 24)})
    assert problems == [] and blur.pairs == 4
    # Squares of "0", "2", "24" and "8", two to each.
    assert blur.lengths.tolist() == pytest.approx(
        [0, 0, 2, 2, 24, 24, 8, 8], abs=0.1)
    assert blur.directions.tolist() == [0, 0, 0, 0]  # of 24 and 8 pixels
    assert blur.psnr[0] == math.inf
    assert 15 < blur.psnr[2] < blur.psnr[3] < blur.psnr[1]


def test_psnr_and_detail_are_as_worked_out_by_hand(measure):
    ramp = np.broadcast_to(np.arange(20, 220)[:, None, None], (200, 200, 3))
    ramp = ramp.astype(np.uint8)  # one level a row
    blur, problems = measure({"a.png": (ramp + np.uint8(10), ramp)})
    assert problems == []
    assert blur.psnr[0] == pytest.approx(20 * math.log10(25.5))
    assert blur.detail[0] == pytest.approx(1, abs=0.02)
    assert len(blur.lengths) == 0  # structure in one direction alone


def test_flat_and_gray_pictures_are_measured(measure):
    flat = np.full([150, 150], 90, np.uint8)
    blur, problems = measure({"a.png": (flat, flat)})
    assert problems == []
    assert blur.psnr.tolist() == [math.inf] and blur.detail.tolist() == [0]
    assert len(blur.lengths) == 0


def test_names_pairs_that_cannot_be_measured(measure):
    deep = np.full([150, 150], 40000, np.uint16)
    blur, problems = measure({
        "a.png": (_texture(), _texture()),
        "b.png": (_texture(), _texture(140)),
        "c.png": (_texture(), b"no picture"),
        "d.png": (_texture(40, 135), _texture(40, 135)),
        "e.png": (deep, deep)})
    assert (blur.pairs, len(blur.psnr)) == (5, 1)
    assert len(problems) == 4
    assert "b.png: is 200x136, but its partner" in problems[0]
    assert "c.png: can't be read as an image" in problems[1]
    assert "d.png: is 135x40, too small" in problems[2]
    assert "136 pixels a side" in problems[2]
    assert "e.png: has more than 8 bits" in problems[3]


def test_most_pairs_are_spread_evenly(measure):
    assert blur_statistics.spread(list(range(10)), 4) == [0, 3, 6, 9]
    assert blur_statistics.spread([1, 2], 4) == [1, 2]
    assert blur_statistics.spread([1, 2, 3], 1) == [1]
    blur, _ = measure({f"{i}.png": (_texture(), _texture())
                       for i in range(3)}, most=2)
    assert (blur.pairs, len(blur.psnr)) == (3, 2)


def test_summary_of_identical_pictures_is_infinite():
    row = blur_statistics.summary(_blur([20, 24, math.inf, 22, 26]))["PSNR"]
    assert row == {"n": 5, "mean": 23, 5: 20, 25: 22, 50: 24, 75: 26,
                   95: math.inf}


def test_json_has_no_infinity():
    written = blur_statistics.as_json(_blur([math.inf], [3, 5, 7]))
    assert json.loads(json.dumps(written, allow_nan=False)) == {
        "pairs": 1, "measured": 1,
        "motion": {"n": 3, "mean": 5, "5": 3, "25": 3, "50": 5, "75": 7,
                   "95": 7},
        "PSNR": {"n": 1, "mean": None, "5": None, "25": None, "50": None,
                 "75": None, "95": None},
        "detail": {"n": 1, "mean": 1, "5": 1, "25": 1, "50": 1, "75": 1,
                   "95": 1}}


def test_table_names_every_set_and_quantity():
    lines = blur_statistics.table(
        {"one": _blur([20, 22], [8, 8]), "none": _blur([])})
    rows = [line.split() for line in lines]
    assert rows[1] == ["motion,", "pixels"]
    assert rows[2] == ["one", "2"] + 6 * ["8.0"]
    assert rows[3] == ["none", "0"] + 6 * ["-"]
    assert rows[5][:3] == ["one", "2", "21.0"]
