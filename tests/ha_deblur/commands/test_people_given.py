"""Boxes and masks that a user gives, photo by photo."""

import pathlib

import numpy as np
import pytest
from PIL import Image

from ha_deblur.annotations import coco
from ha_deblur.commandline import UserError
from ha_deblur.commands.people_given import PeopleGiven

PHOTO, NAME = pathlib.Path("in/deep/a.jpg"), pathlib.PurePath("deep/a.jpg")


def test_boxes_are_given_directly(tmp_path):
    given = PeopleGiven(boxes="1,2,3,4; 5.5,6,7e0,8;")
    assert given.is_of_one
    assert given.options(PHOTO, NAME, (20, 30)) == {
        "boxes": [[1, 2, 3, 4], [5.5, 6, 7, 8]]}
    with pytest.raises(UserError, match=r"a\.jpg: the box .* lies outside"):
        given.options(PHOTO, NAME, (4, 5))
    with pytest.raises(UserError, match="'1,2,3' is no box"):
        PeopleGiven(boxes="1,2,3,4;1,2,3")
    with pytest.raises(UserError, match="not both"):
        PeopleGiven(boxes="1,2,3,4", mask="a.png")
    with pytest.raises(UserError, match=r"absent\.json: can't be read"):
        PeopleGiven(boxes="absent.json")


def test_coco_knows_some_photos_and_not_others(tmp_path):
    coco.write(tmp_path / "b.json", [
        ("a.jpg", 30, 20, [[1, 2, 3, 4]]), ("empty.jpg", 30, 20, [])])
    given = PeopleGiven(boxes=str(tmp_path / "b.json"))
    assert given.options(PHOTO, NAME) == {"boxes": [[1, 2, 3, 4]]}
    assert given.options("empty.jpg", pathlib.PurePath("empty.jpg")) == {
        "boxes": []}
    assert given.options("b.jpg", pathlib.PurePath("b.jpg")) == {}
    assert not given.is_of_one


def test_coco_of_the_stored_or_a_smaller_photo_is_brought_to_the_upright_one(
        tmp_path):
    exif = Image.Exif()
    exif[0x112] = 6
    path = tmp_path / "a.jpg"
    Image.new("RGB", (96, 64)).save(path, exif=exif)
    for size, box in (((96, 64), [70, 5, 20, 20]), ((64, 96), [39, 70, 20, 20]),
                      ((32, 48), [19.5, 35, 10, 10])):
        coco.write(tmp_path / "b.json", [("a.jpg", *size, [box])])
        given = PeopleGiven(boxes=str(tmp_path / "b.json"))
        assert given.options(path, NAME, (96, 64)) == {
            "boxes": [[39, 70, 20, 20]]}
    coco.write(tmp_path / "b.json", [("a.jpg", 96, 96, [box])])
    given = PeopleGiven(boxes=str(tmp_path / "b.json"))
    with pytest.raises(UserError, match=r"a\.jpg: .* of 96x96, but this one is "
                                        "64x96"):
        given.options(path, NAME, (96, 64))


@pytest.mark.parametrize("place", ["deep/a.png", "a.tif", ""])
@pytest.mark.parametrize("white", [1, 255, 65535])
def test_a_mask_is_found_by_the_photo_s_name(tmp_path, place, white):
    mask = np.zeros([20, 30], np.uint16 if white > 255 else np.uint8)
    mask[5:9, 3:11] = white
    path = tmp_path / (place or "one.png")
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(mask).save(path)
    given = PeopleGiven(mask=str(tmp_path if place else path))
    found = given.options(PHOTO, NAME, (20, 30))["mask"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, mask > 0)
    with pytest.raises(UserError, match=r"is 30x20, but its .* 20x30"):
        given.options(PHOTO, NAME, (30, 20))
    other = given.options("b.jpg", pathlib.PurePath("b.jpg"), (20, 30))
    assert (other == {}) == bool(place)
