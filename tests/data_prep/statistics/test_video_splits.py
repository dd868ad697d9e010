"""Splits by source video: nearest share, by seed, never sharing one."""

import pytest

from data_prep.statistics import video_splits
from ha_deblur.commandline import UserError


def _names(counts):
    return [f"{i}fromGOPR{1000 + video}.png"
            for video, count in enumerate(counts) for i in range(count)]


@pytest.mark.parametrize("counts, share, expected", [
    ([10, 7, 5, 3], 0.25, 7),  # 6.25 wished; 5, 7 and 8 there are
    ([10, 7, 5, 3], 0.5, 12),
    ([100, 1], 0.5, 1),
    ([100, 1], 0.9, 100),
    ([4, 4], 0.01, 4),  # never none
    ([4, 4], 0.99, 4),  # never all
])
def test_proposed_share_is_the_nearest(counts, share, expected):
    for seed in range(3):
        train, test = video_splits.propose(_names(counts), share, seed)
        assert (len(train), len(test)) == (
            sum(counts) - expected, expected)


def test_proposed_split_depends_on_the_seed_alone():
    names = _names([5] * 12)

    def test_of(names, seed):
        return set(video_splits.propose(names, 0.25, seed)[1])
    assert test_of(names, 1) == test_of(names[::-1], 1)
    assert len({frozenset(test_of(names, seed)) for seed in range(9)}) > 3


def test_videos_are_known_by_their_names():
    assert [video_splits.video_of(name) for name in (
        "109fromGOPR1096.MP4.png", "GOPR0372_07_00/000047.png",
        "12fromcity fair.png", "000047.png")] == [
            "GOPR1096", "GOPR0372_07_00", "city fair", None]


@pytest.mark.parametrize("names, told", [
    (["1.png", "2.png"], "1.png: doesn't tell its source video, nor do 1 "),
    (_names([3]), "are of one video, GOPR1000"),
])
def test_what_cannot_be_split_is_refused(names, told):
    with pytest.raises(UserError, match=told):
        video_splits.propose(names, 0.25, 0)


def test_lists_of_another_split_are_not_replaced(tmp_path):
    video_splits.write_lists(tmp_path, ["a"], ["b"])
    video_splits.write_lists(tmp_path, ["a"], ["b"])
    with pytest.raises(UserError, match=r"test.txt: is there already"):
        video_splits.write_lists(tmp_path, ["a"], ["c"])
    assert (tmp_path / "test.txt").read_text() == "b\n"
