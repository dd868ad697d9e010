"""Proposed boxes: the detectors, what is dropped, the contact sheets."""

import json
import os
import pathlib

import numpy as np
import pytest
from PIL import Image
from synthetic_people import walker

from data_prep.people import coco_results, person_detectors
from data_prep.people.contact_sheets import ContactSheets
from data_prep.people.foreground import certain, split_by_height
from ha_deblur.annotations import coco
from ha_deblur.commandline import UserError

PEOPLE = pathlib.Path(__file__).parents[2] / "../shared/data/people"
EASY = ("122", "148", "160", "184", "196", "231")  # one person, seen whole


def overlap(one, other):
    """Intersection over union of two boxes [x, y, width, height]."""
    sides = [max(0, min(a + length_a, b + length_b) - max(a, b))
             for a, b, length_a, length_b in zip(
                 one[:2], other[:2], one[2:], other[2:])]
    common = sides[0] * sides[1]
    return common / (one[2] * one[3] + other[2] * other[3] - common)


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


@pytest.fixture
def fake_model(tmp_path):
    """A SavedModel with the Model Zoo's signature: what it finds is fixed.

    One of three is no person; its second person is surer the brighter the
    image's first pixel.
    """
    import tensorflow as tf

    class Detector(tf.Module):
        @tf.function(input_signature=[
            tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")])
        def __call__(self, input_tensor):
            bright = tf.cast(input_tensor[0, 0, 0, 0], tf.float32) / 255
            edges = [[0.1, 0.2, 0.5, 0.4], [0, 0, 1, 1], [0.5, 0.5, 0.75, 1]]
            return {"detection_boxes": tf.constant([edges]),
                    "detection_scores": tf.stack([[0.9, 0.8, bright]]),
                    "detection_classes": tf.constant([[1.0, 18.0, 1.0]]),
                    "num_detections": tf.constant([3.0])}
    detector = Detector()
    tf.saved_model.save(
        detector, str(tmp_path / "model"),
        signatures=detector.__call__.get_concrete_function())
    return tmp_path / "model"


@pytest.fixture
def attention_run(tmp_path):
    """A run of attention alone that sees people everywhere, by 0.8."""
    import tensorflow as tf

    from ha_deblur import model_directory, presets
    from ha_deblur.model.attention import HumanAttention
    attention = HumanAttention(2, name="attention")
    blurred = tf.keras.Input([None, None, 3])
    model = tf.keras.Model(blurred, attention(blurred))
    kernel, bias = attention.predict.variables
    kernel.assign(tf.zeros_like(kernel))
    bias.assign([np.log(0.8 / 0.2)])
    model_directory.save(model, presets.Preset("micro", width=2),
                         tmp_path / "attention", kind="attention")
    return tmp_path / "attention"


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


def results(tmp_path, *entries):
    path = tmp_path / "results.json"
    path.write_text(json.dumps([
        {"image_id": image_id, "category_id": category, "bbox": [1, 2, 3, 4],
         "score": score} for image_id, category, score in entries]))
    return path


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
