"""describe: hand-counted tables, plots, and splits by source video."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from data_prep.statistics import (
    image_statistics,
    statistics_plots,
    video_splits,
)
from ha_deblur.annotations import coco
from ha_deblur.commandline import UserError

# In images of 100x100: how tall the people of each are.
PEOPLE = {
    "train/1fromGOPR1001.png": [80],
    "train/2fromGOPR1001.png": [20, 30],
    "train/3fromGOPR1002.MP4.png": [40] * 8,
    "train/4fromGOPR1002.MP4.png": [],
    "test/5fromGOPR1003.png": [10, 10, 10],
    "test/6fromGOPR1003.png": [50],
}


@pytest.fixture
def hide(tmp_path):
    """Four images for training, two for testing: (folder, boxes)."""
    root, rows = tmp_path / "hide", []
    for place, heights in PEOPLE.items():
        split, name = place.split("/")
        for path in (root / place, root / "GT" / name):
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (100, 100)).save(path)
        rows.append((name, 100, 100, [[10, 0, 20, h] for h in heights]))
    coco.write(tmp_path / "boxes.json", rows)
    return root, tmp_path / "boxes.json"


@pytest.fixture
def describe(hide, command):
    """Describes `hide`, with its boxes: (exit code, output, errors)."""
    def run(*arguments, boxes=True):
        done = command(
            "data_prep.describe", f"--source={hide[0]}",
            *([f"--boxes={hide[1]}"] if boxes else []), *arguments)
        return done.returncode, done.stdout, done.stderr
    return run


def _table(tmp_path, describe, *arguments):
    code, _, errors = describe(f"--json={tmp_path / 'd.json'}", *arguments)
    assert code == 0, errors
    table = json.loads((tmp_path / "d.json").read_text())["table"]
    return {group: (row["images"], row["people"])
            for group, row in table.items()}


def _row(output, title):
    line = next(x for x in output.splitlines() if x.startswith(title))
    return " ".join(line[18:].split())


def test_the_table_is_as_counted_by_hand(tmp_path, describe):
    assert _table(tmp_path, describe) == {
        "all": (6, 15), "scattered": (4, 7), "crowded": (1, 8),
        "long-shot": (2, 5), "close-up": (3, 10),
        "train": (4, 11), "test": (2, 4)}


def test_prints_the_papers_numbers_beside(describe):
    code, output, errors = describe()
    assert code == 0, errors
    assert _row(output, "people ") == "15 7 8 5 10 11 4"
    assert _row(output, "a picture") == "2.5 1.8 8.0 2.5 3.3 2.8 2.0"
    assert _row(output, "paper: images") == (
        "8,422 4,202 4,220 1,304 7,118 6,397 2,025")
    assert _row(output, "paper: people") == (
        "65,784 23,474 42,310 14,169 51,615 44,318 21,466")
    assert "crowded: more than 7 people" in output
    assert "tallest person lower than 0.4 of the height" in output


def test_the_default_of_crowded_fits_the_papers_halves():
    # The means of its scattered and of its crowded images.
    assert 23474 / 4202 < 7 < 8 < 42310 / 4220


def test_rules_can_be_chosen(tmp_path, describe):
    table = _table(tmp_path, describe, "--crowded=2", "--long_shot=0.3")
    assert (table["scattered"], table["crowded"]) == ((3, 4), (2, 11))
    assert table["long-shot"] == (1, 3)  # 0.3 is not lower than 0.3


def test_lists_go_before_the_rule(tmp_path, describe):
    (tmp_path / "far.txt").write_text("1fromGOPR1001\n")
    (tmp_path / "near.txt").write_text(
        "5fromGOPR1003.png GT/5.png\n\n4fromGOPR1002.MP4\n")
    table = _table(tmp_path, describe, f"--far={tmp_path / 'far.txt'}",
                   f"--near={tmp_path / 'near.txt'}")
    assert table["long-shot"] == (2, 3)  # 1 by the list, 2 by the rule
    assert table["close-up"] == (4, 12)  # 4 and 5 by the list


def test_the_data_sets_own_lists_count(hide, tmp_path, describe):
    (hide[0] / "far.txt").write_text("6fromGOPR1003.png\n")
    (hide[0] / "near.txt").write_text("5fromGOPR1003.png\n")
    table = _table(tmp_path, describe)
    assert (table["long-shot"], table["close-up"]) == ((2, 3), (3, 12))


@pytest.mark.parametrize("content, told", [
    ("9fromGOPR1001.png\n", "names none of the images"),
    (None, "can't be read as a list"),
])
def test_a_useless_list_is_refused(tmp_path, describe, content, told):
    path = tmp_path / "far.txt"
    if content:
        path.write_text(content)
    code, _, errors = describe(f"--far={path}")
    assert code == 2 and f"{path}: {told}" in errors


def test_an_image_in_both_lists_is_refused(tmp_path, describe):
    path = tmp_path / "far.txt"
    path.write_text("1fromGOPR1001.png\n")
    result = describe(f"--far={path}", f"--near={path}")
    assert result[0] == 2 and "1fromGOPR1001.png is in" in result[2]


def test_names_what_is_left_out(hide, tmp_path, describe):
    (tmp_path / "far.txt").write_text("1fromGOPR1001\n9fromGOPR1001\n")
    (hide[0] / "GT" / "6fromGOPR1003.png").unlink()
    coco.write(hide[1], [
        ("1fromGOPR1001.png", 100, 100, [[0, 0, 9, 9], [200, 0, 9, 9]])])
    code, output, errors = describe(f"--far={tmp_path / 'far.txt'}")
    assert code == 1
    lines = errors.splitlines()
    assert len(lines) == 3 and all(x.startswith("left out: ") for x in lines)
    assert "6fromGOPR1003.png: has no sharp partner" in lines[0]
    assert "9fromGOPR1001: is listed in" in lines[2]
    assert "1fromGOPR1001.png': [200.0, 0.0, 9.0, 9.0] lies outs" in lines[1]
    assert "5 images, 1 of them annotated, with 1 people" in output


def test_box_sizes_are_fractions_of_the_image(describe):
    _, output, _ = describe()
    medians = {
        title: _row(output, title).split()[2]
        for title in ("people a picture", "box height", "box area")}
    # Of 0 1 1 2 3 8 people, and 15 boxes, of which 8 are 40 pixels tall.
    assert medians == {
        "people a picture": "1.5", "box height": "40.0%", "box area": "8.0%"}


def test_without_boxes_images_alone_are_counted(describe):
    code, output, errors = describe(boxes=False)
    assert code == 0, errors
    assert _row(output, "images") == "6 0 0 0 0 4 2"
    assert _row(output, "people") == "- - - - - - -"
    assert "percentile" not in output


def test_names_videos_that_stand_in_both_splits(hide, describe):
    for name in ("train/1fromGOPR1001.png", "train/2fromGOPR1001.png"):
        (hide[0] / name).rename(
            hide[0] / name.replace("train", "test").replace("1001", "1002"))
    for number in (1, 2):
        (hide[0] / f"GT/{number}fromGOPR1001.png").rename(
            hide[0] / f"GT/{number}fromGOPR1002.png")
    code, output, _ = describe(boxes=False)
    assert code == 1
    assert ("shared video: GOPR1002: stands in train (2 images) and in test "
            "(2 images)") in output.splitlines()


def test_splits_of_other_layouts_are_known_by_their_folders(
        tmp_path, command):
    for place in ("train/GOPR0372_07_00", "test/GOPR0384_11_00"):
        for folder in ("blur", "sharp"):
            path = tmp_path / place / folder / "000001.png"
            path.parent.mkdir(parents=True)
            Image.new("RGB", (8, 8)).save(path)
    done = command("data_prep.describe", f"--source={tmp_path}")
    assert done.returncode == 0, done.stderr
    assert _row(done.stdout, "images") == "2 0 0 0 0 1 1"


def test_proposed_split_shares_no_video(tmp_path, describe):
    code, output, errors = describe(
        "--propose_split=0.25", f"--output={tmp_path / 'lists'}")
    assert code == 0, errors
    train, test = (
        (tmp_path / "lists" / f"{split}.txt").read_text().split()
        for split in ("train", "test"))
    assert sorted(train + test) == sorted(x.split("/")[1] for x in PEOPLE)
    assert not {video_splits.video_of(name) for name in train} & {
        video_splits.video_of(name) for name in test}
    assert len(test) == 2
    assert "test.txt: 2 images (33.3%) of 1 videos" in output


@pytest.mark.parametrize("arguments, told", [
    (["--propose_split=1.5", "--output=x"], "is no share"),
    (["--propose_split=0"], "is no share"),
    (["--propose_split=0.2"], "needs --output"),
    (["--source=/nowhere"], "no such folder"),
    (["--long_shot=2"], "--long_shot=2"),
])
def test_user_errors_exit_with_2(describe, arguments, told):
    code, _, errors = describe(*arguments)
    assert code == 2 and told in errors
    assert len(errors.splitlines()) == 1


def test_plots_are_pngs(tmp_path, describe):
    pytest.importorskip("matplotlib", reason="plots are an extra")
    code, _, errors = describe(f"--plots={tmp_path / 'plots'}")
    assert code == 0, errors
    paths = sorted((tmp_path / "plots").iterdir())
    assert [path.name for path in paths] == [
        "box_centres.png", "box_heights.png", "people.png"]
    for path in paths:
        with Image.open(path) as image:
            assert image.format == "PNG" and image.width >= 1000
            assert np.asarray(image.convert("L")).std() > 5


def test_plots_of_nobody_are_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="plots are an extra")
    images = [image_statistics.Described("a", "", np.zeros([0, 4]))]
    paths = statistics_plots.write(tmp_path, images, 7)
    assert all(path.stat().st_size for path in paths)


@pytest.fixture
def pair_sets(tmp_path):
    """Two data sets of a pair each, moved by 12 and by 24 pixels."""
    coarse = np.random.default_rng(0).integers(
        60, 200, (34, 50, 3), np.uint8)
    sharp = Image.fromarray(coarse).resize((200, 136))
    for name, half in (("few", 6), ("many", 12)):
        frames = [np.roll(sharp, shift, axis=1)
                  for shift in range(-half, half + 1)]
        blurred = Image.fromarray(
            np.mean(frames, axis=0).round().astype(np.uint8))
        for folder, picture in (("blur", blurred), ("sharp", sharp)):
            path = tmp_path / name / "train" / folder / "1.png"
            path.parent.mkdir(parents=True)
            picture.save(path)
    return tmp_path / "few", tmp_path / "many"


def test_blur_of_several_sets_is_measured_and_drawn(
        tmp_path, command, pair_sets):
    pytest.importorskip("matplotlib", reason="plots are an extra")
    few, many = pair_sets
    done = command(
        "data_prep.describe", f"--source={few / 'train'}",
        f"--compare=M={many}", f"--blur_plot={tmp_path / 'plots/blur.png'}",
        f"--json={tmp_path / 'd.json'}")
    assert done.returncode == 0, done.stderr
    assert "few/train: 1 of 1 pairs measured, 2 squares in them" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["few/train", "2"] + 6 * ["12.0"] in rows
    assert ["M", "2"] + 6 * ["24.0"] in rows
    blur = json.loads((tmp_path / "d.json").read_text())["blur"]
    assert list(blur) == ["few/train", "M"]
    assert blur["M"]["motion"]["50"] == pytest.approx(24)
    assert blur["M"]["PSNR"]["mean"] < blur["few/train"]["PSNR"]["mean"]
    with Image.open(tmp_path / "plots/blur.png") as image:
        assert image.format == "PNG" and image.width >= 1000


def test_blur_without_a_plot_is_a_table(describe, pair_sets):
    """The pictures of `hide` are too small, and each is named."""
    code, output, errors = describe(f"--compare={pair_sets[0]}")
    assert code == 1
    left_out = [line for line in errors.splitlines() if "left out: " in line]
    assert len(left_out) == 6 and "is 100x100, too small" in left_out[0]
    assert "hide: 0 of 6 pairs measured" in output
    assert "few: 1 of 1 pairs measured" in output


def test_blur_that_nothing_shows_is_not_drawn(tmp_path, describe):
    pytest.importorskip("matplotlib", reason="plots are an extra")
    code, output, errors = describe(
        "--blur_pairs=2", f"--blur_plot={tmp_path / 'blur.png'}")
    assert code == 1 and "hide: 0 of 6 pairs measured" in output
    assert "blur.png: is not drawn, no pair could be measured" in errors
    assert not (tmp_path / "blur.png").exists()


@pytest.mark.parametrize("arguments, told", [
    (["--compare=/nowhere"], "/nowhere: no such folder"),
    (["--compare={few},"], "'' names no folder"),
    (["--compare=M="], "'M=' names no folder"),
    (["--compare={few},few={many}"], "two data sets are called 'few'"),
    (["--compare={few}/train/blur"], "no known layout"),
    (["--compare={empty}"], "holds no pair of images"),
    (["--blur_pairs=0"], "--blur_pairs=0"),
    (["--blur_plot=blur.jpg"], "is no name of a PNG file"),
    (["--blur_plot={few}/train/sharp/1.png", "--compare={few}"],
     "lies among the pictures of a data set"),
    (["--blur_plot={few}/d.png", "--json={few}/../few/d.png"],
     "would overwrite another file"),
])
def test_what_cannot_be_compared_exits_with_2(
        tmp_path, describe, pair_sets, arguments, told):
    for folder in ("blur", "sharp"):
        (tmp_path / "empty" / folder).mkdir(parents=True)
    names = {"few": pair_sets[0], "many": pair_sets[1],
             "empty": tmp_path / "empty"}
    before = pair_sets[0].joinpath("train/sharp/1.png").read_bytes()
    code, _, errors = describe(*(x.format(**names) for x in arguments))
    assert code == 2 and told in errors
    assert len(errors.splitlines()) == 1
    assert pair_sets[0].joinpath("train/sharp/1.png").read_bytes() == before


def test_plots_need_boxes_and_matplotlib(describe, monkeypatch):
    code, _, errors = describe("--plots=plots", boxes=False)
    assert code == 2 and "--plots needs --boxes" in errors
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UserError, match=r"pip install '.\[plots\]'"):
        statistics_plots.require()
    with pytest.raises(UserError, match="--blur_plot needs matplotlib"):
        statistics_plots.require("--blur_plot")


def test_help_states_the_rules_without_tensorflow():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "data_prep.describe",
         "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "--crowded=<int> [7]" in done.stdout
    assert "tensorflow" not in done.stderr
