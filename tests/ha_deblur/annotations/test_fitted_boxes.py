"""Boxes land on the person, whichever copy of the picture they are of."""

import pytest
from PIL import Image

from ha_deblur.annotations import fitted_boxes
from ha_deblur.commandline import UserError

BOX = [[10, 20, 30, 40]]


@pytest.mark.parametrize("stated, size, turn, expected", [
    ((100, 200), (100, 200), 1, [10, 20, 30, 40]),
    ((100, 200), (100, 200), 3, [10, 20, 30, 40]),  # upright is meant
    ((100, 200), (200, 400), 1, [20, 40, 60, 80]),
    ((100, 200), (50, 100), 6, [5, 10, 15, 20]),
    ((100, 200), (200, 100), 6, [40, 10, 40, 30]),
    ((100, 200), (200, 100), 8, [20, 160, 40, 30]),
    ((100, 200), (400, 200), 6, [80, 20, 80, 60]),  # a small copy, not turned
    ((100, 100), (200, 200), 6, [20, 40, 60, 80]),
])
def test_boxes_are_scaled_and_turned(stated, size, turn, expected):
    assert fitted_boxes.fitted(BOX, stated, size, turn) == [expected]


@pytest.mark.parametrize("stated, size", [
    ((360, 640), (2252, 4000)), ((361, 640), (2252, 4000)),
    ((1080, 1920), (720, 1280)), ((427, 640), (3456, 5184))])
def test_a_copy_may_be_rounded_up_or_down(stated, size):
    for one, other in ((stated, size), (size, stated)):
        [[x, y, _, _]] = fitted_boxes.fitted(BOX, one, other)
        assert (x, y) == pytest.approx(
            (10 * other[1] / one[1], 20 * other[0] / one[0]))


@pytest.mark.parametrize("stated, size, turn", [
    ((100, 200), (200, 100), 1), ((100, 200), (200, 100), 3),
    ((100, 200), (100, 190), 1), ((1088, 1920), (1080, 1920), 1),
    ((100, 200), (150, 200), 6)])
def test_what_nothing_explains_is_refused(stated, size, turn):
    with pytest.raises(ValueError, match=(
            f"is of a picture of {stated[1]}x{stated[0]}, but this one is "
            f"{size[1]}x{size[0]}")):
        fitted_boxes.fitted([], stated, size, turn)


def test_a_file_is_named(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (20, 10)).save(path)
    assert fitted_boxes.on_picture(BOX, (100, 200), path, (10, 20)) == [
        [1, 2, 3, 4]]
    with pytest.raises(UserError, match=r"a\.png: .* of 100x200, but this one "
                                        "is 20x10 when upright"):
        fitted_boxes.on_picture(BOX, (200, 100), path, (10, 20))
