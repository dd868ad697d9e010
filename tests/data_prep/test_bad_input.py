"""Bad boxes, empty folders and full disks, through the commands.

What one command alone takes is in its own tests.
"""

import json
import os
import shutil
import sys

import pytest
from finished_commands import contents, limited, refusal
from PIL import Image

NAN = float("nan")
BAD_BOXES = {  # annotations, and what is said of them
    "outside": ({"image_id": 1, "bbox": [500, 0, 9, 9]}, "lies outside"),
    "nan": ({"image_id": 1, "bbox": [NAN, 0, 9, 9]}, "is no box"),
    "negative": ({"image_id": 1, "bbox": [50, 5, -9, 9]}, "is no box"),
    "empty": ({"image_id": 1, "bbox": [50, 5, 0, 9]}, "is no box"),
    "unlisted": ({"image_id": 99, "bbox": [0, 0, 9, 9]}, "is not listed"),
}


def add_boxes(path, annotations):
    """Adds annotations to a COCO file, with the ids 900, 901, ..."""
    content = json.loads(path.read_text())
    content["annotations"] += [
        {"id": 900 + i, "category_id": 1, **annotation}
        for i, annotation in enumerate(annotations)]
    path.write_text(json.dumps(content))


def test_describe_names_every_bad_box_and_counts_the_others(
        command, hide_like):
    root, boxes = hide_like
    add_boxes(boxes, [annotation for annotation, _ in BAD_BOXES.values()])
    done = command("data_prep.describe", f"--source={root}",
                   f"--boxes={boxes}")
    assert done.returncode == 1
    named = [line for line in done.stderr.splitlines()
             if line.startswith(f"left out: {boxes}: annotation 90")]
    assert len(named) == len(BAD_BOXES)
    for line, (_, complaint) in zip(named, BAD_BOXES.values()):
        assert complaint in line
    assert "8 images, 8 of them annotated, with 5 people" in done.stdout


@pytest.mark.parametrize("which", ["outside", "nan", "unlisted"])
def test_make_records_names_a_bad_box_and_packs_nothing(
        command, hide_like, tmp_path, which):
    root, boxes = hide_like
    annotation, complaint = BAD_BOXES[which]
    add_boxes(boxes, [annotation])
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={root}", f"--boxes={boxes}",
                   f"--output={tmp_path / 'out'}")
    line = refusal(done)
    assert f"{boxes}: annotation 900" in line and complaint in line
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.parametrize("spoil, complaint", [
    (lambda root: (root / "boxes.json").write_bytes(b""),
     "boxes.json: is no JSON (it is empty)"),
    (lambda root: (root / "boxes.json").write_text("[]"),
     "boxes.json: is no COCO JSON"),
    (lambda root: (root / "GT").rename(root / "sharp images"),
     "HIDE needs its folder GT"),
    (lambda root: [shutil.rmtree(path) for path in root.glob("*/")
                   if path.is_dir()], "hide: no known layout"),
])
def test_make_records_of_nothing_is_refused_in_one_line(
        command, hide_like, tmp_path, spoil, complaint):
    root, boxes = hide_like
    spoil(root)
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={root}", f"--boxes={boxes}",
                   f"--output={tmp_path / 'out'}")
    assert complaint in refusal(done)
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_not_utf_8_is_left_out(command, hide_like):
    root, _ = hide_like
    for folder in (root / "train", root / "GT"):
        os.rename(bytes(folder / "0fromGOPR1096.MP4.png"),  # noqa: PTH104
                  bytes(folder) + b"/0from\xe9.png")
    done = command("data_prep.make_records", "--dataset=hide", "--check",
                   f"--source={root}")
    assert done.returncode == 1, done.stderr
    for folder in ("train", "GT"):
        assert (rf"{root / folder}: the name '0from\udce9.png' is not UTF-8"
                in done.stdout)
    assert "hide train: 5 pairs" in done.stdout


@pytest.mark.parametrize("arguments, left", [
    (["data_prep.describe", "--source={hide}", "--json={out}/a.json"],
     "a.json"),
    (["data_prep.describe", "--source={hide}", "--boxes={hide}/boxes.json",
      "--plots={out}"], "people.png"),
    (["data_prep.describe", "--source={videos}", "--propose_split=0.5",
      "--output={out}"], "train.txt"),
    (["data_prep.import_boxes", "--format=csv", "--source={csv}",
      "--images={hide}/GT", "--output={out}/a.json"], "a.json"),
])
def test_on_a_full_disk_nothing_is_half_written(
        hide_like, tmp_path, arguments, left):
    if "--plots={out}" in arguments:
        pytest.importorskip("matplotlib", reason="plots are an extra")
    out, csv, videos = (tmp_path / name for name in ("out", "a.csv", "videos"))
    csv.write_text("file_name,x,y,width,height\n0fromGOPR1096.MP4,1,1,5,5\n")
    for folder in ("input", "target"):
        (videos / folder).mkdir(parents=True)
        for video in ("a", "b"):
            Image.new("RGB", (8, 8)).save(videos / folder / f"1from{video}.png")
    done = limited(*(argument.format(
        hide=hide_like[0], out=out, csv=csv, videos=videos)
        for argument in arguments), megabytes=10e-6)
    assert refusal(done).endswith(
        f"{out / left}: can't be written (File too large)")
    assert contents(out) == {}


def test_describe_does_not_overwrite_what_it_reads(command, hide_like):
    root, boxes = hide_like
    before = boxes.read_bytes()
    done = command("data_prep.describe", f"--source={root}",
                   f"--boxes={boxes}", f"--json={root}/../hide/boxes.json")
    assert "would overwrite what is read" in refusal(done)
    assert boxes.read_bytes() == before
