"""Every known layout is found, and what is amiss is named."""

from pathlib import Path

import pytest
from PIL import Image

from ha_deblur.annotations import pairs
from ha_deblur.commandline import UserError

SHARED = Path(__file__).parents[4] / "shared" / "data"


def _touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _save(path, height, width):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height)).save(path)
    return path


@pytest.fixture
def gopro(tmp_path):
    root = tmp_path / "GOPRO_Large"
    for folder in ("blur", "blur_gamma", "sharp"):
        _touch(root, f"train/GOPR0372_07_00/{folder}/000047.png",
               f"train/GOPR0372_07_00/{folder}/000048.png",
               f"test/GOPR0384_11_00/{folder}/000001.png")
    return root


@pytest.fixture
def hide(tmp_path):
    root = tmp_path / "HIDE_dataset"
    _touch(root, "train/1fromGOPR0968.png", "train/train.txt",
           "test/test-close-ups/109fromGOPR1096.MP4.png",
           "test/test-long-shot/1fromGOPR0950.png",
           "GT/1fromGOPR0968.png", "GT/1fromGOPR0950.png",
           "GT/109fromGOPR1096.MP4.png", "GT/7fromGOPR0999.png")
    return root


def _summary(found):
    return [(p.dataset, p.subset, p.name) for p in found]


def test_gopro_is_found_whole(gopro):
    found, problems = pairs.find_pairs(gopro)
    assert problems == []
    assert _summary(found) == [
        ("gopro", "GOPR0384_11_00", "GOPR0384_11_00/000001.png"),
        ("gopro", "GOPR0372_07_00", "GOPR0372_07_00/000047.png"),
        ("gopro", "GOPR0372_07_00", "GOPR0372_07_00/000048.png")]
    sequence = gopro / "test" / "GOPR0384_11_00"
    assert found[0].blurred == sequence / "blur" / "000001.png"
    assert found[0].sharp == sequence / "sharp" / "000001.png"


def test_gopro_blur_gamma_is_used_only_when_asked_for(gopro):
    found, problems = pairs.find_pairs(gopro, blur="blur_gamma")
    assert problems == []
    assert {p.blurred.parent.name for p in found} == {"blur_gamma"}


def test_a_sequence_without_the_asked_blur_is_named(gopro):
    (gopro / "test/GOPR0384_11_00/blur_gamma/000001.png").unlink()
    (gopro / "test/GOPR0384_11_00/blur_gamma").rmdir()
    found, problems = pairs.find_pairs(gopro, blur="blur_gamma")
    assert len(found) == 2
    assert len(problems) == 1
    assert "GOPR0384_11_00" in problems[0]
    assert "'blur_gamma'" in problems[0]


@pytest.mark.parametrize("part", ["train", "train/GOPR0372_07_00"])
def test_a_part_of_gopro_is_a_root_too(gopro, part):
    found, problems = pairs.find_pairs(gopro / part)
    assert problems == []
    assert _summary(found) == [
        ("gopro", "GOPR0372_07_00", "GOPR0372_07_00/000047.png"),
        ("gopro", "GOPR0372_07_00", "GOPR0372_07_00/000048.png")]
    with pytest.raises(UserError, match="no split 'test', only train"):
        pairs.find_pairs(gopro / part, split="test")


def test_a_relative_root_is_named_by_where_it_lies(gopro, monkeypatch):
    monkeypatch.chdir(gopro / "train" / "GOPR0372_07_00")
    found, _ = pairs.find_pairs(".", split="train")
    assert found[0].name == "GOPR0372_07_00/000047.png"


@pytest.mark.parametrize("dataset", ["auto", "hide"])
def test_hide_is_found_whole(hide, dataset):
    found, problems = pairs.find_pairs(hide, dataset)
    assert problems == []  # GT may hold more than there are blurred images
    assert _summary(found) == [
        ("hide", "train", "1fromGOPR0968.png"),
        ("hide", "test-close-ups", "109fromGOPR1096.MP4.png"),
        ("hide", "test-long-shot", "1fromGOPR0950.png")]
    assert found[1].sharp == hide / "GT" / "109fromGOPR1096.MP4.png"


def test_hide_names_are_never_cut_at_the_first_dot(hide):
    _touch(hide, "train/5fromGOPR1096.MP4.png", "GT/5fromGOPR1096.png")
    found, problems = pairs.find_pairs(hide, split="train")
    assert [p.name for p in found] == ["1fromGOPR0968.png"]
    assert len(problems) == 1
    assert "5fromGOPR1096.MP4.png" in problems[0]


def test_hide_test_split_is_both_its_subsets(hide):
    found, _ = pairs.find_pairs(hide, split="test")
    assert [p.subset for p in found] == ["test-close-ups", "test-long-shot"]


def test_hide_test_may_be_flat(hide):
    _touch(hide, "test/2fromGOPR0970.png", "GT/2fromGOPR0970.png")
    found, _ = pairs.find_pairs(hide)
    assert ("hide", "test", "2fromGOPR0970.png") in _summary(found)


@pytest.mark.parametrize(
    "part, count", [("train", 1), ("test", 2), ("test/test-long-shot", 1)])
def test_a_part_of_hide_finds_its_gt(hide, part, count):
    found, problems = pairs.find_pairs(hide / part)
    assert (len(found), problems) == (count, [])
    assert {p.dataset for p in found} == {"hide"}


@pytest.fixture
def flat_hide(tmp_path):
    """HIDE, its test in one folder and its lists in the outer of two."""
    root = tmp_path / "HIDE_dataset" / "HIDE_dataset"
    _touch(root, *(f"{folder}/{name}.png" for folder in ("test", "GT")
                   for name in ("1fromGOPR0950", "2fromGOPR0950",
                                "109fromGOPR1096.MP4")))
    return root


def test_a_doubled_hide_folder_is_found(flat_hide):
    for root in (flat_hide.parent.parent, flat_hide.parent, flat_hide):
        for dataset in ("auto", "hide"):
            found, problems = pairs.find_pairs(root, dataset, split="test")
            assert (len(found), problems) == (3, [])
            assert found[0].name == "109fromGOPR1096.MP4.png"


@pytest.mark.parametrize("far, near", [
    ("1fromGOPR0950.png\n", "109fromGOPR1096.MP4.png\r\n"),
    ("1fromGOPR0950\n\n", "109fromGOPR1096.MP4\n"),
    ("test/1fromGOPR0950.png GT/1fromGOPR0950.png", "\ufefftest\\"
     "109fromGOPR1096.MP4.png"),
])
@pytest.mark.parametrize("place", [".", "..", "test"])
def test_lists_say_what_in_a_flat_test_is_far_and_near(
        flat_hide, far, near, place):
    (flat_hide / place / "far.txt").write_text(far, "utf-8")
    (flat_hide / place / "near.txt").write_text(near, "utf-8")
    found, _ = pairs.find_pairs(flat_hide)
    assert _summary(found) == [
        ("hide", "test-close-ups", "109fromGOPR1096.MP4.png"),
        ("hide", "test-long-shot", "1fromGOPR0950.png"),
        ("hide", "test", "2fromGOPR0950.png")]


def test_a_list_that_is_no_text_is_named(flat_hide):
    (flat_hide / "far.txt").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(UserError, match=r"far\.txt: can't be read"):
        pairs.find_pairs(flat_hide)


def test_a_doubled_gopro_folder_is_found(gopro):
    outer = gopro / "GOPRO_Large"
    outer.mkdir()
    for split in ("train", "test"):
        (gopro / split).rename(outer / split)
    found, problems = pairs.find_pairs(gopro, "gopro", split="train")
    assert problems == []
    assert [p.name for p in found] == [
        "GOPR0372_07_00/000047.png", "GOPR0372_07_00/000048.png"]


@pytest.mark.parametrize("folders", [("blur", "sharp"), ("input", "target")])
def test_a_folder_of_pairs_is_found(tmp_path, folders):
    for folder in folders:
        _touch(tmp_path, f"{folder}/b.png", f"{folder}/a.png")
    found, problems = pairs.find_pairs(tmp_path, split="train")
    assert problems == []
    assert _summary(found) == [("folder", "", "a.png"),
                               ("folder", "", "b.png")]


def test_folders_of_pairs_are_found_further_down(tmp_path):
    for split in ("train", "test"):
        _touch(tmp_path, f"{split}/city/input/a.png",
               f"{split}/city/target/a.png")
    found, _ = pairs.find_pairs(tmp_path, split="test")
    assert _summary(found) == [("folder", "test", "test/city/a.png")]


def test_a_data_set_in_another_layout_keeps_its_name(tmp_path):
    _touch(tmp_path, "test/input/1fromGOPR0950.png",
           "test/target/1fromGOPR0950.png")
    found, _ = pairs.find_pairs(tmp_path, "hide")
    assert _summary(found) == [("hide", "test", "test/1fromGOPR0950.png")]


def test_partners_may_differ_in_their_last_extension(tmp_path):
    _touch(tmp_path, "blur/1fromGOPR1096.MP4.JPG",
           "sharp/1fromGOPR1096.MP4.png", "sharp/1fromGOPR1096.png",
           "blur/1fromGOPR1096.png")
    found, problems = pairs.find_pairs(tmp_path)
    assert problems == []
    assert [(p.blurred.name, p.sharp.name) for p in found] == [
        ("1fromGOPR1096.MP4.JPG", "1fromGOPR1096.MP4.png"),
        ("1fromGOPR1096.png", "1fromGOPR1096.png")]


def test_two_candidates_are_no_partner(tmp_path):
    _touch(tmp_path, "blur/a.jpg", "blur/a.bmp", "sharp/a.png")
    found, problems = pairs.find_pairs(tmp_path)
    assert found == []
    assert len(problems) == 3


def test_missing_partners_are_named(tmp_path):
    _touch(tmp_path, "blur/a.png", "sharp/a.png", "blur/lonely.png",
           "sharp/alone.png", "blur/.hidden.png", "blur/notes.txt",
           ".cache/blur/x.png", ".cache/sharp/x.png")
    found, problems = pairs.find_pairs(tmp_path)
    assert [p.name for p in found] == ["a.png"]
    assert len(problems) == 2
    assert f"{tmp_path / 'blur' / 'lonely.png'}: has no sharp" in problems[0]
    assert f"{tmp_path / 'sharp' / 'alone.png'}: has no blur" in problems[1]


def test_a_root_without_a_layout_is_refused_with_the_known_ones(tmp_path):
    _touch(tmp_path, "a.png")
    with pytest.raises(UserError, match=r"GT.*blur.*\{input,target\}"):
        pairs.find_pairs(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        pairs.find_pairs(tmp_path / "absent")
    with pytest.raises(UserError, match="no data set is named 'reds'"):
        pairs.find_pairs(tmp_path, "reds")


def test_a_lone_half_of_a_layout_is_named(tmp_path):
    _touch(tmp_path, "input/a.png")
    with pytest.raises(UserError, match="no folder 'target'"):
        pairs.find_pairs(tmp_path)


def test_source_video_is_the_gopr_number():
    assert pairs.source_video("1fromGOPR1096.MP4.png") == "GOPR1096"
    assert pairs.source_video("12fromGOPR0950.png") == "GOPR0950"
    assert pairs.source_video("GOPR0372_07_00/000047.png") == "GOPR0372"
    assert pairs.source_video("party.png") is None


def test_size_problem_names_the_pair_that_differs(tmp_path):
    blurred = _save(tmp_path / "blur/a.png", 4, 6)
    sharp = _save(tmp_path / "sharp/a.png", 4, 6)
    (pair,), _ = pairs.find_pairs(tmp_path)
    assert pairs.size_problem(pair) is None
    _save(sharp, 5, 6)
    assert "6x4" in pairs.size_problem(pair)
    assert "6x5" in pairs.size_problem(pair)
    blurred.write_bytes(b"no image")
    assert str(blurred) in pairs.size_problem(pair)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared data here")
def test_real_gopro_pairs_are_found_and_equal_in_size():
    found, problems = pairs.find_pairs(SHARED / "gopro", split="train")
    assert problems == []
    assert len(found) == len(list(SHARED.glob("gopro/train/*/blur/*")))
    assert {p.dataset for p in found} == {"gopro"}
    assert all(pairs.size_problem(pair) is None for pair in found)
    assert pairs.image_size(found[0].blurred) == (720, 1280)
