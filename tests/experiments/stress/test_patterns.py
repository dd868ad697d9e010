"""Gratings, checkerboards and the other pictures without photos."""

import collections

import numpy as np
import pytest

from experiments.stress import patterns

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


@pytest.fixture(scope="module")
def views():
    return patterns.views()


def test_there_are_so_many_of_each_kind(views):
    assert collections.Counter(view.kind for view in views) == {
        "gratings": 31 * 8, "checkerboards": 32 * 8, "white noise": 40,
        "flat colours": 64, "saturated edges": 28 * 3, "text": 15,
        "1x1 to 8x8": 128}
    assert len({(view.kind, view.name) for view in views}) == len(views)
    for view in views:
        assert view.pixels.dtype == np.uint8
        assert view.pixels.shape[2:] == (3,)


def test_they_are_the_same_every_time(views):
    for one, other in zip(views, patterns.views()):
        assert one[:2] == other[:2]
        np.testing.assert_array_equal(one.pixels, other.pixels)


@pytest.mark.parametrize("period", patterns.PERIODS)
def test_gratings_have_their_period_and_no_shorter_one(period):
    stripes = patterns.grating(period, 0, BLACK, WHITE)
    row = stripes[0, :, 0].astype(int)
    assert set(row) == {0, 255}
    assert (stripes == row[:, None]).all()
    for shift in range(1, period + 1):
        same = (row[shift:] == row[:-shift]).all()
        assert same == (shift == period)
    np.testing.assert_array_equal(
        patterns.grating(period, 90, BLACK, WHITE),
        stripes.transpose(1, 0, 2))


def test_slanted_gratings_change_along_their_direction():
    smooth = patterns.grating(16, 45, BLACK, WHITE, smooth=True).astype(int)
    np.testing.assert_array_equal(smooth[1:, :-1], smooth[:-1, 1:])
    x = np.arange(96)
    np.testing.assert_allclose(
        smooth[0, :, 0],
        127.5 * (1 + np.cos(2 * np.pi * x / 16 / np.sqrt(2))), atol=0.51)


@pytest.mark.parametrize("square", [1, 5, 32])
def test_checkerboards_have_squares_of_their_side(square):
    board = patterns.checkerboard(square, False, (1, 2, 3), (4, 5, 6))
    np.testing.assert_array_equal(
        board[:square, :square],
        np.broadcast_to((1, 2, 3), (square, square, 3)))
    moved = np.uint8(5 + 2 * np.arange(3)) - board  # the other colour
    np.testing.assert_array_equal(board[square:], moved[:-square])
    np.testing.assert_array_equal(board[:, square:], moved[:, :-square])


@pytest.mark.parametrize("kind, lengths, words", [
    ("gratings", patterns.PERIODS, "period {}"),
    ("checkerboards", patterns.SQUARES, "squares of {}")])
def test_all_periods_come_in_all_colours(views, kind, lengths, words):
    for length in lengths:
        some = [view for view in views if view.kind == kind
                and words.format(length) in view.name.split(", ")]
        assert len(some) == 8
        assert {view.name.split(", ")[0] for view in some} == set(
            patterns.COLOURS)
        for view in some:
            low, high = patterns.COLOURS[view.name.split(", ")[0]]
            if "smooth" not in view.name:
                is_low, is_high = ((view.pixels == colour).all(2)
                                   for colour in (low, high))
                assert is_low.any() and is_high.any()
                assert (is_low | is_high).all()


def test_noise_is_as_strong_as_said(views):
    noise = {view.name: view.pixels for view in views
             if view.kind == "white noise"}
    grey = noise["normal, 30 levels, grey, grains of 1"]
    assert (grey == grey[..., :1]).all()
    coloured = noise["normal, 30 levels, coloured, grains of 1"]
    assert (coloured != coloured[..., :1]).any()
    for pixels in (grey, coloured):
        assert pixels.std() == pytest.approx(30, rel=0.03)
    grains = noise["black and white, coloured, grains of 4"]
    assert set(grains.ravel()) == {0, 255}
    np.testing.assert_array_equal(
        grains, grains[::4, ::4].repeat(4, 0).repeat(4, 1))


def test_the_others_are_what_they_are_called(views):
    kinds = collections.defaultdict(list)
    for view in views:
        kinds[view.kind].append(view.pixels)
    flat = kinds["flat colours"]
    assert all((pixels == pixels[0, 0]).all() for pixels in flat)
    assert {tuple(pixels[0, 0] // 85) for pixels in flat} == set(
        np.ndindex(4, 4, 4))
    for pixels in kinds["saturated edges"]:
        assert set(pixels.ravel()) <= {0, 255}
        assert 1 <= pixels.std((0, 1)).astype(bool).sum() <= 3
    for pixels in kinds["text"]:
        _, counts = np.unique(
            pixels.reshape(-1, 3), axis=0, return_counts=True)
        # much paper, less ink, and in between smooth edges
        assert 0.5 < counts.max() / counts.sum() < 0.9
    sizes = collections.Counter(
        pixels.shape[:2] for pixels in kinds["1x1 to 8x8"])
    assert sizes == {(h, w): 2 for h in range(1, 9) for w in range(1, 9)}
