"""Shipping a model: what is tested is what ships, and failures do not."""

import json

import numpy as np
import pytest
from PIL import Image

from experiments.shipping import shelf
from experiments.stress import patterns, photo_views
from experiments.stress.view import View
from ha_deblur import Deblurrer, model_directory, shipped
from ha_deblur.commandline import UserError


@pytest.fixture
def empty_shelf(tmp_path, monkeypatch):
    directory = tmp_path / "shelf"
    monkeypatch.setattr(shipped, "DIRECTORY", directory)
    return directory


@pytest.fixture
def folder(tmp_path, photos, monkeypatch):
    """A photo in one view, and one pattern."""
    monkeypatch.setattr(photo_views, "of", lambda pixels, name, number: [
        View("photos", name, pixels)])
    monkeypatch.setattr(patterns, "views", lambda: [
        View("flat", "black", np.zeros((40, 40, 3), np.uint8))])
    (tmp_path / "photos").mkdir()
    Image.fromarray(photos(48, 64)).save(tmp_path / "photos" / "a.png")
    return tmp_path / "photos"


def test_a_model_that_passes_is_shipped_with_what_was_found(
        identity, folder, empty_shelf, tmp_path, monkeypatch):
    tested_with = []

    def spy(self, images, branches):
        tested_with.append(self.model.get_weights())
        return deblur_batch(self, images, branches=branches)

    deblur_batch = Deblurrer.deblur_batch
    monkeypatch.setattr(Deblurrer, "deblur_batch", spy)
    (tmp_path / "card.md").write_text("# a card\n")
    tested, about = shelf.put(identity, "new", folder, about={"steps": 3},
                              card=tmp_path / "card.md")
    assert about["stress"] == {"views": 2, "failures": 0, "worst": 0.0,
                               "photos": 1}
    assert about["steps"] == 3
    assert len(tested.outcomes) == 2
    assert shipped.about("new") == about
    assert (empty_shelf / "new" / "README.md").read_text() == "# a card\n"
    assert sorted(path.name for path in (empty_shelf / "new").iterdir()) == [
        "README.md", "config.json", "model.weights.h5"]
    # What was tested is what is loaded by name: float16.
    for given, there, whole in zip(
            tested_with[0], model_directory.load("new").get_weights(),
            model_directory.load(identity).get_weights()):
        np.testing.assert_array_equal(given, there)
        np.testing.assert_array_equal(
            there, whole.astype(np.float16).astype(np.float32))


def test_a_model_that_fails_is_refused_and_the_old_one_stays(
        identity, folder, empty_shelf, monkeypatch):
    (empty_shelf / "new").mkdir(parents=True)
    (empty_shelf / "new" / "config.json").write_text("old")
    deblur_batch = Deblurrer.deblur_batch

    def worse(self, images, branches):
        results = deblur_batch(self, images, branches=branches)
        for image, result in zip(images, results):
            if not image.any():
                result.sharp[:32, :32, 2] = 13
        return results

    monkeypatch.setattr(Deblurrer, "deblur_batch", worse)
    with pytest.raises(UserError, match=(
            r"fails 1 of 2 views of the stress test, such as flat: black "
            r".the mean of an area moved by 13.0 levels.; it is not shipped")):
        shelf.put(identity, "new", folder)
    assert [path.read_text() for path in empty_shelf.rglob("*.*")] == ["old"]


def test_weights_that_float16_can_t_hold_are_refused(
        identity, folder, empty_shelf):
    model = model_directory.load(identity)
    model.set_weights([np.full_like(w, 1e6) for w in model.get_weights()])
    model_directory.save(model, model.preset, identity)
    with pytest.raises(UserError, match="float16"):
        shelf.put(identity, "new", folder)
    assert not empty_shelf.exists()


def test_wrong_flags_are_one_line_and_exit_code_2(
        command, identity, tmp_path):
    (tmp_path / "list.json").write_text(json.dumps([1]))
    given = [f"--model={identity}", "--name=new"]
    for more, complaint in (
            ([], "--stress"),
            (["--stress=x", "--card=/absent"], "/absent: no such file"),
            (["--stress=x", f"--about={tmp_path / 'list.json'}"],
             "is no JSON object"),
            (["--stress=/absent"], "/absent: no such folder")):
        done = command("experiments.ship", *given, *more)
        assert done.returncode == 2
        assert complaint in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert not (shipped.DIRECTORY / "new").exists()
