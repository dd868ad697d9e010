"""Boxes of other tools become COCO JSON, and bad lines are named."""

import numpy as np
import pytest
from PIL import Image

from data_prep.people import box_formats, mask_boxes
from data_prep.people.image_folder import ImageNames, find_images
from ha_deblur.annotations import coco
from ha_deblur.commandline import UserError

SIZES = {"a.png": (100, 200), "deep/1fromGOPR1096.MP4.png": (50, 40)}


def voc_object(name, *edges):
    box = "".join(f"<{key}>{value}</{key}>" for key, value in zip(
        ("xmin", "ymin", "xmax", "ymax"), edges))
    return (f"<object><name>{name}</name><bndbox>{box}</bndbox>"
            "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin>"
            "<xmax>2</xmax><ymax>2</ymax></bndbox></part></object>")


@pytest.fixture
def source(tmp_path):
    """Writes annotation files below a folder; gives the folder."""
    def make(files):
        for name, text in files.items():
            path = tmp_path / "source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes)
                             else text.encode())
        return tmp_path / "source"
    return make


def test_yolo_boxes_are_fractions_about_their_centre(source):
    folder = source({
        "a.txt": "0 0.5 0.4 0.1 0.2\n1 0.5 0.5 1 1\n\n0 0.1 0.2 0.2 0.4 0.93\n",
        "deep/1fromGOPR1096.MP4.txt": "", "classes.txt": "person\ncat\n"})
    boxes, problems = box_formats.read_yolo(folder, SIZES, "0")
    # 200 wide, 100 high: the centre (100, 40), 20 wide and 20 high.
    assert boxes == {"a.png": [[90, 30, 20, 20], [0, 0, 40, 40]],
                     "deep/1fromGOPR1096.MP4.png": []}
    assert problems == []
    assert box_formats.read_yolo(folder, SIZES, "1")[0]["a.png"] == [
        [0, 0, 200, 100]]


@pytest.mark.parametrize("line, complaint", [
    ("0 0.5 0.5 0.1", "has 4 numbers"),
    ("0 0.1 0.1 0.2 0.2 0.3 0.3", "has 7 numbers"),
    ("person 0.5 0.5 0.1 0.1", "'person'"),
    ("0 100 50 20 20", "above 1"),
    ("0 0.5 0.5 -0.1 0.1", "is no box"),
    ("0 0.5 0.5 0 0.1", "is no box"),
    ("0 nan 0.5 0.1 0.1", "is no box"),
    ("0 -0.5 0.5 0.1 0.1", "lies outside"),
])
def test_a_bad_yolo_line_is_named_and_the_others_stay(source, line, complaint):
    folder = source({"a.txt": f"0 0.5 0.4 0.1 0.2\n{line}\n"})
    boxes, [problem] = box_formats.read_yolo(folder, SIZES, "0")
    assert boxes == {"a.png": [[90, 30, 20, 20]]}
    assert problem.startswith(f"{folder / 'a.txt'}: line 2: ")
    assert complaint in problem


def test_boxes_are_cut_at_the_edge_of_the_picture(source):
    folder = source({"a.txt": "0 0.0 0.5 0.2 1.0005\n"})
    assert box_formats.read_yolo(folder, SIZES, "0") == (
        {"a.png": [[0, 0, 20, 100]]}, [])


def test_voc_counts_pixels_from_1_to_the_last_inside(source):
    text = ("<annotation><size><width>200</width><height>100</height></size>"
            + voc_object("person", 1, 1, 10, 20) + voc_object("dog", 5, 5, 9, 9)
            + voc_object(" Person ", 101, 51, 200, 100) + "</annotation>")
    folder = source({"a.xml": text,
                     "deep/1fromGOPR1096.MP4.xml": "<annotation/>"})
    boxes, problems = box_formats.read_voc(folder, SIZES, "person")
    assert problems == []
    assert boxes == {"a.png": [[0, 0, 10, 20], [100, 50, 100, 50]],
                     "deep/1fromGOPR1096.MP4.png": []}


@pytest.mark.parametrize("size, edges, turn", [
    (("200.0", "100.0"), (11.0, "21.0", 40, 60), 1),
    ((400, 200), (21, 41, 80, 120), 1),
    ((100, 200), (21, 61, 60, 90), 6)])  # as it was stored
def test_voc_may_state_a_copy_s_size_or_the_stored_one(
        source, size, edges, turn):
    width, height = size
    text = (f"\ufeff<annotation>\r\n<size><width>{width}</width><height>"
            f"{height}</height></size>" + voc_object("rider", *edges)
            + "</annotation>")
    folder = source({"a.xml": text})
    boxes, problems = box_formats.read_voc(
        folder, SIZES, turns={"a.png": turn})
    assert problems == []
    expected = [10, 20, 30, 40] if turn == 1 else [110, 20, 30, 40]
    assert boxes == {"a.png": [expected]}


def test_yolo_s_classes_have_names_where_a_file_says_them(source):
    folder = source({"a.txt": "\ufeff1.0 0.5 0.4 0.1 0.2\r\n0 0.5 0.5 1 1\r\n"})
    assert box_formats.read_yolo(folder, SIZES)[0] == {
        "a.png": [[0, 0, 200, 100]]}
    source({"classes.txt": "dog\r\nPedestrian\r\n"})
    for wanted in (None, "1", "pedestrian"):
        assert box_formats.read_yolo(folder, SIZES, wanted) == (
            {"a.png": [[90, 30, 20, 20]]}, [])
    with pytest.raises(UserError, match="calls them dog, Pedestrian"):
        box_formats.read_yolo(folder, SIZES, "person")


@pytest.mark.parametrize("names", [
    "nc: 2\nnames: ['dog', \"person\"]  # two\n", "names: [dog,\n  person]",
    "names:\n- dog\n- person\nnc: 2\n", "names:\r\n  0: dog\r\n  1: person\r\n",
    "train: a\nnames: {0: dog, 1: person}"])
def test_yolo_s_names_in_yaml(source, names):
    folder = source({"train/labels/a.txt": "1 0.5 0.4 0.1 0.2\n0 .5 .5 1 1",
                     "data.yaml": names}) / "train" / "labels"
    assert box_formats.read_yolo(folder, SIZES) == (
        {"a.png": [[90, 30, 20, 20]]}, [])


@pytest.mark.parametrize("text, complaint", [
    ("", "no element"),
    ("<annotation>\n<object></annotation>", "line 2"),
    ("<a><size><width>100</width><height>200</height></size></a>",
     "of a picture of 100x200, but this one is 200x100"),
    ("<a><size><width>inf</width><height>200</height></size></a>",
     "of a picture of infx200"),
    (f"<a>{voc_object('person', 1, 2, 3)}</a>", "object 1: has no bndbox/ymax"),
    (f"<a>{voc_object('cat', 1, 2, 3, 4)}{voc_object('person', 9, 2, 3, 4)}"
     "</a>", "object 2: is no box"),
    (f"<a>{voc_object('person', 1, 2, 'three', 4)}</a>", "'three'"),
    ("<?xml version='1.0' encoding='utf-99'?><a/>", "encoding: utf-99"),
])
def test_bad_voc_files_and_objects_are_named(source, text, complaint):
    folder = source({"a.xml": text})
    boxes, [problem] = box_formats.read_voc(folder, SIZES, "person")
    assert not any(boxes.values())
    assert problem.startswith(f"{folder / 'a.xml'}: ")
    assert complaint in problem


@pytest.mark.parametrize("text", [
    "file_name,x,y,width,height\na.png,10,20,30,40\na.png,0,0,5.5,6\n",
    "\ufefffilename, xmin, ymin, xmax, ymax\r\na.png,10,20,40,60\r\n"
    "/home/me/a.png,0,0,5.5,6\r\n",
    "filename,width,height,class,xmin,ymin,xmax,ymax\n"
    "a.png,200,100,person,10,20,40,60\na.png,200,100,dog,1,1,2,2\n"
    "a.png,200,100,Person,0,0,5.5,6\n",
    "filename,width,height,class,xmin,ymin,xmax,ymax\n"  # of a copy
    "a.png,400.0,200,person,20,40,80,120\na.png,400,200,person,0,0,11,12\n",
    "filename,category,xmin,ymin,xmax,ymax\na.png,car,0,0,9,9\n"
    "a.png,person,10,20,40,60\na.png,person,0,0,5.5,6\n",
])
def test_csv_takes_sizes_or_opposite_corners(source, text):
    path = source({"boxes.csv": text}) / "boxes.csv"
    assert box_formats.read_csv(path, SIZES, "person") == (
        {"a.png": [[10, 20, 30, 40], [0, 0, 5.5, 6]]}, [])


def test_bad_csv_rows_are_named_by_their_line(source):
    path = source({"boxes.csv": (
        "file_name,x,y,width,height\na.png,1,2,3,4\nb.png,1,2,3,4\n"
        "a.png,1,2,,4\na.png,1,2,-3,4\na.png,300,2,3,4\n"
        "1fromGOPR1096.MP4.png,,,,\n")}) / "boxes.csv"
    boxes, problems = box_formats.read_csv(path, SIZES, "person")
    assert boxes == {"a.png": [[1, 2, 3, 4]],
                     "deep/1fromGOPR1096.MP4.png": []}
    assert [p.split(": ")[1] for p in problems] == [
        "line 3", "line 4", "line 5", "line 6"]
    assert "no image is called 'b.png'" in problems[0]


@pytest.mark.parametrize("line, complaint", [
    ('"a.png,1,2,3,4', "no image is called 'a.png,1,2,3,4"),
    (f"{'a' * 200_000},1,2,3,4", "larger than field limit"),
    ("a.png,inf,2,3,1e999", "is no box"), ("\0,1,2,3,4", "line"),
])
def test_a_line_that_is_no_csv_does_not_end_the_others(source, line, complaint):
    path = source({"boxes.csv": (
        f"file_name,x,y,width,height\n{line}\na.png,1,2,3,4\n\na.png\n"
        )}) / "boxes.csv"
    boxes, [problem] = box_formats.read_csv(path, SIZES, "person")
    assert boxes == {"a.png": [[1, 2, 3, 4]]}
    assert problem.startswith(f"{path}: line 2: ") and complaint in problem


@pytest.mark.parametrize("text", [
    b"", b"a.png,1,2,3,4\n", b"file_name,x,y\n",
    b"file_name;x;y;width;height\n", b"\xff\xfe\x00"])
def test_a_csv_without_a_header_is_refused(source, text):
    path = source({"boxes.csv": text}) / "boxes.csv"
    with pytest.raises(UserError, match=r"boxes\.csv"):
        box_formats.read_csv(path, SIZES, "person")


def test_annotations_of_no_image_are_named(source):
    folder = source({"a.txt": "", "ghost.txt": "0 0.5 0.5 0.1 0.1"})
    _, problems = box_formats.read_yolo(folder, SIZES, "0")
    assert problems == [f"{folder / 'ghost.txt'}: no image is called ghost"]


@pytest.mark.parametrize("called, name", [
    ("train/s1/000047.png", "train/s1/000047.png"),
    ("/data/train/s1/000047.png", "train/s1/000047.png"),
    ("s2/000047.png", "train/s2/000047.png"),
    ("s1\\000047.png", "train/s1/000047.png"),
    ("000048.png", "train/s1/000048.png"), (48, "train/s1/000048.png"),
    ("000048", "train/s1/000048.png"), ("top.png", "top.png"),
    ("test/s1/000047.png", None), ("000049.png", None), ("", None),
])
def test_an_image_is_found_by_what_other_tools_call_it(called, name):
    names = ImageNames(["top.png", "train/s1/000047.png",
                        "train/s1/000048.png", "train/s2/000047.png"])
    assert names.find(called) == name


def test_a_name_of_two_images_is_refused():
    names = ImageNames(["s1/000047.png", "s2/000047.png"])
    with pytest.raises(ValueError, match=r"may be s1/000047\.png or s2/"):
        names.find("000047.png")


def test_images_are_the_sharp_ones_of_all_folders(tmp_path):
    for name in ("s/sharp/1.png", "s/blur/1.png", "s/blur_gamma/1.png",
                 "b.JPG", "._b.jpg", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_images(tmp_path) == ["b.JPG", "s/sharp/1.png"]


@pytest.fixture
def importing(command, tmp_path):
    """Runs the command on two images of 200x100."""
    for name in ("a.png", "b.png"):
        (tmp_path / "images").mkdir(exist_ok=True)
        Image.new("RGB", (200, 100)).save(tmp_path / "images" / name)

    def run(*arguments):
        return command("data_prep.import_boxes",
                       f"--images={tmp_path / 'images'}",
                       f"--output={tmp_path / 'boxes.json'}", *arguments)
    return run


def test_the_command_writes_coco_with_empty_images_too(
        importing, source, tmp_path):
    folder = source({"a.txt": "3 0.5 0.4 0.1 0.2\n"})
    done = importing("--format=yolo", f"--source={folder}", "--person_class=3")
    assert done.returncode == 0, done.stderr
    boxes = coco.read_boxes(tmp_path / "boxes.json")
    assert boxes == {"a.png": [[90, 30, 20, 20]], "b.png": []}
    assert boxes.sizes == {"a.png": (100, 200), "b.png": (100, 200)}
    assert "2 images, 1 boxes on 1 of them; 1 are not in" in done.stdout
    again = importing("--format=yolo", f"--source={folder}")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_the_command_goes_on_past_bad_lines_and_images(
        importing, source, tmp_path):
    (tmp_path / "images/c.png").write_text("no picture")
    folder = source({"a.xml": f"<a>{voc_object('person', 1, 1, 9, 9)}"
                              f"{voc_object('person', 9, 9, 1, 1)}</a>"})
    done = importing("--format=voc", f"--source={folder}")
    assert done.returncode == 1
    named = [line for line in done.stderr.splitlines()
             if line.startswith("left out: ")]
    assert len(named) == 2
    assert "c.png" in named[0]
    assert "a.xml: object 2" in named[1]
    assert coco.read_boxes(tmp_path / "boxes.json") == {
        "a.png": [[0, 0, 9, 9]], "b.png": []}


@pytest.mark.parametrize("arguments, complaint", [
    (("--format=csv",), "boxes.csv: no usable box of class 'person'"),
    (("--format=yolo",), "boxes.csv: no such folder"),
    (("--format=yolo", "--person_class=person"), "YOLO numbers its classes"),
    (("--format=csv", "--images=nowhere"), "nowhere: no such folder"),
    (("--format=json",), "--format"),
])
def test_what_the_user_gave_wrong_is_one_line_and_exit_code_2(
        importing, source, tmp_path, arguments, complaint):
    path = source({"boxes.csv": "file_name,x,y,width,height\nc.png,1,1,2,2\n"})
    done = importing(f"--source={path / 'boxes.csv'}", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr.splitlines()[-1]
    assert done.stderr.splitlines()[-1].startswith("error:")
    assert not (tmp_path / "boxes.json").exists()


def test_masks_become_boxes_and_pictures_without_one_are_not_listed(
        command, tmp_path):
    images, masks = tmp_path / "images", tmp_path / "masks"
    for folder in (images / "deep", masks / "deep"):
        folder.mkdir(parents=True)
    for name in ("two.jpg", "deep/nobody.png", "unknown.png", "small.png"):
        Image.new("RGB", (80, 60)).save(images / name)
    mask = np.zeros((60, 80), np.uint8)
    mask[10:40, 5:20] = mask[20:50, 50:70] = 255
    Image.fromarray(mask).save(masks / "two.png")
    Image.new("L", (80, 60)).save(masks / "deep/nobody.png")
    Image.new("L", (8, 8)).save(masks / "small.png")
    sizes = dict.fromkeys(
        ("two.jpg", "deep/nobody.png", "unknown.png", "small.png"), (60, 80))
    boxes, problems = mask_boxes.read_masks(masks, sizes)
    assert boxes == {"two.jpg": [[5, 10, 15, 30], [50, 20, 20, 30]],
                     "deep/nobody.png": []}
    assert problems == [
        f"{masks / 'small.png'}: is 8x8, but its photo small.png is 80x60 "
        "when upright"]
    done = command("data_prep.import_boxes", "--format=masks",
                   f"--source={masks}", f"--images={images}",
                   f"--output={tmp_path / 'boxes.json'}")
    assert done.returncode == 1 and "small.png: is 8x8" in done.stderr
    assert set(coco.read_boxes(tmp_path / "boxes.json")) == set(boxes)
