"""Which views fail, and what is told of them."""

import json

import numpy as np
import pytest
from fakes import brighter, deblur_batch_of

from experiments.stress import all_views, patterns, table, trial
from experiments.stress.failing_pictures import side_by_side
from experiments.stress.view import View


def _view(level=100, height=32, width=64):
    return View("flat", str(level),
                np.full((height, width, 3), level, np.uint8))


def _outcomes(deblur_batch, *views):
    return [outcome for _, _, outcome in trial.outcomes(deblur_batch, views)]


def test_an_unchanged_picture_passes():
    outcome, = _outcomes(deblur_batch_of(lambda image: image), _view())
    assert outcome == trial.Outcome("flat", "100", 32, 64, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("levels, fails", [
    (12, False), (-12, False), (13, True), (-13, True)])
def test_a_view_fails_beyond_12_levels(levels, fails):
    def one_area(image):
        image = image.copy()
        image[:, 32:, 1] = image[:, 32:, 1].astype(int) + levels
        return image

    outcome, = _outcomes(deblur_batch_of(one_area), _view())
    assert outcome.largest == abs(levels)
    assert outcome.mean == pytest.approx(abs(levels) / 6)
    assert outcome.rms == pytest.approx(abs(levels) / 6 ** 0.5)
    assert bool(outcome.problem) == fails
    if fails:
        assert outcome.problem == "the mean of an area moved by 13.0 levels"


def test_a_blurred_view_may_become_the_sharp_one():
    blurred, sharp = _view(100).pixels, _view(140).pixels
    for result, change in ((sharp, 0), (sharp + 13, 13), (blurred - 13, 13)):
        outcome, = _outcomes(deblur_batch_of(lambda image, result=result:
                                             result),
                             View("blurred", "it", blurred, sharp))
        assert outcome.largest == change
        assert bool(outcome.problem) == (change > 12)


def test_another_size_or_type_fails_and_is_not_compared():
    for change, told in ((lambda image: image[1:], "uint8 [31, 64, 3]"),
                         (lambda image: image / 255, "float64 [32, 64, 3]")):
        outcome, = _outcomes(deblur_batch_of(change), _view())
        assert told in outcome.problem
        assert outcome.largest is None


def test_a_warning_counts_as_guarded_and_is_no_failure():
    for warning in ("part of the picture stayed as it was", None):
        outcome, = _outcomes(
            deblur_batch_of(lambda image: image, warning), _view())
        assert outcome.guarded == bool(warning)
        assert outcome.problem is None


def test_a_network_of_nans_is_guarded(identity):
    from ha_deblur import Deblurrer, model_directory
    model = model_directory.load(identity)
    for weight in model.weights:
        if "to_rgb" in weight.name:
            weight.assign(np.nan * weight)
    outcome, = _outcomes(Deblurrer(model).deblur_batch, _view(0))
    assert (outcome.guarded, outcome.largest) == (True, 0)


def test_only_the_views_that_raise_fail():
    def change(image):
        if image[0, 0, 0] == 7:
            raise RuntimeError("no\nmemory")
        return image

    outcomes = _outcomes(deblur_batch_of(change), *map(_view, (5, 6, 7, 8)))
    assert [bool(outcome.problem) for outcome in outcomes] == [
        False, False, True, False]
    assert outcomes[2].problem == (
        "deblurring raised RuntimeError('no\\nmemory')")


def test_the_table_has_each_kind_and_all():
    def outcome(kind, name, largest, problem=None):
        none = largest is None
        return trial.Outcome(kind, name, 1, 1, largest, None if none else
                             largest / 2, None if none else 2 * largest,
                             name == "two", problem)

    rows = table.rows([
        outcome("a", "one", 2.0), outcome("a", "two", 20.0, "moved"),
        outcome("b", "three", None, "raised"), outcome("a", "four", 5.0)])
    assert rows == [
        {"kind": "a", "views": 3, "failures": 1, "guarded": 1,
         "worst_area": 20.0, "mean_area": 4.5, "worst_rms": 40.0,
         "mean_rms": 18.0, "worst_view": "two"},
        {"kind": "b", "views": 1, "failures": 1, "guarded": 0,
         "worst_area": None, "mean_area": None, "worst_rms": None,
         "mean_rms": None, "worst_view": None},
        {"kind": "all", "views": 4, "failures": 2, "guarded": 1,
         "worst_area": 20.0, "mean_area": 4.5, "worst_rms": 40.0,
         "mean_rms": 18.0, "worst_view": "two"}]
    lines = table.text(rows).splitlines()
    assert lines[1].split() == [
        "a", "3", "1", "1", "20.00", "4.50", "40.00", "18.00", "two"]
    assert lines[2].split() == ["b", "1", "1", "0", "-", "-", "-", "-"]
    section = table.section(rows, photos=5)
    assert "4 pictures, 5 photos" in section
    assert "2 failed" in section
    assert section.splitlines()[-1].split("|")[1].strip() == "all"


def test_everything_is_tested_and_failures_are_handed_on(
        tmp_path, photos, monkeypatch):
    from PIL import Image

    from experiments.stress import photo_views
    Image.fromarray(photos(60, 80)).save(tmp_path / "a.png")
    monkeypatch.setattr(patterns, "views", lambda: [_view(0), _view(200)])
    failed = []

    def change(image):  # flat pictures alone
        return brighter(100)(image) if image.std() == 0 else image

    tested = all_views.run(
        deblur_batch_of(change), tmp_path, [tmp_path / "a.png"],
        on_failure=lambda *found: failed.append(found))
    assert len(tested.outcomes) == photo_views.COUNT + 2
    assert [outcome.name for outcome in tested.failures] == ["0", "200"]
    assert (tested.photos, tested.skipped) == (1, [])
    view, sharp, outcome = failed[1]
    assert (view.pixels[0, 0, 0], sharp[0, 0, 0]) == (200, 255)
    assert outcome.largest == 55
    json.dumps(table.rows(tested.outcomes), allow_nan=False)


def test_failures_are_shown_beside_their_view():
    left, right = _view(1).pixels, _view(2, 30, 10).pixels
    both = side_by_side(left, right)
    assert both.shape == (32, 64 + 4 + 10, 3)
    assert (both[:, :64] == 1).all()
    assert (both[:30, 68:] == 2).all()
    np.testing.assert_array_equal(side_by_side(left, None), left)
