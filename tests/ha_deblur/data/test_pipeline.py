"""Batches: the share of people, mask and boxes in step with the patch."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ha_deblur.annotations import coco
from ha_deblur.blur.exposure import Exposure
from ha_deblur.commandline import UserError
from ha_deblur.data import patches, pipeline, records
from ha_deblur.data.sampling import Sampling

CROP = 32


def whole_mask(record):
    height, width = record["blurred"].shape[:2]
    mask = np.zeros([height, width])
    for ymin, xmin, ymax, xmax in record["boxes"]:
        mask[round(ymin * height):round(ymax * height),
             round(xmin * width):round(xmax * width)] = 1
    return mask


def eight_turns(image):
    for flipped in (image, image[:, ::-1]):
        for quarters in range(4):
            yield np.rot90(flipped, quarters)


def find_patch(patch, mask, rows):
    """The record and turn from which a patch was cut, and its place."""
    for turn, turned in enumerate(eight_turns(
            np.concatenate([patch, mask], axis=-1))):
        for index, record in enumerate(rows):
            windows = np.lib.stride_tricks.sliding_window_view(
                record["blurred"][..., 0], (4, 4))
            start = np.round(turned[:4, :4, 0] * 255).astype(np.uint8)
            for y, x in zip(*np.nonzero((windows == start).all((2, 3)))):
                cut = record["blurred"][y:y + CROP, x:x + CROP] / 255
                if cut.shape == (CROP, CROP, 3) and np.allclose(
                        cut, turned[..., :3], atol=1e-6):
                    return index, turn, (y, x), turned[..., 3]
    raise AssertionError("the patch is of no record")


def test_half_of_a_batch_shows_people_and_half_little_of_them(records_of):
    batches = pipeline.training_batches(Sampling(
        [records_of()], crop_size=CROP, batch_size=6))
    for blurred, sharp, mask, unlabelled in batches.take(10):
        assert blurred.shape == sharp.shape == [6, CROP, CROP, 3]
        assert mask.shape == [6, CROP, CROP, 1]
        np.testing.assert_array_equal(unlabelled, np.zeros(6))
        shares = tf.reduce_mean(mask, [1, 2, 3]).numpy()
        assert np.all(shares[:3] > 0.1)
        assert np.all(shares[3:] <= patches.LITTLE)


def test_mask_and_pictures_stay_in_step_through_crops_and_turns(records_of):
    directory = records_of()
    rows = list(records.read(directory))
    batches = pipeline.training_batches(Sampling(
        [directory], crop_size=CROP, batch_size=4))
    turns, people = set(), 0
    for blurred, sharp, mask, _ in batches.take(8):
        for b, s, m in zip(blurred.numpy(), sharp.numpy(), mask.numpy()):
            index, turn, (y, x), turned_mask = find_patch(b, m, rows)
            row = rows[index]
            np.testing.assert_array_equal(
                turned_mask, whole_mask(row)[y:y + CROP, x:x + CROP])
            turned_sharp = list(eight_turns(s))[turn]
            np.testing.assert_allclose(
                turned_sharp, row["sharp"][y:y + CROP, x:x + CROP] / 255,
                atol=1e-6)
            turns.add(turn)
            people += turned_mask.any()
    assert len(turns) == 8  # every flip and quarter turn occurs
    assert people >= 16


def test_upright_patches_are_mirrored_and_never_turned(records_of):
    directory = records_of()
    rows = list(records.read(directory))
    found = set()
    for blurred, _, mask, _ in pipeline.training_batches(Sampling(
            [directory], crop_size=CROP, batch_size=4, upright=True)).take(4):
        for patch, its_mask in zip(blurred.numpy(), mask.numpy()):
            found.add(find_patch(patch, its_mask, rows)[1])
    assert found == {0, 4}  # as it is, and mirrored


def test_batch_n_depends_on_seed_and_number_only(records_of):
    directory = records_of()

    def batches(seed, first_step):
        return pipeline.training_batches(Sampling(
            [directory], CROP, 4, seed), first_step).as_numpy_iterator()

    unbroken = [next_ for next_, _ in zip(batches(0, 0), range(12))]
    for start in (1, 5, 11):  # within, at and beyond an epoch
        for resumed, expected in zip(batches(0, start), unbroken[start:]):
            for a, b in zip(resumed, expected):
                np.testing.assert_array_equal(a, b)
    assert np.any(next(batches(1, 0))[0] != unbroken[0][0])


def test_an_epoch_shows_every_pair_once(records_of):
    directory = records_of()
    rows = list(records.read(directory))
    batches = pipeline.training_batches(Sampling([directory], CROP, 2))
    # one of each kind a batch: four batches for the four pairs with people
    for first in (0, 4):
        seen = [find_patch(b[0].numpy(), m[0].numpy(), rows)[0]
                for b, _, m, _ in batches.skip(first).take(4)]
        assert sorted(seen) == [1, 2, 4, 5]


def test_gopro_pairs_are_marked_and_give_background_only(
        hide_like, records_of, tmp_path, command):
    root, _ = hide_like
    scene = tmp_path / "gopro" / "train" / "GOPR0001_01_00"
    for folder, source in (("blur", "train"), ("sharp", "GT")):
        (scene / folder).mkdir(parents=True)
        for i in range(2):
            name = f"{i}fromGOPR1096.MP4.png"
            (scene / folder / name).write_bytes(
                (root / source / name).read_bytes())
    done = command("data_prep.make_records", "--dataset=gopro",
                   f"--source={tmp_path / 'gopro'}",
                   f"--output={tmp_path / 'records-gopro'}")
    assert done.returncode == 0, done.stderr
    both = [records_of(), tmp_path / "records-gopro"]
    assert pipeline.pairs_in(both) == 8
    marked = [unlabelled.numpy() for _, _, _, unlabelled in
              pipeline.training_batches(Sampling(both, CROP, 4)).take(8)]
    marked = np.array(marked)  # [8, 4]
    assert not marked[:, :2].any()  # people: HIDE alone
    assert 0 < marked[:, 2:].mean() < 1  # background: both
    for _, _, mask, unlabelled in pipeline.training_batches(Sampling(
            both[1:], CROP, 4)).take(2):
        np.testing.assert_array_equal(unlabelled, np.ones(4))
        assert not np.any(mask)
    for share, count in ((0.75, 3), (0.25, 1), (0.0, 0)):
        kinds = [unlabelled.numpy().sum() for _, _, _, unlabelled in
                 pipeline.training_batches(Sampling(
                     both, CROP, 4, gopro_share=share)).take(3)]
        assert kinds == [count] * 3
    _, _, _, unlabelled = next(iter(pipeline.training_batches(Sampling(
        both[1:], CROP, 4, gopro_share=0.25))))  # there is nothing else
    assert unlabelled.numpy().tolist() == [1] * 4
    rows = list(records.read(both[1]))
    mostly_gopro = Sampling(both, CROP, 4, gopro_share=0.75, upright=True)
    turns = {find_patch(blurred[i].numpy(), mask[i].numpy(), rows)[1]
             for blurred, _, mask, unlabelled in pipeline.training_batches(
                 mostly_gopro).take(4)
             for i in np.flatnonzero(unlabelled)}
    assert turns - {0, 4}  # these are turned all the same
    stored, anew = (  # GoPro's own blur is never replaced
        next(iter(pipeline.training_batches(Sampling(
            both[1:], CROP, 4, fresh_blur=share))))[0] for share in (0.0, 1.0))
    np.testing.assert_array_equal(stored, anew)


def test_pictures_smaller_than_a_patch_are_refused_with_the_remedy(
        records_of):
    with pytest.raises(UserError, match=r"128x96; use --crop_size=96 or less"):
        pipeline.training_batches(Sampling([records_of()], crop_size=128))


def test_validation_patches_are_the_same_each_time(records_of):
    batches = pipeline.validation_batches([records_of("test")], CROP, 4)
    first, second = list(batches), list(batches)
    assert sum(len(b[0]) for b in first) == 2
    for a, b in zip(first, second):
        for x, y in zip(a, b):
            np.testing.assert_array_equal(x, y)
    # about the middle of pair 7's first box; pair 6 has none
    rows = list(records.read(records_of("test")))
    expected = [np.s_[32:64, 48:80], np.s_[30:62, 19:51]]
    for blurred, row, window in zip(first[0][0], rows, expected):
        np.testing.assert_allclose(
            blurred, row["blurred"][window] / 255, atol=1e-6)


def test_fresh_blur_is_another_every_time(records_of):
    directory = records_of()

    def batches(share, first_step=0):
        return list(pipeline.training_batches(Sampling(
            [directory], crop_size=CROP, batch_size=4, fresh_blur=share,
            exposure=Exposure(12.0)), first_step).take(3 - first_step))

    stored, fresh = batches(0.0), batches(1.0)
    for (blurred, sharp, mask, _), (again, target, moved, _) in zip(
            stored, fresh):
        assert np.abs(blurred - again).mean() > 0.01
        # The target is resampled; its middle stays, and the mask goes with it.
        assert 0 < np.abs(sharp - target).mean() < 0.25
        np.testing.assert_array_equal(np.unique(moved), [0, 1])
        assert np.abs(mask - moved).mean() < 0.3
    for later, resumed in zip(fresh[2], batches(1.0, first_step=2)[0]):
        np.testing.assert_array_equal(later, resumed)


def test_squares_beyond_a_pictures_edge_are_mirrored():
    image = np.arange(20, dtype=np.uint8).reshape(4, 5, 1)
    for top, left, size in ((1, 1, 3), (-2, -3, 9), (-9, -11, 25)):
        mirrored = np.pad(image, ((12, 25), (12, 25), (0, 0)), "symmetric")
        np.testing.assert_array_equal(
            patches.cut_mirrored(image, [top, left], size),
            mirrored[12 + top:, 12 + left:][:size, :size])


def test_detailed_places_are_preferred_and_people_still_avoided():
    sharp = np.zeros((64, 96, 3), np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (64, 24, 3), np.uint8)
    sharp[:, 72:] = sharp[:, :24] = noise
    boxes = tf.constant([[0.0, 0.0, 1.0, 0.3]])  # the left noise is a person
    draws = tf.random.stateless_uniform([200, patches.DRAWS], [1, 2])

    def noisy(share):
        lefts = patches.background(boxes, sharp, 16, draws, share)[:, 1]
        assert np.mean(lefts < 29) < 0.05
        return np.mean(lefts > 60)

    assert noisy(0.0) < 0.5 < 0.8 < noisy(0.8) < noisy(1.0)


def test_photos_are_blurred_while_training_and_unlabelled_ones_marked(
        command, photos, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(3):
        Image.fromarray(photos(96, 128, seed=i)).save(folder / f"{i}.png")
    coco.write(tmp_path / "boxes.json", [
        ("0.png", 128, 96, [[20, 16, 30, 60]]), ("1.png", 128, 96, [])])
    done = command("data_prep.make_records", "--dataset=photos",
                   f"--source={folder}", f"--boxes={tmp_path / 'boxes.json'}",
                   f"--output={tmp_path / 'records'}")
    assert done.returncode == 0, done.stderr
    seen = []
    for blurred, sharp, mask, unlabelled in pipeline.training_batches(Sampling(
            [tmp_path / "records"], CROP, 4, upright=True,
            exposure=Exposure(12.0, 8.0, sharp_share=0.0))).take(6):
        assert np.abs(blurred - sharp).max(axis=(1, 2, 3)).min() > 0.002
        people = np.any(mask, axis=(1, 2, 3))
        assert people[:2].all()  # half of a batch shows the one with people
        assert not np.any(people & (unlabelled == 1))
        seen += list(unlabelled[2:].numpy())
    assert 0 < np.mean(seen) < 1
