"""The evaluation command, run as a person runs it."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ha_deblur import metrics
from ha_deblur.annotations import coco
from tests import fresh_processes

ROOT = Path(__file__).parents[2]


def _evaluate(*arguments):
    return fresh_processes.run("experiments.evaluate", *arguments)


def _save(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


def _gray(level, height=12, width=16):
    return np.full((height, width, 3), level, np.uint8)


def _psnr_of_error(error):
    return 20 * math.log10(255 / error)


@pytest.fixture
def folder(tmp_path):
    """Two good pairs, off by 10 and by 20."""
    root = tmp_path / "pairs"
    for name, error in (("a.png", 10), ("b.png", 20)):
        _save(root / "sharp" / name, _gray(100))
        _save(root / "blur" / name, _gray(100 + error))
    return root


def test_the_blurry_input_is_scored_without_a_model(
        folder, tmp_path, python_command):
    report_path = tmp_path / "deep" / "scores.json"
    done = python_command(
        "experiments.evaluate", "--model=none", f"--pairs={folder}",
        f"--json={report_path}")
    assert done.returncode == 0, done.stderr
    report = json.loads(report_path.read_text())
    assert [p.name for p in report_path.parent.iterdir()] == ["scores.json"]
    assert report["model"] is None
    assert report["branch"] is None
    assert report["skipped"] == []
    assert set(report["protocols"]) == set(metrics.PROTOCOLS)
    assert "tensorflow" not in report["versions"]
    assert report["versions"]["scikit-image"]
    first, second = report["images"]
    assert (first["name"], first["height"], first["width"]) == (
        "a.png", 12, 16)
    assert first["blurred"]["psnr"] == pytest.approx(_psnr_of_error(10))
    assert second["blurred"]["psnr"] == pytest.approx(_psnr_of_error(20))
    assert first["blurred"]["psnr_foreground"] is None  # no boxes, no mask
    assert "restored" not in first
    mean = report["mean"]["overall"]
    assert report["mean"]["folder"] == mean
    assert mean["images"] == 2
    assert mean["counted"]["psnr"] == 2
    assert mean["counted"]["psnr_foreground"] == 0
    assert mean["blurred"]["psnr"] == pytest.approx(
        (_psnr_of_error(10) + _psnr_of_error(20)) / 2)
    assert mean["blurred"]["ssim_matlab"] == pytest.approx(np.mean([
        metrics.ssim_matlab(_gray(100), _gray(100 + error))
        for error in (10, 20)]))
    rows = done.stdout.splitlines()
    assert rows[1].split()[:2] == ["a.png", "28.13"]
    assert rows[2].split()[:2] == ["b.png", "22.11"]
    assert any(row.split()[:3] == ["mean", "blurred", "25.12"] for row in rows)


def test_what_is_amiss_is_named_and_skipped_with_exit_code_1(
        folder, tmp_path):
    _save(folder / "blur" / "lonely.png", _gray(1))
    _save(folder / "blur" / "wide.png", _gray(1, 12, 17))
    _save(folder / "sharp" / "wide.png", _gray(1, 12, 16))
    noise = np.random.default_rng(0).integers(
        0, 256, (40, 40, 3), dtype=np.uint8)
    for half in ("blur", "sharp"):
        _save(folder / half / "torn.png", noise)
    os.truncate(folder / "blur" / "torn.png", 2000)
    (folder / "blur" / "empty.png").touch()
    _save(folder / "sharp" / "empty.png", noise)
    report_path = tmp_path / "scores.json"
    done = _evaluate(f"--pairs={folder}", f"--json={report_path}")
    assert done.returncode == 1
    for name in ("lonely.png", "wide.png", "torn.png", "empty.png"):
        assert f"skipped: {folder / 'blur' / name}" in done.stderr
    assert "17x12" in done.stderr
    assert "Traceback" not in done.stderr
    report = json.loads(report_path.read_text())
    assert [image["name"] for image in report["images"]] == ["a.png", "b.png"]
    assert len(report["skipped"]) == 4
    assert report["mean"]["overall"]["images"] == 2


def test_nothing_to_score_is_exit_code_2_and_no_json(tmp_path):
    _save(tmp_path / "blur" / "lonely.png", _gray(1))
    (tmp_path / "sharp").mkdir()
    report_path = tmp_path / "scores.json"
    done = _evaluate(f"--pairs={tmp_path}", f"--json={report_path}")
    assert done.returncode == 2
    assert "lonely.png" in done.stderr
    assert "no image could be scored" in done.stderr
    assert not report_path.exists()


@pytest.mark.parametrize("arguments, complaint", [
    ([], "either --pairs=DIR or --records=DIR"),
    (["--pairs=x", "--records=y"], "either"),
    (["--records=x", "--boxes=y"], "--boxes"),
    (["--pairs=x", "--save=y"], "--model"),
    (["--pairs=/absent"], "no such folder"),
    (["--pairs=x", "--json=."], "is a folder"),
    (["--pairs=x", "--branch=middle"], "--branch"),
    (["--pairs=x", "--limit=0"], "--limit"),
])
def test_wrong_flags_are_one_line_and_exit_code_2(arguments, complaint):
    done = _evaluate(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_identical_images_are_infinite_and_still_valid_json(folder, tmp_path):
    _save(folder / "sharp" / "same.png", _gray(7))
    _save(folder / "blur" / "same.png", _gray(7))
    report_path = tmp_path / "scores.json"
    done = _evaluate(f"--pairs={folder}", f"--json={report_path}")
    assert done.returncode == 0, done.stderr
    report = json.loads(
        report_path.read_text(), parse_constant=lambda name: pytest.fail(name))
    image = report["images"][-1]
    assert image["blurred"]["psnr"] is None
    assert image["infinite"] == ["blurred.psnr"]
    assert report["images"][0]["infinite"] == []
    mean = report["mean"]["overall"]
    assert (mean["images"], mean["counted"]["psnr"]) == (3, 2)
    assert mean["counted"]["ssim_matlab"] == 3
    assert mean["blurred"]["psnr"] == pytest.approx(
        (_psnr_of_error(10) + _psnr_of_error(20)) / 2)
    assert " inf " in done.stdout


def test_small_images_have_no_skimage_ssim(tmp_path):
    _save(tmp_path / "input" / "a.png", _gray(1, 3, 5))
    _save(tmp_path / "target" / "a.png", _gray(2, 3, 5))
    done = _evaluate(f"--pairs={tmp_path}", f"--json={tmp_path / 's.json'}")
    assert done.returncode == 0, done.stderr
    image, = json.loads((tmp_path / "s.json").read_text())["images"]
    assert image["blurred"]["ssim_skimage"] is None
    assert image["blurred"]["ssim_matlab"] > 0.9
    assert image["infinite"] == []


def test_hide_is_reported_by_subset(tmp_path):
    root = tmp_path / "HIDE_dataset"
    for subset, name, error in (
            ("test-long-shot", "1fromGOPR0950.png", 10),
            ("test-close-ups", "1fromGOPR1096.MP4.png", 20),
            ("test-close-ups", "2fromGOPR1096.MP4.png", 40)):
        _save(root / "GT" / name, _gray(100))
        _save(root / "test" / subset / name, _gray(100 + error))
    report_path = tmp_path / "scores.json"
    done = _evaluate(
        f"--pairs={root}", "--split=test", f"--json={report_path}")
    assert done.returncode == 0, done.stderr
    mean = json.loads(report_path.read_text())["mean"]
    assert mean["hide/test-long-shot"]["blurred"]["psnr"] == pytest.approx(
        _psnr_of_error(10))
    assert mean["hide/test-close-ups"]["blurred"]["psnr"] == pytest.approx(
        (_psnr_of_error(20) + _psnr_of_error(40)) / 2)
    assert mean["overall"]["images"] == 3
    assert "HIDE I (hide/test-long-shot)" in done.stdout
    assert "HIDE II (hide/test-close-ups)" in done.stdout
    limited = _evaluate(f"--pairs={root}", "--limit=1")
    assert "HIDE II" in limited.stdout
    assert "HIDE I (" not in limited.stdout


def test_boxes_split_the_psnr_into_people_and_the_rest(folder, tmp_path):
    blurred = _gray(100)
    blurred[:, :4] = 140  # inside the box: error 40; outside: error 10
    blurred[:, 4:] = 110
    _save(folder / "blur" / "a.png", blurred)
    boxes_path, report_path = tmp_path / "boxes.json", tmp_path / "s.json"
    coco.write(boxes_path, [("a.png", 16, 12, [[0, 0, 4, 12]]),
                            ("b.png", 16, 12, [])])
    done = _evaluate(f"--pairs={folder}", f"--boxes={boxes_path}",
                     f"--json={report_path}")
    assert done.returncode == 0, done.stderr
    report = json.loads(report_path.read_text())
    first, second = (image["blurred"] for image in report["images"])
    assert first["psnr_foreground"] == pytest.approx(_psnr_of_error(40))
    assert first["psnr_background"] == pytest.approx(_psnr_of_error(10))
    assert second["psnr_foreground"] is None
    assert second["psnr_background"] is None
    assert report["mean"]["overall"]["counted"]["psnr_foreground"] == 1


def test_boxes_of_other_images_are_refused(folder, tmp_path):
    boxes_path = tmp_path / "boxes.json"
    coco.write(boxes_path, [("c.png", 16, 12, [])])
    done = _evaluate(f"--pairs={folder}", f"--boxes={boxes_path}")
    assert done.returncode == 2
    assert "holds none of the images, such as 'a.png'" in done.stderr


def test_one_entry_of_boxes_is_not_taken_for_two_images(tmp_path):
    for sequence in ("GOPR0372_07_00", "GOPR0374_11_00"):
        for half in ("blur", "sharp"):
            _save(tmp_path / "train" / sequence / half / "000047.png",
                  _gray(5))
    boxes_path = tmp_path / "boxes.json"
    coco.write(boxes_path, [("000047.png", 16, 12, [[0, 0, 4, 12]])])
    done = _evaluate(f"--pairs={tmp_path}", f"--boxes={boxes_path}")
    assert done.returncode == 2
    assert "GOPR0372_07_00/000047.png" in done.stderr
    assert "need their folders" in done.stderr


def test_saving_never_overwrites_an_input(folder):
    before = (folder / "blur" / "a.png").read_bytes()
    done = _evaluate(
        "--model=any", f"--pairs={folder}", f"--save={folder / 'blur'}")
    assert done.returncode == 2
    assert "would overwrite" in done.stderr
    assert (folder / "blur" / "a.png").read_bytes() == before


def test_help_answers_without_tensorflow():
    done = _evaluate("--help")
    assert done.returncode == 0
    assert "--pairs=" in done.stdout
    assert "\n    python -m experiments.evaluate --pairs=" in done.stdout


def test_a_model_is_scored_beside_the_blurry_input(
        command, hide_like, records_of, tmp_path):
    from ha_deblur import model_directory
    from tests.conftest import random_model

    root, boxes = hide_like
    model = random_model("random", width=2, units_per_block=1)
    model_directory.save(model, model.preset, tmp_path / "model")
    reports = {}
    for name, source in {
            "pairs": (f"--pairs={root}", "--split=test", f"--boxes={boxes}"),
            "records": (f"--records={records_of('test')}",)}.items():
        done = command("experiments.evaluate", *source,
                       f"--model={tmp_path / 'model'}", "--branch=foreground",
                       f"--json={tmp_path / name}.json",
                       f"--save={tmp_path / name}")
        assert done.returncode == 0, done.stderr
        reports[name] = json.loads((tmp_path / f"{name}.json").read_text())
    assert reports["pairs"]["mean"] == reports["records"]["mean"]

    from ha_deblur import Deblurrer, metrics
    deblurrer = Deblurrer(model)
    for row in reports["pairs"]["images"]:
        sharp = np.asarray(Image.open(root / "GT" / row["name"]))
        blurred = np.asarray(Image.open(root / "test" / row["name"]))
        foreground = deblurrer.deblur(blurred).foreground
        assert row["restored"]["psnr"] == pytest.approx(
            metrics.psnr(sharp, foreground), abs=1e-3)
        assert row["blurred"]["psnr"] == pytest.approx(
            metrics.psnr(sharp, blurred))
        for name in reports:
            saved = np.asarray(Image.open(tmp_path / name / row["name"]))
            assert np.abs(saved.astype(int) - foreground).max() <= 1
    # picture 7 has a box, picture 6 none
    assert reports["pairs"]["mean"]["overall"]["counted"][
        "psnr_foreground"] == 1
