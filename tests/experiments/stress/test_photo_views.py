"""Views of a photo: sizes, orientations, and what is done to it."""

import collections

import numpy as np
import pytest
from PIL import Image

from experiments.stress import photo_views


@pytest.fixture
def photo(photos):
    return photos(300, 400)


def _by_kind(photo, number=0):
    kinds = collections.defaultdict(list)
    for view in photo_views.of(photo, "a.png", number):
        kinds[view.kind].append(view)
    return kinds


def test_there_are_so_many_of_each_kind(photo):
    kinds = _by_kind(photo)
    assert {kind: len(views) for kind, views in kinds.items()} == {
        "photos, 128 pixels": 8, "photos, 160 pixels": 8,
        "photos, 256 pixels": 4, "photos, 384 pixels": 2,
        "photos, full size": 1, "negatives": 3, "with noise": 4, "blurred": 2}
    assert sum(map(len, kinds.values())) == photo_views.COUNT
    for side in photo_views.SIDES:
        for view in kinds[f"photos, {side} pixels"]:
            assert sorted(view.pixels.shape) == [3, 0.75 * side, side]


def test_they_are_the_same_every_time(photo):
    for one, other in zip(photo_views.of(photo, "a.png", 3),
                          photo_views.of(photo, "a.png", 3)):
        assert one[:2] == other[:2]
        np.testing.assert_array_equal(one.pixels, other.pixels)


def test_eight_orientations_differ_and_are_named(photo):
    small = photo_views.resized(photo, 128)
    views = _by_kind(photo)["photos, 128 pixels"]
    assert len({view.pixels.tobytes() for view in views}) == 8
    named = {view.name: view.pixels for view in views}
    np.testing.assert_array_equal(named["a.png, turned by 0"], small)
    np.testing.assert_array_equal(
        named["a.png, turned by 0, mirrored"], small[:, ::-1])
    np.testing.assert_array_equal(
        named["a.png, turned by 90"], np.rot90(small))


def test_over_eight_photos_each_size_comes_in_all_orientations(
        photo, monkeypatch):
    monkeypatch.setattr(
        photo_views, "exposed", lambda pixels, seed: (pixels, pixels))
    seen = collections.defaultdict(collections.Counter)
    for number in range(8):
        for kind, views in _by_kind(photo, number).items():
            for view in views:
                turn = view.name.rpartition("turned")[2]
                seen[kind][turn] += 1
    for kind, turns in seen.items():
        assert len(turns) == 8, kind
        assert len(set(turns.values())) == 1, kind


def test_negatives_are_255_minus_the_photo(photo):
    for view, side in zip(_by_kind(photo)["negatives"],
                          photo_views.NEGATIVE_SIDES):
        np.testing.assert_array_equal(
            view.pixels, 255 - photo_views.resized(photo, side))


def test_full_size_is_the_photo_up_to_a_limit(photo):
    view, = _by_kind(photo)["photos, full size"]
    np.testing.assert_array_equal(view.pixels, photo)
    wide = np.zeros((20, 2048, 3), np.uint8)
    view, = _by_kind(wide)["photos, full size"]
    assert view.pixels.shape == (10, 1024, 3)
    line = np.zeros((1, 2000, 3), np.uint8)  # no side becomes 0
    assert all(view.pixels.size for view in photo_views.of(line, "line", 0))


def test_noise_is_as_strong_as_said():
    grey = np.full((320, 320, 3), 128, np.uint8)
    *normal, specks = _by_kind(grey)["with noise"]
    for view, level in zip(normal, photo_views.NOISE_LEVELS):
        assert f"noise of {level} levels" in view.name
        assert view.pixels.std() == pytest.approx(level, rel=0.03)
        assert view.pixels.mean() == pytest.approx(128, abs=0.5)
    assert (specks.pixels != 128).mean() == pytest.approx(0.05, abs=0.01)
    assert set(specks.pixels.ravel()) == {0, 128, 255}


def test_blur_keeps_the_light_and_loses_detail():
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    blurred, sharp = photo_views.exposed(noise, (0, 256))
    np.testing.assert_array_equal(sharp, noise)
    assert blurred.shape == noise.shape
    assert blurred.std() < 0.5 * noise.std()
    light = [((pixels / 255) ** 2.2).mean() for pixels in (noise, blurred)]
    assert light[0] == pytest.approx(light[1], rel=0.02)
    assert (blurred != photo_views.exposed(noise, (1, 256))[0]).any()


def test_blurred_views_know_their_sharp_ones(photo):
    for kind, views in _by_kind(photo, 5).items():
        for view in views:
            if kind != "blurred":
                assert view.sharp is None
                continue
            sharp = photo_views.resized(photo, max(view.pixels.shape))
            np.testing.assert_array_equal(
                view.sharp, photo_views.oriented(sharp, 5))


def test_photos_are_spread_over_the_folder(tmp_path):
    from experiments.stress import photos
    for i in range(10):
        path = tmp_path / ("deep" if i > 4 else "") / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 4)).save(path)
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".hidden.png").touch()
    names = [path.name for path in photos.found(tmp_path, 4)]
    assert names == ["0.png", "2.png", "5.png", "7.png"]
    assert len(photos.found(tmp_path, 100)) == 10
