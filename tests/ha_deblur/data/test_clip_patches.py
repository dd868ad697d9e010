"""Patches of packed video: their motion is the video's own."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.blur import moving_video
from ha_deblur.blur.exposure import Exposure
from ha_deblur.commandline import UserError
from ha_deblur.data import clip_patches, clip_records, pipeline
from ha_deblur.data.sampling import Sampling

pytest.importorskip("cv2", reason="OpenCV is not installed")


def window(step=8, boxes=((0.25, 0.25, 0.75, 0.5),)):
    """A record of a texture [96, 128] that moves right, with its true flow."""
    wide = tf.image.resize(tf.random.stateless_uniform(
        [1, 13, 22, 3], [0, 1]), [104, 176], "bicubic")[0, 4:100]
    wide = np.uint8(np.clip(255 * wide, 0, 255))
    frames = [wide[:, 24 - shift:152 - shift] for shift in (-step, 0, step)]
    way = np.zeros((48, 64, 2), np.float32)
    way[..., 1] = step
    return clip_records.serialize(frames, [way, -way, -way, way],
                                  boxes), frames


def test_records_keep_frames_flows_and_boxes():
    record, frames = window(step=7)
    parsed = clip_records.parse(record)
    for there, frame in zip(parsed["frames"], frames):
        assert np.abs(there.numpy().astype(int) - frame).mean() < 3  # JPEG
    np.testing.assert_allclose(
        parsed["flows"][:, 0, 0], [[0, 7], [0, -7], [0, -7], [0, 7]],
        atol=1 / 64)
    np.testing.assert_allclose(parsed["boxes"], [[0.25, 0.25, 0.75, 0.5]])
    assert parsed["labelled"] == 1
    assert clip_records.parse(window(boxes=None)[0])["labelled"] == 0


def test_the_blurred_patch_is_smeared_along_the_motion_only(monkeypatch):
    monkeypatch.setattr(moving_video, "_SHAKEN_SHARE", 0.0)
    parsed = clip_records.parse(window(step=12)[0])
    slopes = []
    for seed in range(12):
        layers, unlabelled = clip_patches.blurred_patch(
            parsed, 48, 64, Exposure(sharp_share=0.0),
            tf.constant([0, seed], tf.int64))
        assert layers.shape == [48, 48, 7] and unlabelled == 0
        assert set(np.unique(layers[..., 6])) <= {0, 1}
        blurred, sharp = (np.float32(layers[..., i:i + 3]) for i in (0, 3))
        slopes.append([np.abs(np.diff(image, axis=axis)).mean()
                       for image in (blurred, sharp) for axis in (0, 1)])
    down, along, sharp_down, sharp_along = np.mean(slopes, axis=0)
    assert along / sharp_along < 0.8 * down / sharp_down


def test_sharp_ones_are_equal_pairs_and_unlabelled_ones_are_marked():
    parsed = clip_records.parse(window(boxes=None)[0])
    layers, unlabelled = clip_patches.blurred_patch(
        parsed, 48, 64, Exposure(sharp_share=1.0),
        tf.constant([0, 1], tf.int64))
    np.testing.assert_array_equal(layers[..., :3], layers[..., 3:6])
    assert unlabelled == 1 and not np.any(layers[..., 6])


@pytest.fixture
def packed(tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    with tf.io.TFRecordWriter(str(folder / "pan.tfrecord")) as writer:
        for step in (6, 10, 14):
            writer.write(window(step)[0])
    clip_records.write_manifest(folder, [
        {"name": "pan", "windows": 3, "with_people": 3, "unlabelled": 0,
         "size": [96, 128]}])
    return folder


def test_patches_are_random_by_seed_and_number_only(packed):
    clips = clip_patches.clips_in(packed)

    def some(seed, first):
        return [layers.numpy() for layers, _ in clip_patches.samples(
            clips, 32, Exposure(8.0), seed, first).take(5 - first)]

    unbroken = some(0, 0)
    for again, there in zip(some(0, 2), unbroken[2:]):
        np.testing.assert_array_equal(again, there)
    assert np.any(some(1, 0)[0] != unbroken[0])


def test_a_share_of_every_batch_is_of_clips(packed, records_of):
    batches = pipeline.training_batches(Sampling(
        [records_of()], 32, 8, clips=packed, clips_share=0.25))
    for blurred, sharp, mask, unlabelled in batches.take(2):
        assert blurred.shape == sharp.shape == [8, 32, 32, 3]
        assert mask.shape == [8, 32, 32, 1] and not np.any(unlabelled)
        # The texture is finer than the smooth pictures of the records.
        fine = np.abs(np.diff(sharp, axis=2)).mean(axis=(1, 2, 3)) > 0.02
        assert fine.sum() == 2


def test_what_is_missing_is_named(packed, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no packed clips"):
        clip_patches.clips_in(tmp_path / "empty")
    with pytest.raises(UserError, match="--crop_size=96 or less"):
        clip_patches.samples(clip_patches.clips_in(packed), 100, Exposure(),
                             0, 0)
    (packed / "pan.tfrecord").unlink()
    with pytest.raises(UserError, match=r"pan\.tfrecord: is missing"):
        clip_patches.clips_in(packed)
    (packed / "clips.json").write_text("{")
    with pytest.raises(UserError, match="can't be read"):
        clip_patches.clips_in(packed)
