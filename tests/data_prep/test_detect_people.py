"""Proposed boxes: what is dropped, the contact sheets, the command."""

import os
import pathlib

import numpy as np
import pytest
from PIL import Image
from synthetic_people import walker

from data_prep.people.contact_sheets import ContactSheets
from data_prep.people.foreground import certain, split_by_height
from ha_deblur.annotations import coco
from tests.data_prep.found_people import overlap, results

PEOPLE = pathlib.Path(__file__).parents[2] / "../shared/data/people"
EASY = ("122", "148", "160", "184", "196", "231")  # one person, seen whole


def test_people_in_the_distance_and_uncertain_ones_are_dropped():
    people = [([0, 0, 10, 20], 0.9), ([0, 0, 10, 19], 0.9),
              ([0, 0, 10, 90], 0.4), ([-5, 90, 20, 30], 0.5),
              ([300, 0, 10, 90], 0.9)]
    sure, outside = certain(people, 0.5, width=200, height=100)
    assert sure == [([0, 0, 10, 20], 0.9), ([0, 0, 10, 19], 0.9),
                    ([0, 90, 15, 10], 0.5)]
    assert outside == [([300, 0, 10, 90], 0.9)]
    near, far = split_by_height(sure, 0.2 * 100)
    assert near == [([0, 0, 10, 20], 0.9)]
    assert far == sure[1:]


def test_a_contact_sheet_shows_twelve_images_with_their_boxes(tmp_path):
    sheets = ContactSheets(tmp_path / "review")
    image = np.full((600, 960, 3), 128, np.uint8)
    for i in range(13):
        kept = [([200, 100, 400, 300], 0.95)] if i == 0 else []
        far = [([200, 100, 400, 300], 0.95)] if i == 1 else []
        sheets.add(f"{i}.png", image, kept, far)
    sheets.finish()
    paths = sorted((tmp_path / "review").iterdir())
    assert [p.name for p in paths] == ["sheet-0000.jpg", "sheet-0001.jpg"]
    first, second = (np.asarray(Image.open(p)).astype(int) for p in paths)
    assert first.shape == (3 * 328 + 8, 4 * 488 + 8, 3)
    assert second.shape == (328 + 8, 488 + 8, 3)
    # 960x600 fits 480x296 at 296/600; it stands in the middle, 3 pixels in.
    scale = 296 / 600
    x, y = 8 + 3 + round(400 * scale), 8 + round(400 * scale)
    yellow = first[y - 1:y + 3, x, :].mean(axis=0)
    assert yellow[0] > yellow[2] + 60
    blue = first[y - 1:y + 3, x + 488, :].mean(axis=0)
    assert blue[2] > blue[0] + 40
    np.testing.assert_allclose(first[y + 20, x], 128, atol=3)


@pytest.fixture
def detecting(command, tmp_path):
    """Runs the command on two pictures of 200x100."""
    (tmp_path / "images").mkdir()
    for name, shade in (("a.png", 230), ("b.png", 20)):
        Image.new("RGB", (200, 100), (shade,) * 3).save(
            tmp_path / "images" / name)

    def run(*arguments):
        return command("data_prep.detect_people",
                       f"--images={tmp_path / 'images'}",
                       f"--output={tmp_path / 'boxes.json'}", *arguments)
    return run


def test_the_command_writes_coco_and_contact_sheets(
        detecting, fake_model, tmp_path):
    (tmp_path / "images/c.png").write_text("no picture")
    (tmp_path / "images/d.png").touch()
    Image.new("RGB", (99, 99)).save(tmp_path / "images/e.png")
    os.truncate(tmp_path / "images/e.png", 60)
    (tmp_path / "images/f.png").mkdir()
    done = detecting(
        "--detector=saved_model", f"--model={fake_model}",
        "--min_height=0.3", f"--review={tmp_path / 'review'}")
    assert done.returncode == 1
    for name, reason in (("c.png", "it is none"), ("d.png", "it is empty"),
                         ("e.png", "truncated"), ("f.png", "Is a directory")):
        [line] = [x for x in done.stderr.splitlines() if name in x]
        assert line.startswith("left out: ") and reason in line
    # The second person of a.png is sure, but only 25 of 100 pixels tall.
    assert "2 images, 2 boxes on 2 of them; 1 people in" in done.stdout
    boxes = coco.read_boxes(tmp_path / "boxes.json")
    assert boxes == {"a.png": [[40, 10, 40, 40]], "b.png": [[40, 10, 40, 40]]}
    assert [p.name for p in (tmp_path / "review").iterdir()] == [
        "sheet-0000.jpg"]


def test_the_command_finds_people_by_attention_without_opencv(
        detecting, attention_run, tmp_path, monkeypatch):
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent/cv2.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "absent"))
    done = detecting("--detector=attention", f"--model={attention_run}")
    assert done.returncode == 0, done.stderr
    boxes = coco.read_boxes(tmp_path / "boxes.json")
    assert boxes == {"a.png": [[0, 0, 200, 100]], "b.png": [[0, 0, 200, 100]]}
    assert boxes.scores["a.png"] == [pytest.approx(0.8)]


def test_the_file_survives_the_way_through_an_annotation_tool(
        detecting, tmp_path):
    path = results(tmp_path, ("a.png", 1, 0.9))
    done = detecting("--detector=coco_results", f"--model={path}",
                     "--min_height=0")
    assert done.returncode == 0, done.stderr
    boxes = coco.read_boxes(tmp_path / "boxes.json")
    coco.write(tmp_path / "back.json", [
        (name, width, height, boxes[name])
        for name, (height, width) in boxes.sizes.items()], boxes.scores)
    assert (tmp_path / "back.json").read_bytes() == (
        tmp_path / "boxes.json").read_bytes()
    assert boxes == {"a.png": [[1, 2, 3, 4]], "b.png": []}
    assert boxes.scores == {"a.png": [0.9], "b.png": []}


def test_boxes_that_were_refined_are_not_overwritten(detecting, tmp_path):
    (tmp_path / "boxes.json").write_text("mine")
    done = detecting()
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert (tmp_path / "boxes.json").read_text() == "mine"


def test_the_command_finds_a_figure_without_any_model(detecting, tmp_path):
    pytest.importorskip("cv2", reason="OpenCV is in the extra `detect`")
    Image.fromarray(walker(240, 320, [180, 60, 40, 130])).save(
        tmp_path / "images/walker.png")
    done = detecting()
    assert done.returncode == 0, done.stderr
    boxes = coco.read_boxes(tmp_path / "boxes.json")
    assert boxes["a.png"] == boxes["b.png"] == []
    assert any(overlap(box, [180, 60, 40, 130]) > 0.5
               for box in boxes["walker.png"])


@pytest.mark.parametrize("arguments, complaint", [
    (("--images=nowhere",), "nowhere: no such folder"),
    (("--detector=saved_model",), "needs --model"),
    (("--detector=coco_results", "--model=nowhere.json"), "nowhere.json"),
    (("--min_height=2",), "min_height"),
])
def test_what_the_user_gave_wrong_is_one_line_and_exit_code_2(
        detecting, tmp_path, arguments, complaint):
    done = detecting(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr.splitlines()[-1]
    assert done.stderr.splitlines()[-1].startswith("error:")
    assert not (tmp_path / "boxes.json").exists()


def test_a_folder_without_any_readable_image_is_refused(command, tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    done = command("data_prep.detect_people", f"--images={tmp_path}",
                   f"--output={tmp_path / 'boxes.json'}")
    assert done.returncode == 2
    assert "none of 1 images can be read" in done.stderr
