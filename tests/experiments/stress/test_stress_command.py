"""`experiments.evaluate --stress`, run as a person runs it."""

import json

import numpy as np
import pytest
from fakes import brighter, deblur_batch_of
from PIL import Image

from experiments.stress import all_views, patterns, photo_views
from experiments.stress import command as stress_command
from ha_deblur import Deblurrer, model_directory
from ha_deblur.commandline import UserError


@pytest.fixture
def folder(tmp_path, photos):
    """Two small photos, one a folder deeper."""
    root = tmp_path / "photos"
    (root / "deep").mkdir(parents=True)
    for seed, name in enumerate(("a.png", "deep/b.jpg")):
        Image.fromarray(photos(48, 64, seed)).save(root / name)
    return root


@pytest.mark.slow
def test_a_model_that_changes_nothing_passes(
        command, identity, folder, tmp_path):
    path = tmp_path / "stress.json"
    done = command("experiments.evaluate", f"--model={identity}", "--limit=1",
                   f"--stress={folder}", f"--json={path}",
                   f"--save={tmp_path / 'failed'}")
    assert done.returncode == 0, done.stderr
    report = json.loads(path.read_text())
    views = photo_views.COUNT + len(patterns.views())
    assert report["total"] == {
        "kind": "all", "views": views, "failures": 0, "guarded": 0,
        "worst_area": 0, "mean_area": 0, "worst_rms": 0, "mean_rms": 0,
        "worst_view": report["views"][0]["name"]}
    assert report["failures"] == report["skipped"] == []
    assert len(report["views"]) == views
    assert report["photos"] == 1
    assert report["sha256"] == model_directory.sha256(
        identity / model_directory.WEIGHTS)
    lines = done.stdout.splitlines()
    assert [line[:18].strip() for line in lines] == [
        "kind", *(row["kind"] for row in report["kinds"]), "all"]
    assert lines[-1].split()[:3] == ["all", str(views), "0"]
    assert not (tmp_path / "failed").exists()


def test_a_model_that_fails_is_exit_code_1_and_its_views_are_kept(
        identity, folder, tmp_path, monkeypatch, capsys):
    some_patterns = patterns.views()[::20]
    monkeypatch.setattr(patterns, "views", lambda: some_patterns)
    monkeypatch.setattr(
        photo_views, "exposed", lambda pixels, seed: (pixels, pixels))
    # In place of a network, whose own guard could repair what it does.
    monkeypatch.setattr(
        Deblurrer, "deblur_batch",
        lambda self, *given, **more: deblur_batch_of(brighter(40))(
            *given, **more))
    (folder / "torn.png").write_bytes(b"torn")
    path, saved = tmp_path / "stress.json", tmp_path / "failed"
    code = stress_command.run(identity, folder, json_path=path, save=saved)
    assert code == 1
    captured = capsys.readouterr()
    assert "torn.png" in captured.err
    report = json.loads(path.read_text())
    assert "torn.png" in report["skipped"][0]
    assert report["photos"] == 2
    assert len(report["failures"]) == report["total"]["failures"] > 80
    failed = report["failures"][0]
    assert failed["name"] == "a.png, turned by 0"
    assert (failed["height"], failed["width"]) == (96, 128)
    assert "moved by" in failed["problem"]
    assert failed in report["views"]
    files = [path.name for path in saved.iterdir()]
    assert len(files) == sum(
        min(4, row["failures"]) for row in report["kinds"])
    first = "photos-128-pixels-1-a-png-turned-by-0.png"
    assert first in files
    both = np.asarray(Image.open(saved / first)).astype(int)
    np.testing.assert_array_equal(
        both[:, 132:], (both[:, :128] + 40).clip(0, 255))
    assert f"{len(files)} of {len(report['failures'])} views" in captured.out


def test_folders_without_photos_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder, told in (("empty", "holds no photos"),
                         ("absent", "no such folder")):
        with pytest.raises(UserError, match=told):
            stress_command.run("fast", tmp_path / folder)
    path = tmp_path / "empty" / "a.png"
    path.touch()
    with pytest.raises(UserError, match="none of 1 photos can be read"):
        all_views.run(None, tmp_path / "empty", [path])


def test_failures_are_not_saved_among_the_photos(folder):
    for save in (folder, folder / "failed"):
        with pytest.raises(UserError, match="lies in the folder of --stress"):
            stress_command.run("fast", folder, save=save)


@pytest.mark.parametrize("arguments, complaint", [
    (["--stress=x"], "needs a --model"),
    (["--stress=x", "--model=fast", "--pairs=y"], "--pairs is for scores"),
    (["--stress=x", "--model=fast", "--records=y"], "--records is for scores"),
    (["--stress=x", "--model=fast", "--branch=background"], "--branch is for"),
    (["--stress=x", "--model=fast", "--json=."], "is a folder"),
    (["--stress=/absent", "--model=fast"], "no such folder"),
])
def test_wrong_flags_are_one_line_and_exit_code_2(
        command, arguments, complaint):
    done = command("experiments.evaluate", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
