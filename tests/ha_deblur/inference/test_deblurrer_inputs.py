"""Arrays, paths and PIL images; 8 and 16 bits; batches; threads."""

import concurrent.futures

import numpy as np
import pytest
from PIL import Image

import ha_deblur
from ha_deblur import Deblurrer, MultiScaleDeblur, presets
from ha_deblur.commandline import UserError
from ha_deblur.inference.deblurrer_inputs import inputs_of, mask_of, pixels_of


def test_all_levels_of_16_bits_come_through():
    image = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    image = np.stack([image, image.T, image[::-1]], axis=-1)
    identity = Deblurrer(MultiScaleDeblur(presets.get("tiny")))
    for options in ({}, {"tile": 192}, {"self_ensemble": True}):
        result = identity.deblur(image, **options)
        assert result.attention.dtype == np.uint8
        for found in (result.sharp, result.foreground, result.background):
            assert found.dtype == np.uint16
            np.testing.assert_array_equal(found, image)


def test_paths_and_pil_images_are_taken(micro, photos, tmp_path):
    image, deblurrer = photos(40, 50), Deblurrer(micro)
    expected = deblurrer.deblur(image).sharp
    path = tmp_path / "photo.png"
    Image.fromarray(image).save(path)
    for given in (path, str(path), Image.open(path),
                  Image.open(path).convert("RGBA")):
        np.testing.assert_array_equal(deblurrer.deblur(given).sharp, expected)
    gray = image[..., 0].astype(np.uint16) * 257
    np.testing.assert_array_equal(
        deblurrer.deblur(Image.fromarray(gray)).sharp,
        deblurrer.deblur(np.stack([gray] * 3, axis=-1)).sharp)
    with pytest.raises(UserError, match=r"nothing\.png"):
        deblurrer.deblur(tmp_path / "nothing.png")


def test_a_batch_is_the_same_as_one_by_one(micro, photos):
    deblurrer = Deblurrer(micro)
    images = [photos(40, 50, seed) for seed in range(5)] + [
        photos(70, 50), photos(40, 50).astype(np.uint16) * 257, photos(1, 1)]
    boxes = [None] * len(images)
    boxes[1] = [[10, 10, 20, 20]]
    calls = []
    together = deblurrer.deblur_batch(
        images, boxes=boxes, progress=lambda *call: calls.append(call))
    # those of one shape, type and kind go in powers of two
    assert [done for done, _ in calls] == [4, 5, 6, 7, 8]
    for result, image, box in zip(together, images, boxes):
        alone = deblurrer.deblur(image, boxes=box)
        for name in ("sharp", "foreground", "background", "attention"):
            a, b = getattr(result, name), getattr(alone, name)
            assert a.dtype == b.dtype and a.shape == b.shape
            # another order of sums may round a value at .5 differently
            assert np.abs(a.astype(int) - b).max() <= 1
    assert deblurrer.deblur_batch([]) == []


def test_masks_come_as_arrays_files_and_pictures(tmp_path):
    there = np.zeros((20, 30), bool)
    there[5:9, 3:11] = True
    image = Image.fromarray(there * np.uint8(15))
    image.save(tmp_path / "mask.png")
    for mask in (there, there * 1.0, there * np.uint8(255), image,
                 tmp_path / "mask.png"):
        np.testing.assert_array_equal(
            mask_of(20, 30, mask)[..., 0], there.astype(np.float32))
    np.testing.assert_array_equal(
        mask_of(20, 30, boxes=[[3, 5, 8, 4]])[..., 0], there)
    assert not mask_of(20, 30, boxes=[]).any()
    assert mask_of(20, 30) is None


@pytest.mark.parametrize(("options", "reason"), [
    ({"mask": np.full((20, 30), np.nan)}, "mask holds NaN"),
    ({"mask": np.ones((30, 20))}, r"mask must be of shape \[20, 30\]"),
    ({"mask": np.ones((20, 30)), "boxes": []}, "not both"),
    ({"mask": [[1], [1, 2]]}, "mask has rows of different lengths"),
    ({"mask": np.full((20, 30), -3.5)}, "mask holds values below 0; of logit"),
    ({"boxes": [[1, 2, 3, 4, 0.9]]}, r"shape \[n, 4\].*not \[1, 5\]"),
    ({"boxes": [1, 2, 3, 4]}, r"shape \[n, 4\]"),
    ({"boxes": [[1, 2, 3, 4], [1, 2]]}, r"shape \[n, 4\]"),
    ({"boxes": [[np.nan, 2, 3, 4]]}, "nan.* is no box"),
    ({"boxes": [[9, 9, -2, -2]]}, "width and height above 0"),
    ({"boxes": [[500, 2, 3, 4]]}, "outside of its picture of 30x20")])
def test_masks_and_boxes_that_mean_nothing_are_refused(options, reason):
    with pytest.raises(ValueError, match=reason):
        mask_of(20, 30, **options)


def test_lists_have_one_for_each_picture(photos):
    image = photos(20, 30)
    assert len(inputs_of([image, image], boxes=[None, []])[1]) == 2
    for given, reason in (
            ({"masks": [None]}, "masks must be as many as the images, 2"),
            ({"masks": np.ones((2, 20, 30))}, "masks must be a list"),
            ({"boxes": np.ones((2, 1, 4))}, "boxes must be a list"),
            ({"boxes": [None, [[0, 0, 0, 0]]]}, r"images\[1\]: .* is no box")):
        with pytest.raises(ValueError, match=reason):
            inputs_of([image, image], **given)
    for images in (image, "party.jpg", Image.fromarray(image), None, {}, 3):
        with pytest.raises(ValueError, match="give one image to deblur"):
            inputs_of(images)


def test_pil_images_of_deep_numbers():
    floats = Image.fromarray(np.float32([[0, 0.5, 1]]))
    assert pixels_of(floats)[0].tolist() == [[0] * 3, [32768] * 3, [65535] * 3]
    deep = Image.fromarray(np.int32([[0, 70000]]))
    for image in (Image.fromarray(np.float32([[0, 255]])), deep,
                  Image.fromarray(np.float32([[0, np.nan]]))):
        with pytest.raises(ValueError, match=r"must hold 0 to (1|65535)"):
            pixels_of(image)


def test_threads_may_share_a_deblurrer(micro, photos):
    images = [photos(40 + 8 * i, 50, seed=i) for i in range(6)]
    serial = list(map(Deblurrer(micro).deblur, images))
    shared = Deblurrer(micro)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = list(pool.map(shared.deblur, images))
    for a, b in zip(serial, found):
        np.testing.assert_array_equal(a.sharp, b.sharp)
        np.testing.assert_array_equal(a.attention, b.attention)


def test_the_documented_example_runs(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(photos(20, 30)).save("party.jpg")
    example = [line[4:] for line in ha_deblur.__doc__.splitlines()
               if line.startswith("    ")]
    names = {}
    exec("\n".join(example), names)
    assert names["sharp"].shape == (20, 30, 3)
