"""COCO JSON in and out, and what people really hand over."""

import json

import pytest
from PIL import Image

from ha_deblur.annotations import coco, pairs
from ha_deblur.commandline import UserError

IMAGES = [
    ("1fromGOPR1096.MP4.png", 1280, 720, [[10, 20, 30.5, 40], [0, 0, 5, 6]]),
    ("test/empty.png", 640, 480, []),
]


def _content(**changes):
    content = {
        "images": [{"id": 7, "file_name": "a.png", "width": 40, "height": 20}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 1,
                         "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}],
        "categories": [{"id": 1, "name": "person"}],
    }
    content.update(changes)
    return {key: value for key, value in content.items() if value is not None}


def _write_json(tmp_path, content):
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(content))
    return path


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "deep" / "boxes.json"
    coco.write(path, IMAGES)
    boxes = coco.read_boxes(path)
    assert boxes == {name: found for name, _, _, found in IMAGES}
    assert boxes.sizes == {"1fromGOPR1096.MP4.png": (720, 1280),
                           "test/empty.png": (480, 640)}
    assert [p.name for p in path.parent.iterdir()] == ["boxes.json"]


def test_what_is_written_is_whole_coco(tmp_path):
    path = tmp_path / "boxes.json"
    coco.write(path, IMAGES)
    content = json.loads(path.read_text())
    assert content["info"]
    assert content["categories"] == [{"id": 1, "name": "person"}]
    assert content["images"][0] == {
        "id": 1, "file_name": "1fromGOPR1096.MP4.png", "width": 1280,
        "height": 720}
    assert content["annotations"] == [
        {"id": 1, "image_id": 1, "category_id": 1,
         "bbox": [10, 20, 30.5, 40], "area": 1220, "iscrowd": 0},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [0, 0, 5, 6],
         "area": 30, "iscrowd": 0}]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "boxes.json"
    coco.write(path, IMAGES)
    with pytest.raises(ValueError):
        coco.write(path, [("a.png", 5, 5, [[0, 0, float("nan"), 1]])])
    assert len(coco.read_boxes(path)) == 2


BAD_BOXES = [[float("nan"), 2, 3, 4], [1, 2, -3, 4], [1, 2, 0, 4],
             [40, 0, 5, 5], [1, 2, 3], "1 2 3 4", None, [10**400, 0, 1, 1]]


def test_bad_boxes_are_skipped_by_name_and_the_others_read(tmp_path):
    annotations = [
        *({"id": 10 + i, "image_id": 7, "bbox": box}
          for i, box in enumerate(BAD_BOXES)),
        {"image_id": 8, "bbox": [1, 2, 3, 4]},
        {"image_id": 7, "bbox": [39, 19, 5, 5]}]  # a part of it is inside
    path = _write_json(tmp_path, _content(annotations=annotations))
    skipped = []
    assert coco.read_boxes(path, skipped.append) == {"a.png": [[39, 19, 5, 5]]}
    assert [line[:line.index(":", len(str(path)) + 1)] for line in skipped] == [
        *(f"{path}: annotation {10 + i}, of 'a.png'"
          for i in range(len(BAD_BOXES))), f"{path}: annotation 9"]
    assert "lies outside of its picture of 40x20" in skipped[3]
    assert "image 8, which is not listed" in skipped[-1]
    with pytest.raises(UserError, match=r"annotation 10.*; mend it or take it"):
        coco.read_boxes(path)


def test_scores_are_kept_and_need_not_be_there(tmp_path):
    path = tmp_path / "boxes.json"
    coco.write(path, IMAGES, {IMAGES[0][0]: [0.93, None]})
    first, second = json.loads(path.read_text())["annotations"]
    assert first["score"] == 0.93
    assert "score" not in second
    boxes = coco.read_boxes(path)
    assert boxes == {name: found for name, _, _, found in IMAGES}
    assert boxes.scores == {IMAGES[0][0]: [0.93, None], IMAGES[1][0]: []}
    coco.write(tmp_path / "again.json", IMAGES, boxes.scores)
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


def test_people_on_images_that_are_not_there_are_noted(tmp_path):
    path, there = tmp_path / "boxes.json", tmp_path / "1fromGOPR1096.MP4.png"
    pair = pairs.Pair(there.name, there, there, "hide", "train")
    notes = []
    coco.write(path, [*IMAGES, ("ghost.png", 9, 9, [[1, 1, 2, 2]])])
    found = coco.boxes_of_pairs(path, [pair], note=notes.append)
    assert list(found) == [pair]
    assert notes == [f"{path}: has people on 1 images that are not here, such "
                     "as 'ghost.png'"]


def test_only_people_are_read_of_several_categories(tmp_path):
    annotations = [
        {"image_id": 7, "category_id": 3, "bbox": [0, 0, 1, 1]},
        {"image_id": 7, "category_id": 5, "bbox": [5, 5, 5, 5], "iscrowd": 1}]
    categories = [{"id": 3, "name": "bicycle"}, {"id": 5, "name": "Person"}]
    path = _write_json(tmp_path, _content(
        annotations=annotations, categories=categories))
    assert coco.read_boxes(path) == {"a.png": [[5, 5, 5, 5]]}


@pytest.mark.parametrize("categories", [None, [], [{"id": 9, "name": "man"}]])
def test_all_boxes_are_people_where_nothing_else_is_named(
        tmp_path, categories):
    path = _write_json(tmp_path, _content(categories=categories))
    assert coco.read_boxes(path) == {"a.png": [[1, 2, 3, 4]]}


def test_people_have_many_names_and_others_can_be_chosen(tmp_path):
    categories = [{"id": i, "name": name} for i, name in enumerate(
        ("Pedestrian", "dog", "rider", "keeper"))]
    annotations = [{"image_id": 7, "category_id": i, "bbox": [i, 0, 1, 1]}
                   for i in range(5)]
    path = _write_json(tmp_path, _content(
        annotations=annotations, categories=categories))
    skipped = []
    assert coco.read_boxes(path, skipped.append) == {
        "a.png": [[0, 0, 1, 1], [2, 0, 1, 1]]}
    assert skipped == [
        f"{path}: annotation 5: is of category 4, which is not listed"]
    assert coco.read_boxes(path, skipped.append, ["Keeper", "dog"]) == {
        "a.png": [[1, 0, 1, 1], [3, 0, 1, 1]]}
    with pytest.raises(UserError, match="is 'cat'; there are 'Pedestrian', "
                       "'dog', 'rider', 'keeper'; --person_class="):
        coco.read_boxes(path, skipped.append, ["cat"])


@pytest.mark.parametrize("image_id, category_id, of_image, of_category", [
    ("7", 1, 7, "1"), (7, "1", "7", 1), (7.0, 1.0, "7", 1),
    ("x", 1, "x", "1.0")])
def test_ids_and_numbers_may_be_text(
        tmp_path, image_id, category_id, of_image, of_category):
    path = _write_json(tmp_path, {
        "images": [{"id": image_id, "file_name": "a.png", "width": "40",
                    "height": "20.0"}],
        "annotations": [{
            "image_id": of_image, "category_id": of_category, "score": "0.5",
            "bbox": ["1", "2.5", 3, "4"]}],
        "categories": [{"id": 2, "name": "dog"},
                       {"id": category_id, "name": "person"}]})
    boxes = coco.read_boxes(path)
    assert boxes == {"a.png": [[1, 2.5, 3, 4]]}
    assert boxes.sizes == {"a.png": (20, 40)}
    assert boxes.scores == {"a.png": [0.5]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_byte_order_mark_is_read(tmp_path, encoding):
    path = tmp_path / "boxes.json"
    path.write_bytes(json.dumps(_content()).encode(encoding))
    assert coco.read_boxes(path) == {"a.png": [[1, 2, 3, 4]]}


def test_boxes_of_pairs_lie_on_the_upright_pictures(tmp_path):
    exif = Image.Exif()
    exif[0x112] = 6
    found = []
    for name in ("turned.jpg", "resized.jpg", "strange.jpg", "same.jpg"):
        path = tmp_path / name
        Image.new("RGB", (200, 100)).save(
            path, exif=exif if name == "turned.jpg" else b"")
        found.append(pairs.Pair(name, path, path, "photos", ""))
    box = [20, 10, 40, 30]
    path = tmp_path / "boxes.json"
    coco.write(path, [
        ("turned.jpg", 200, 100, [box]), ("resized.jpg", 400, 200, [box]),
        ("strange.jpg", 100, 200, [box]), ("same.jpg", 200, 100, [box])])
    skipped = []
    boxes = coco.boxes_of_pairs(path, found, skipped.append)
    assert {pair.name: box for pair, [box] in boxes.items()} == {
        "turned.jpg": pytest.approx([0.1, 0.6, 0.3, 0.9]),
        "resized.jpg": pytest.approx([0.05, 0.05, 0.2, 0.15]),
        "same.jpg": [0.1, 0.1, 0.4, 0.3]}
    [line] = skipped
    assert line.startswith(f"{path}: {tmp_path / 'strange.jpg'}: ")
    assert "of 100x200, but this one is 200x100" in line
    with pytest.raises(UserError, match=r"strange\.jpg"):
        coco.boxes_of_pairs(path, found)


@pytest.mark.parametrize("changes, complaint", [
    ({"images": None}, "lacks the key 'images'"),
    ({"annotations": None}, "lacks the key 'annotations'"),
    ({"images": [{"id": 7, "file_name": "a.png"}]}, "lacks the key 'height'"),
    ({"annotations": [{"image_id": 7}]}, "neither bbox nor polygons"),
    ({"annotations": [{"image_id": 7, "segmentation": [[]]}]},
     "polygons that are no"),
    ({"images": [{"id": 7, "file_name": None}]}, "image 7 has no file_name"),
    ({"annotations": [{"image_id": 8, "bbox": [1, 2, 3, 4]}]}, "image 8"),
    ({"annotations": [{"image_id": 7, "bbox": [1, 2, 3]}]}, "is no box"),
    ({"annotations": [{"image_id": 7, "bbox": [1, 2, -3, 4]}]}, "is no box"),
    ({"annotations": [{"image_id": 7, "bbox": "1 2 3 4"}]}, "is no box"),
    ({"annotations": [{"image_id": 7, "bbox": None}]}, "neither bbox"),
    ({"images": [{"id": 7, "file_name": "a.png", "width": float("inf"),
                  "height": 9}]}, "infinity"),
    ({"images": [{"id": i, "file_name": "a.png", "width": 1, "height": 1}
                 for i in (6, 7)]}, "twice"),
    ({"images": [{"id": 7, "file_name": name, "width": 1, "height": 1}
                 for name in ("a.png", "b.png")]},
     "the images 'a.png' and 'b.png' have the same id 7"),
    ({"categories": [{"id": "1", "name": "person"}, {"id": 1, "name": "dog"}]},
     "the categories 'person' and 'dog' have the same id 1"),
    ({"categories": [{"id": 1, "name": "dog"}]},
     "none of its categories is 'person' or the like; there are 'dog'; "),
    ({"annotations": [{"image_id": 7, "score": "high",
                       "bbox": [1, 2, 3, 4]}]}, "score 'high' is no number"),
    ({"categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]},
     "none of its categories is 'person'"),
])
def test_malformed_files_are_refused_by_name(tmp_path, changes, complaint):
    path = _write_json(tmp_path, _content(**changes))
    with pytest.raises(UserError, match=complaint) as raised:
        coco.read_boxes(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", "\x00\x80"])
def test_files_that_are_no_coco_at_all_are_refused(tmp_path, text):
    path = tmp_path / "boxes.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError, match=r"boxes\.json"):
        coco.read_boxes(path)
    with pytest.raises(UserError, match=r"can't be read \(No such file"):
        coco.read_boxes(tmp_path / "absent.json")


def test_a_file_that_cannot_be_written_is_the_users_to_mend(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="can't be written"):
        coco.write(tmp_path / "file" / "boxes.json", IMAGES)


@pytest.mark.parametrize("file_name", [
    "000047.png", "GOPR0372/000047.png", "train/GOPR0372/000047.png",
    "GOPR0372/blur/000047.png", "GOPR0372/sharp/000047.png",
    "./GOPR0372/000047.png", "GOPR0372\\000047.png"])
def test_an_image_is_found_by_any_end_of_its_path(file_name):
    boxes = coco.Boxes({file_name: [[1, 2, 3, 4]]}, {})
    path = "/data/gopro/train/GOPR0372/blur/000047.png"
    assert boxes.find(path) == file_name


@pytest.mark.parametrize("file_name", [
    "GOPR0384/000047.png", "test/GOPR0372/000047.png", "000048.png",
    "1000047.png"])
def test_an_image_does_not_take_the_boxes_of_another(file_name):
    boxes = coco.Boxes({file_name: [[1, 2, 3, 4]]}, {})
    path = "/data/gopro/train/GOPR0372/blur/000047.png"
    assert boxes.find(path) is None


def test_the_longest_end_of_the_path_wins():
    boxes = coco.Boxes({"a.png": [], "test/a.png": [], "train/a.png": []}, {})
    assert boxes.find("/data/hide/test/a.png") == "test/a.png"
    assert boxes.find("/data/hide/GT/a.png") == "a.png"


def test_where_both_partners_are_annotated_each_has_its_own():
    boxes = coco.Boxes({"s/blur/a.png": [], "s/sharp/a.png": []}, {})
    assert boxes.find("/data/s/sharp/a.png") == "s/sharp/a.png"
    assert boxes.find("/data/s/blur/a.png") == "s/blur/a.png"


@pytest.mark.parametrize("bbox", [{}, {"bbox": None}, {"bbox": []},
                                  {"bbox": [0, 0, 0, 0]}])
def test_polygons_stand_for_an_absent_box(tmp_path, bbox):
    path = _write_json(tmp_path, _content(annotations=[
        {"image_id": 7, **bbox, "segmentation": [
            [1, 2, 6, 2, 6, 5], ["8", "5", "9", "9", 8, 8]]}]))
    assert coco.read_boxes(path) == {"a.png": [[1, 2, 8, 7]]}


def test_names_with_the_folders_of_another_machine():
    names = ["C:\\x\\1\\a.png", "C:\\x\\2\\a.png", "/home/x/b.png",
             "https://h/p/my%20c.png?size=1", "there/d.png"]
    boxes = coco.Boxes({name: [] for name in names}, {})
    found = {path: boxes.find(path) for path in (
        "/z/2/a.png", "/z/a.png", "/z/b.png", "/z/my c.png", "/z/d.png")}
    assert list(found.values()) == [names[1], None, *names[2:4], None]


def test_an_image_may_have_its_address_alone(tmp_path):
    path = _write_json(tmp_path, _content(images=[
        {"id": 7, "coco_url": "http://h/a.png", "width": 40, "height": 20}]))
    assert coco.read_boxes(path).find("/z/a.png") == "http://h/a.png"
