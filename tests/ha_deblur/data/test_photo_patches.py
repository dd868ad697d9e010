"""Patches in which everybody moves, made for every step."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ha_deblur.blur import moving_people
from ha_deblur.blur.exposure import Exposure
from ha_deblur.commandline import UserError
from ha_deblur.data import photo_patches, pipeline
from ha_deblur.data.sampling import Sampling


@pytest.fixture
def photos_folder(tmp_path):
    """Two photos of noise: with two people, and without a mask."""
    root = tmp_path / "photos"
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
    generator = np.random.default_rng(0)
    for name in ("street", "wall"):
        pixels = generator.integers(0, 256, (90, 120, 3), np.uint8)
        Image.fromarray(pixels).save(root / f"images/{name}.png")
    mask = np.zeros((90, 120), np.uint8)
    mask[30:80, 20:40] = mask[20:70, 70:100] = 255
    Image.fromarray(mask).save(root / "masks/street.png")
    return root


def test_photos_find_their_masks(photos_folder):
    assert photo_patches.photos_in(photos_folder) == [
        (str(photos_folder / "images/street.png"),
         str(photos_folder / "masks/street.png")),
        (str(photos_folder / "images/wall.png"), "")]
    with pytest.raises(UserError, match="holds no images/"):
        photo_patches.photos_in(photos_folder / "masks")


def test_photos_that_can_t_be_used_are_named_and_left_out(
        photos_folder, capsys):
    images, masks = photos_folder / "images", photos_folder / "masks"
    (masks / "street.txt").write_text("0 .5 .5 .1 .1")  # boxes, no mask
    cut = (images / "wall.png").read_bytes()[:-3000]
    (images / "cut.png").write_bytes(cut)
    Image.new("RGB", (90, 90)).save(images / "square.png")
    Image.new("L", (120, 90)).save(masks / "square.png")
    found = photo_patches.photos_in(photos_folder)
    assert [mask and mask[-10:] for _, mask in found] == ["street.png", ""]
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "left out: " in told[0] and "cut.png: can't be read" in told[0]
    assert "masks/square.png: is 120x90, but its photo" in told[1]
    for path in images.iterdir():
        path.write_bytes(b"")
    with pytest.raises(UserError, match=r"none of 4 photos can be used; .*it "
                       "is empty"):
        photo_patches.photos_in(photos_folder)


def test_the_mask_is_the_boxes_of_the_people_in_the_patch():
    image = np.full((100, 100, 3), 128, np.uint8)
    person = np.zeros((1, 100, 100), bool)
    person[0, 45:55, 40:60] = True
    person[0, 45, 40] = False  # round corners: its box is drawn
    layers = photo_patches.blurred_patch(
        image, person, 64, Exposure(4.0), tf.constant([1, 2], tf.int64))
    assert layers.shape == [64, 64, 7]
    np.testing.assert_allclose(layers[..., :6], 128, atol=1)
    mask = layers[..., 6].numpy()
    assert mask.sum() == 10 * 20
    rows, columns = np.nonzero(mask)
    assert np.ptp(rows) == 9 and np.ptp(columns) == 19


def test_without_motion_the_photo_comes_back(monkeypatch, photos_folder):
    monkeypatch.setattr(moving_people, "_TREMOR", 0.0)
    monkeypatch.setattr(moving_people, "_BEND", 0.0)
    photos = photo_patches.photos_in(photos_folder)
    for layers, _ in photo_patches.samples(
            photos, 32, Exposure(0.0), 3, 0).take(3):
        np.testing.assert_allclose(
            tf.cast(layers[..., :3], tf.int32),
            tf.cast(layers[..., 3:6], tf.int32), atol=1)


def test_patches_are_random_by_seed_and_number_only(photos_folder):
    photos = photo_patches.photos_in(photos_folder)

    def patches(seed, first):
        return [layers.numpy() for layers, _ in photo_patches.samples(
            photos, 32, Exposure(8.0), seed, first).take(3)]

    unbroken, resumed = patches(0, 0), patches(0, 2)
    np.testing.assert_array_equal(unbroken[2], resumed[0])
    assert np.any(unbroken[0] != unbroken[1])
    assert np.any(patches(1, 0)[0] != unbroken[0])
    blurred, sharp = (np.float32(unbroken[0][..., i:i + 3]) for i in (0, 3))
    assert np.std(blurred) < 0.8 * np.std(sharp)


def test_small_photos_are_enlarged(photos_folder):
    photos = photo_patches.photos_in(photos_folder)
    (layers, _), = photo_patches.samples(
        photos, 128, Exposure(8.0), 0, 0).take(1)
    assert layers.shape == [128, 128, 7]


def test_a_share_of_every_batch_is_made_from_photos(photos_folder, records_of):
    batches = pipeline.training_batches(Sampling(
        [records_of()], 32, 8, photos=photos_folder, photos_share=0.25,
        exposure=Exposure(8.0)))
    unknown = []
    for blurred, sharp, mask, unlabelled in batches.take(6):
        assert blurred.shape == sharp.shape == [8, 32, 32, 3]
        assert not np.any(unlabelled[2:])
        unknown += list(unlabelled[:2].numpy())
        # Noise: the photos come first, then records with people, then none.
        noisy = np.abs(np.diff(sharp, axis=2)).mean(axis=(1, 2, 3)) > 0.25
        assert noisy[:2].all() and not noisy[2:].any()
        shown = np.any(mask, axis=(1, 2, 3))
        assert shown[2:4].all() and not shown[4:].all()
        assert not shown[:2][unlabelled[:2] == 1].any()
    assert set(unknown) == {0, 1}  # nobody has looked at the wall
