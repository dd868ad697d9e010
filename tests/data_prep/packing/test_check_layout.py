"""--check: each thing that is wrong is said, by file name."""

import numpy as np
import pytest
from PIL import Image

from data_prep.packing import check_layout
from ha_deblur.annotations import pairs


def _save(path, height=48, width=64):
    path.parent.mkdir(parents=True, exist_ok=True)
    seed = sum(map(ord, path.name))
    Image.fromarray(np.random.default_rng(seed).integers(
        0, 256, (height, width, 3), np.uint8)).save(path)


@pytest.fixture
def hide(tmp_path):
    """HIDE, unpacked to a doubled folder: 3 + 2 pairs with lists."""
    root = tmp_path / "HIDE_dataset" / "HIDE_dataset"
    train = [f"{i}fromGOPR1096.MP4.png" for i in range(3)]
    test = ["1fromGOPR0950.png", "2fromGOPR0951.MP4.png"]
    for split, names in (("train", train), ("test", test)):
        for name in names:
            _save(root / split / name)
            _save(root / "GT" / name)
        (root / f"{split}.txt").write_text("\n".join(names) + "\n")
    (root / "far.txt").write_text(f"{test[0]}\n")
    (root / "near.txt").write_text(f"{test[1]}\n")
    return root


@pytest.fixture
def gopro(tmp_path):
    """GoPro: a sequence of 2 for training, one of 1 for testing."""
    root = tmp_path / "GOPRO_Large"
    for name in ("train/GOPR0372_07_00/{}/000047.png",
                 "train/GOPR0372_07_00/{}/000048.png",
                 "test/GOPR0384_11_00/{}/000001.png"):
        for folder in ("blur", "blur_gamma", "sharp"):
            _save(root / name.format(folder))
    return root


@pytest.fixture
def check(monkeypatch, capsys):
    """Runs the report as if so few pairs were published: (code, lines)."""
    monkeypatch.setattr(check_layout, "PUBLISHED", {
        "hide": {"train": 3, "test": 2, "test-long-shot": 1,
                 "test-close-ups": 1},
        "gopro": {"train": 2, "test": 1}})

    def run(root, dataset, blur="blur"):
        code = check_layout.report(root, dataset, blur)
        return code, capsys.readouterr().out.splitlines()
    return run


def _only_problem(result, *parts):
    code, lines = result
    assert code == 1
    assert lines[-1].endswith(": 1 problems"), lines
    for part in parts:
        assert part in lines[-2]


def test_published_counts_are_the_papers():
    assert check_layout.PUBLISHED == {
        "hide": {"train": 6397, "test": 2025, "test-long-shot": 1063,
                 "test-close-ups": 962},
        "gopro": {"train": 2103, "test": 1111}}


def test_a_whole_hide_is_whole(check, hide):
    code, lines = check(hide.parent, "hide")
    assert (code, lines) == (0, [
        "hide train: 3 pairs", "hide test: 2 pairs",
        f"{hide.parent}: is whole"])


@pytest.mark.parametrize("blur", ["blur", "blur_gamma"])
def test_a_whole_gopro_is_whole(check, gopro, blur):
    assert check(gopro, "gopro", blur)[0] == 0


def test_a_missing_sharp_image_is_named(check, hide):
    (hide / "GT/1fromGOPR1096.MP4.png").unlink()
    code, lines = check(hide, "hide")
    assert code == 1
    assert any("train/1fromGOPR1096.MP4.png: has no sharp partner" in line
               for line in lines)
    assert f"{hide}: hide train has 2 pairs, published are 3" in lines


def test_a_listed_image_that_is_absent_is_named(check, hide):
    (hide / "train/2fromGOPR1096.MP4.png").unlink()
    code, lines = check(hide, "hide")
    assert code == 1
    assert any("train/2fromGOPR1096.MP4: is listed in" in line
               and "train.txt" in line for line in lines)


def test_an_image_in_the_wrong_split_is_named(check, hide):
    (hide / "test.txt").write_text(
        "1fromGOPR0950.png\n2fromGOPR0951.MP4.png\n2fromGOPR1096.MP4.png\n")
    (hide / "train.txt").write_text("0fromGOPR1096.MP4\n1fromGOPR1096.MP4\n")
    lines = check(hide, "hide")[1]
    assert any("train/2fromGOPR1096.MP4.png: stands in train, but" in line
               for line in lines)


def test_counts_of_the_test_subsets_are_checked(check, hide):
    (hide / "near.txt").write_text("")
    (hide / "far.txt").write_text("1fromGOPR0950\n2fromGOPR0951.MP4\n")
    code, lines = check(hide, "hide")
    assert code == 1
    assert f"{hide}: hide test-long-shot has 2 pairs, published are 1" in lines
    assert f"{hide}: hide test-close-ups has 0 pairs, published are 1" in lines


def test_unequal_sizes_are_named(check, hide):
    _save(hide / "GT/0fromGOPR1096.MP4.png", 40, 64)
    _only_problem(check(hide, "hide"), "train/0fromGOPR1096.MP4.png",
                  "64x48", "64x40")


@pytest.mark.parametrize("damage", [
    lambda content: content[:len(content) // 2], lambda content: b"",
    lambda content: b"This is no picture.\n"])
def test_truncated_and_unreadable_files_are_named(check, gopro, damage):
    path = gopro / "train/GOPR0372_07_00/sharp/000048.png"
    path.write_bytes(damage(path.read_bytes()))
    _only_problem(check(gopro, "gopro"), str(path), "can't be read")


def test_doubled_names_are_named(check, hide):
    name = "1fromGOPR0950.png"
    for folder in ("test-long-shot", "test-close-ups"):
        _save(hide / "test" / folder / name)
    (hide / "test" / name).unlink()
    code, lines = check(hide, "hide")
    assert code == 1
    assert (f"{hide / 'test/test-long-shot' / name}: has the same name as "
            f"{hide / 'test/test-close-ups' / name}") in lines


def test_test_videos_in_training_are_named(check, hide):
    _save(hide / "test/1fromGOPR0950.png")
    old, new = "2fromGOPR0951.MP4.png", "9fromGOPR1096.png"
    for folder in ("test", "GT"):
        (hide / folder / old).rename(hide / folder / new)
    for name in ("test", "near"):
        path = hide / f"{name}.txt"
        path.write_text(path.read_text().replace(old, new))
    _only_problem(check(hide, "hide"), f"test/{new}", "of GOPR1096",
                  "train/0fromGOPR1096.MP4.png")


def test_gopro_sequences_in_both_splits_are_named_but_videos_may_be(
        check, gopro):
    sequence = gopro / "test/GOPR0384_11_00"
    sequence.rename(gopro / "test/GOPR0372_07_01")  # the published splits do
    assert check(gopro, "gopro")[0] == 0
    (gopro / "test/GOPR0372_07_01").rename(gopro / "test/GOPR0372_07_00")
    _only_problem(check(gopro, "gopro"), "test/GOPR0372_07_00/blur/000001.png",
                  "stands in training too")


def test_a_missing_split_and_a_missing_blur_are_named(check, gopro):
    code, lines = check(gopro / "train", "gopro")
    assert code == 1
    assert any("no split 'test'" in line for line in lines)
    for path in (gopro / "test/GOPR0384_11_00/blur_gamma").iterdir():
        path.unlink()
    code, lines = check(gopro, "gopro", "blur_gamma")
    assert code == 1
    assert any("GOPR0384_11_00/sharp/000001.png: has no blurred" in line
               for line in lines)


def test_other_data_in_the_layout_needs_no_published_counts(check, tmp_path):
    for i in range(5):
        _save(tmp_path / f"train/walker_{i}.png")
        _save(tmp_path / f"GT/walker_{i}.png")
    found, _ = pairs.find_pairs(tmp_path, "hide")
    assert check_layout.count_problems(
        tmp_path, "hide", "train", found) == []


def test_a_folder_of_pairs_is_checked_without_counts(check, tmp_path):
    for i in range(3):
        _save(tmp_path / f"input/{i}.png")
        _save(tmp_path / f"target/{i}.png")
    assert check(tmp_path, "folder") == (
        0, ["folder all: 3 pairs", f"{tmp_path}: is whole"])


def test_a_folder_without_images_is_not_whole(check, tmp_path):
    for folder in ("input", "target"):
        (tmp_path / folder).mkdir()
    _only_problem(check(tmp_path, "folder"), "holds no pair of images")


def test_a_missing_gt_is_said(command, hide):
    (hide / "GT").rename(hide / "ground_truth")
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={hide}", "--check")
    assert done.returncode == 2
    assert "HIDE needs its folder GT" in done.stderr


def test_the_command_writes_nothing_and_exits_with_1(command, hide, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={hide}", "--check", "--workers=2")
    assert done.returncode == 1, done.stderr
    assert f"{hide}: hide train has 3 pairs, published are 6,397" in (
        done.stdout.splitlines())
    assert sorted(tmp_path.rglob("*")) == before


def test_many_pairs_are_decoded_by_several_processes(tmp_path):
    for i in range(40):
        for folder in ("blur", "sharp"):
            _save(tmp_path / folder / f"{i:02}.png", 8, 8)
    (tmp_path / "blur/07.png").write_bytes(b"")
    found, _ = pairs.find_pairs(tmp_path)
    problems = check_layout.unusable(found, processes=2)
    assert [pair.name for pair in problems] == ["07.png"]
