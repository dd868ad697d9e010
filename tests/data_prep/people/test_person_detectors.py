"""The detectors: HOG, a model's attention, SavedModels, COCO results."""

import json
import pathlib

import numpy as np
import pytest
from PIL import Image
from synthetic_people import walker

from data_prep.people import coco_results, person_detectors
from ha_deblur.commandline import UserError
from tests.data_prep.found_people import overlap, results

PEOPLE = pathlib.Path(__file__).parents[3] / "../shared/data/people"
EASY = ("122", "148", "160", "184", "196", "231")  # one person, seen whole


@pytest.fixture
def hog():
    pytest.importorskip("cv2", reason="OpenCV is in the extra `detect`")
    return person_detectors.hog(min_height=0.2)


def test_overlapping_boxes_give_way_to_the_best():
    pytest.importorskip("cv2", reason="OpenCV is in the extra `detect`")
    boxes = [[0, 0, 10, 10], [2, 0, 10, 10], [8, 0, 10, 10]]
    # Intersections over union: 80/120, 20/180 and, of the last two, 40/160.
    keep = person_detectors.without_overlaps
    assert keep(boxes, [0.5, 0.9, 0.7], max_overlap=0.3) == [1, 2]
    assert keep(boxes, [0.5, 0.9, 0.7], max_overlap=0.2) == [1]
    assert keep(boxes, [0.9, 0.8, 0.7], max_overlap=0.7) == [0, 1, 2]
    assert keep([], []) == []


@pytest.mark.parametrize("height, box", [
    (240, [180, 60, 40, 130]), (720, [500, 150, 120, 400])])
def test_hog_finds_an_upright_figure_at_its_place(hog, height, box):
    image = walker(height, height * 4 // 3, box)
    found = hog("walker.png", image)
    best, score = max(found, key=lambda person: person[1])
    assert score > 0.8
    # Its boxes are wider than so slim a figure; a shift would show.
    assert overlap(best, box) > 0.5
    assert abs(best[0] + best[2] / 2 - box[0] - box[2] / 2) < box[2] / 3
    assert hog("wall.png", np.full_like(image, 128)) == []


@pytest.mark.parametrize("size", [(1, 1), (16, 400), (400, 16)])
def test_hog_takes_images_smaller_than_its_window(hog, size):
    assert hog("a.png", np.zeros((*size, 3), np.uint8)) == []


def test_hog_runs_in_one_thread_for_the_same_boxes_every_time(hog):
    # With more, two runs of a thousand differ: too few to wait for here.
    import cv2
    assert cv2.getNumThreads() == 1


def test_hog_finds_most_people_of_easy_photos(hog):
    """A few upright people, seen whole; of all photos it finds far fewer."""
    if not PEOPLE.is_dir():
        pytest.skip("needs ../shared/data/people")
    found = 0
    for name in EASY:
        image = np.asarray(
            Image.open(PEOPLE / "images" / f"{name}.jpg").convert("RGB"))
        mask = Image.open(PEOPLE / "masks" / f"{name}.png").convert("L")
        left, top, right, bottom = mask.point(
            lambda value: 255 * (value > 127)).getbbox()
        person = [left, top, right - left, bottom - top]
        found += any(overlap(box, person) > 0.5
                     for box, score in hog(name, image) if score > 0.8)
    assert found >= len(EASY) - 1


def test_a_model_s_attention_gives_people_in_pixels(attention_run):
    detect = person_detectors.attention(attention_run)
    [(box, score)] = detect("a.png", np.zeros((100, 200, 3), np.uint8))
    np.testing.assert_allclose(box, [0, 0, 200, 100])
    np.testing.assert_allclose(score, 0.8, atol=1e-6)
    with pytest.raises(UserError, match="nowhere is no model directory"):
        person_detectors.attention("nowhere")


def test_a_saved_model_gives_people_in_pixels(fake_model):
    detect = person_detectors.saved_model(fake_model, person_class=1)
    image = np.full((100, 200, 3), 51, np.uint8)
    (first, score), (second, low) = detect("a.png", image)
    np.testing.assert_allclose(first, [40, 10, 40, 40], atol=1e-4)
    np.testing.assert_allclose(second, [100, 50, 100, 25], atol=1e-4)
    np.testing.assert_allclose([score, low], [0.9, 0.2], atol=1e-6)


def test_a_saved_model_of_something_else_is_refused(tmp_path):
    import tensorflow as tf
    with pytest.raises(UserError, match=r"no saved_model\.pb"):
        person_detectors.saved_model(tmp_path, 1)
    tf.saved_model.save(tf.Module(), str(tmp_path / "model"))
    with pytest.raises(UserError, match="is no detection model"):
        person_detectors.saved_model(tmp_path / "model", 1)
    (tmp_path / "model/saved_model.pb").write_bytes(b"junk")
    with pytest.raises(UserError, match="can't be loaded"):
        person_detectors.saved_model(tmp_path / "model", 1)


def test_results_are_found_by_file_name_or_number(tmp_path):
    path = results(tmp_path, ("s/000047.png", 1, 0.9), (48, 1, 0.8),
                   (48, 3, 0.7), ("other.png", 1, 0.6))
    notes = []
    detect = coco_results.detector(
        path, ["s/000047.png", "s/000048.png", "s/000049.png"], 1, None,
        notes.append)
    assert notes == [
        f"{path}: 1 of its 4 results are of images that are not here"]
    assert detect("s/000047.png", None) == [([1, 2, 3, 4], 0.9)]
    assert detect("s/000048.png", None) == [([1, 2, 3, 4], 0.8)]
    assert detect("s/000049.png", None) == []


def test_results_are_found_through_the_coco_file_of_their_images(tmp_path):
    path = results(tmp_path, (7, 1, 0.9), (8, 1, 0.9))
    images, notes = tmp_path / "images.json", []
    images.write_text(json.dumps(
        {"images": [{"id": 7, "file_name": "GT/a.png"}]}))
    detect = coco_results.detector(
        path, ["a.png"], 1, None, notes.append, images)
    assert "1 of its 2 results" in notes[0]
    assert detect("a.png", None) == [([1, 2, 3, 4], 0.9)]


def test_results_on_stored_or_smaller_images_are_brought_to_upright_ones(
        tmp_path):
    exif = Image.Exif()
    exif[0x112] = 6
    sizes = {"turned.jpg": (20, 10), "small.jpg": ("5", 10.0),
             "strange.jpg": (10, 10), "unsaid.jpg": (None, None)}
    for name in sizes:
        Image.new("RGB", (20, 10)).save(tmp_path / name, exif=exif)
    images = tmp_path / "images.json"
    images.write_text(json.dumps({"images": [
        {"id": str(i), "file_name": name, "width": width, "height": height}
        for i, (name, (width, height)) in enumerate(sizes.items())]}))
    path = results(tmp_path, *((i, "1", "0.9") for i in range(4)))
    detect = coco_results.detector(
        path, list(sizes), 1, None, None, images, tmp_path)
    upright = np.zeros((20, 10, 3), np.uint8)
    assert detect("turned.jpg", upright) == [([4, 1, 4, 3], 0.9)]
    assert detect("small.jpg", upright) == [([2, 4, 6, 8], 0.9)]
    assert detect("unsaid.jpg", upright) == [([1, 2, 3, 4], 0.9)]
    with pytest.raises(UserError, match=r"strange\.jpg: .* of 10x10, but this"):
        detect("strange.jpg", upright)
    images.write_text(json.dumps({"images": [
        {"id": 7, "file_name": "a.png"}, {"id": "7", "file_name": "b.png"}]}))
    with pytest.raises(UserError, match=r"'a\.png' and 'b\.png' have"):
        coco_results.detector(path, ["a.png"], 1, None, None, images)


@pytest.mark.parametrize("text, complaint", [
    ("", r"is no JSON \(it is empty\)"), ("{}", "is no COCO results file"),
    ("[]", "holds none of the images, such as 'a.png'"),
    ('[{"image_id": "b.png", "category_id": 1, "bbox": [1, 2, 3, 4]}]',
     "holds none of the images, such as 'a.png'"),
])
def test_files_of_something_else_are_refused_by_name(
        tmp_path, text, complaint):
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(UserError, match=complaint) as raised:
        coco_results.detector(path, ["a.png"], 1, None, None)
    assert str(raised.value).startswith(str(path))


@pytest.mark.parametrize("changes, complaint", [
    ({"bbox": None}, "lacks the key 'bbox'"), ({"bbox": [1, 2, 3]}, "are not"),
    ({"bbox": [1, 2, -3, 4]}, "are not"), ({"bbox": "abcd"}, "are not"),
    ({"bbox": [1, float("nan"), 3, 4]}, "are not"),
    ({"score": float("nan")}, "are not"), ({"score": "sure"}, "are not"),
    ({"image_id": "000047.png"}, "may be s/000047.png or t/000047.png"),
])
def test_bad_results_are_named_and_the_others_used(
        tmp_path, changes, complaint):
    good = {"image_id": "a.png", "category_id": 1, "bbox": [1, 2, 3, 4],
            "score": 0.9}
    bad = {key: value for key, value in {**good, **changes}.items()
           if value is not None}
    path, skipped = tmp_path / "results.json", []
    path.write_text(json.dumps([good, bad]))
    detect = coco_results.detector(
        path, ["a.png", "s/000047.png", "t/000047.png"], 1, skipped.append,
        None)
    assert detect("a.png", None) == [([1, 2, 3, 4], 0.9)]
    [line] = skipped
    assert line.startswith(f"{path}: result 2") and complaint in line
