"""The command that scores found boxes against drawn ones."""

import json

import pytest
from finished_commands import refusal

from ha_deblur.annotations import coco


@pytest.fixture
def truth(tmp_path):
    """Two pictures of 200x100: two people and one in the distance; nobody."""
    coco.write(tmp_path / "truth.json", [
        ("a.png", 200, 100, [
            [0, 0, 10, 40], [50, 0, 10, 40], [100, 0, 4, 9]]),
        ("b.png", 200, 100, [])])
    return tmp_path / "truth.json"


@pytest.fixture
def scoring(command, truth, tmp_path):
    def run(found, *arguments):
        return command("data_prep.score_boxes", f"--truth={truth}",
                       f"--found={found}", *arguments)
    return run


def test_detectors_stand_side_by_side(scoring, tmp_path):
    # Of the first: a hit of IoU 0.8, the person in the distance, a false one.
    coco.write(
        tmp_path / "one.json",
        [("GT/a.png", 200, 100, [[0, 0, 8, 40], [100, 0, 4, 9]]),
         ("GT/b.png", 200, 100, [[9, 9, 90, 90]]),
         ("GT/c.png", 200, 100, [[9, 9, 90, 90]])],
        {"GT/a.png": [0.9, 0.5], "GT/b.png": [0.6], "GT/c.png": [1]})
    coco.write(tmp_path / "two.json", [("b.png", 200, 100, [])])
    report = tmp_path / "report.json"
    done = scoring(f"hog={tmp_path / 'one.json'},{tmp_path / 'two.json'}",
                   f"--json={report}")
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["boxes", "images", "people", "found", "matched", "precision",
         "recall", "IoU", "AP"],
        ["hog", "2", "2", "2", "1", "0.500", "0.500", "0.800", "0.500"],
        ["two", "2", "2", "0", "0", "-", "0.000", "-", "0.000"]]
    assert done.stderr == (
        f"note: {tmp_path / 'one.json'}: 1 of its images are not in "
        f"{tmp_path / 'truth.json'} and not counted, such as 'GT/c.png'\n")
    hog = json.loads(report.read_text())["scores"]["hog"]
    assert hog["mean_iou"] == 0.8 and hog["matched"] == 1


def test_the_thresholds_are_flags(scoring, tmp_path):
    coco.write(tmp_path / "one.json", [
        ("a.png", 200, 100, [[0, 0, 8, 40], [100, 0, 4, 9]])])
    done = scoring(tmp_path / "one.json", "--min_height=0", "--iou=0.9")
    assert done.returncode == 0, done.stderr
    # The smaller one counts now, the first no longer fits; no scores, no AP.
    assert done.stdout.splitlines()[1].split() == [
        "one", "2", "3", "2", "1", "0.500", "0.333", "1.000", "-"]


def test_bad_boxes_are_named_and_the_others_scored(scoring, truth, tmp_path):
    content = json.loads(truth.read_text())
    content["annotations"][0]["bbox"] = [0, 0, -10, 40]
    (tmp_path / "one.json").write_text(json.dumps(content))
    done = scoring(tmp_path / "one.json")
    assert done.returncode == 1
    assert "left out:" in done.stderr and "is no box" in done.stderr
    assert done.stdout.splitlines()[1].split()[:5] == [
        "one", "2", "2", "1", "1"]


@pytest.mark.parametrize("images, complaint", [
    ([("z.png", 200, 100, [])], "lists none of the images"),
    ([("a.png", 100, 50, [])], "has other height and width"),
    ([("x/a.png", 200, 100, []), ("y/a.png", 200, 100, [])],
     "may both be 'a.png'"),
    (None, "can't be read")])
def test_files_that_do_not_belong_together_are_refused(
        scoring, tmp_path, images, complaint):
    if images:
        coco.write(tmp_path / "one.json", images)
    line = refusal(scoring(tmp_path / "one.json"))
    assert complaint in line and str(tmp_path / "one.json") in line


def test_two_files_of_one_label_are_refused(scoring, truth):
    assert "two files are called 'truth'" in refusal(
        scoring(f"{truth},{truth}"))
