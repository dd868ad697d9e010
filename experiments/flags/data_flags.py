"""Flags for the training data: records, crops, augmentation.

The defaults are the paper's (sec. 4.3).
"""

import functools
import sys
import tempfile

from absl import flags

from ha_deblur.training import crop_stages

_RECORDS = flags.DEFINE_list(
    "records", None, "Training records: manifests DATASET-SPLIT.json, folders "
    "or globs, separated by commas.")
_VALIDATION = flags.DEFINE_list(
    "validation", None, "Held-out records, watched in TensorBoard. Without it "
    "nothing is held out.")
_SKIP_CORRUPT = flags.DEFINE_bool(
    "skip_corrupt", False, "Read all records once before training, name those "
    "that are damaged, and train on copies of their shards without them.")
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 10, "Patches a step, on all devices together (sec. 4.3: "
    "10).", lower_bound=1)
_CROP_SIZE = flags.DEFINE_integer(
    "crop_size", 256, "Height and width of a patch, in pixels (sec. 4.3: "
    "256).",
    lower_bound=8)
_CROP_STAGES = flags.DEFINE_list(
    "crop_stages", None, "Patches that grow in stages, such as "
    "128x16:20000,192x8:10000,256x4: CROP in pixels, x BATCH, :STEPS (none in "
    "the last). Replaces --crop_size and --batch_size. Not in the paper.")
_PATCHES_PER_PICTURE = flags.DEFINE_integer(
    "patches_per_picture", 1, "Patches that are cut from a picture whenever it "
    "is decoded: more are faster, but successive batches then share pictures. "
    "The paper's is 1.", lower_bound=1)
_PHOTOS = flags.DEFINE_string(
    "photos", None, "Folder of sharp photos in images/ and of masks of people, "
    "white, in masks/: the people in them get a new motion at every step. "
    "Without it all patches come from --records. Not in the paper.")
_PHOTOS_SHARE = flags.DEFINE_float(
    "photos_share", 0.25, "Share of a batch, 0 to 1, that comes from "
    "--photos, in place of patches with people first.",
    lower_bound=0.0, upper_bound=1.0)
_CLIPS = flags.DEFINE_string(
    "clips", None, "Folder that data_prep.pack_clips wrote: ordinary video, "
    "blurred along its own motion, afresh at every step. Not in the paper.")
_CLIPS_SHARE = flags.DEFINE_float(
    "clips_share", 0.25, "Share of a batch, 0 to 1, that comes from --clips.",
    lower_bound=0.0, upper_bound=1.0)
_MAX_MOTION = flags.DEFINE_float(
    "max_motion", 32.0, "Length of the longest path in --photos and "
    "--fresh_blur while the shutter is open, in pixels.", lower_bound=0.0)
_MEDIAN_MOTION = flags.DEFINE_float(
    "median_motion", 20.0, "Median length of the paths of --fresh_blur, in "
    "pixels. data_prep.describe measures that of a data set.",
    lower_bound=0.0)
_SHARP_SHARE = flags.DEFINE_float(
    "sharp_share", 0.05, "Share, 0 to 1, of the patches of --fresh_blur, "
    "--photos and --clips that stay sharp, half of them as finely detailed as "
    "possible, so that the network leaves sharp areas alone.",
    lower_bound=0.0, upper_bound=1.0)
_NOISE_SHARE = flags.DEFINE_float(
    "noise_share", 0.0, "Share, 0 to 1, of all patches whose blurred picture "
    "gets noise. Not in the paper.", lower_bound=0.0, upper_bound=1.0)
_JPEG_SHARE = flags.DEFINE_float(
    "jpeg_share", 0.0, "Share, 0 to 1, of all patches whose blurred picture "
    "goes through JPEG. Not in the paper.", lower_bound=0.0, upper_bound=1.0)
_ODD_SHARE = flags.DEFINE_float(
    "odd_share", 0.0, "Share, 0 to 1, of all patches that become negatives, "
    "with colours that photos don't have. Not in the paper.",
    lower_bound=0.0, upper_bound=1.0)
_DETAIL_SHARE = flags.DEFINE_float(
    "detail_share", 0.0, "Share, 0 to 1, of the background's patches that are "
    "cut where there is most to sharpen, among 8 random places. 0 in the "
    "paper.",
    lower_bound=0.0, upper_bound=1.0)
_FRESH_BLUR = flags.DEFINE_float(
    "fresh_blur", 0.0, "Share, 0 to 1, of the patches from --records, GoPro's "
    "aside, whose blur is replaced by random camera shake of the sharp "
    "picture. Not in the paper.", lower_bound=0.0, upper_bound=1.0)
_GOPRO_SHARE = flags.DEFINE_float(
    "gopro_share", None, "Share, 0 to 1, of a batch that comes from GoPro's "
    "records, in place of other background patches first. Without it they "
    "come up as often as others.", lower_bound=0.0, upper_bound=1.0)
_UPRIGHT = flags.DEFINE_bool(
    "upright", False, "Mirror patches at random, but don't rotate them by "
    "multiples of 90 degrees: being upright helps to recognize people. "
    "Patches that are not labelled with people are rotated all the same.")
_RECOLOUR = flags.DEFINE_bool(
    "recolour", False, "Change the patches' channel order, white balance, "
    "exposure, saturation and gamma at random. Not in the paper.")
_VALIDATION_CROP_SIZE = flags.DEFINE_integer(
    "validation_crop_size", 256, "Height and width of a held-out patch at "
    "most, in pixels; smaller where the pictures are.", lower_bound=8)
_VALIDATION_PATCHES = flags.DEFINE_integer(
    "validation_patches", 16, "Held-out patches per validation.",
    lower_bound=1)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Of the initial weights, the order of pictures, the crops and "
    "the augmentation; an integer, 0 or more.", lower_bound=0)
flags.mark_flag_as_required("records")


def seed():
    """The --seed."""
    return _SEED.value


def stages():
    """The --crop_stages, or a single stage without end."""
    if _CROP_STAGES.value:
        return crop_stages.parse(_CROP_STAGES.value)
    return [crop_stages.Stage(_CROP_SIZE.value, _BATCH_SIZE.value)]


def pairs():
    """The number of image pairs in the records."""
    from ha_deblur.data import pipeline
    return pipeline.pairs_in(_sources())


def sampling():
    """The `Sampling` of the first stage; imports TensorFlow."""
    from ha_deblur.blur.exposure import Exposure
    from ha_deblur.data.sampling import Sampling
    first = stages()[0]
    return Sampling(
        sources=_sources(),
        crop_size=first.crop_size,
        batch_size=first.batch_size,
        seed=_SEED.value,
        patches_per_picture=_PATCHES_PER_PICTURE.value,
        upright=_UPRIGHT.value,
        recolour=_RECOLOUR.value,
        exposure=Exposure(
            max_motion=_MAX_MOTION.value,
            median_motion=_MEDIAN_MOTION.value,
            sharp_share=_SHARP_SHARE.value,
            noise_share=_NOISE_SHARE.value,
            jpeg_share=_JPEG_SHARE.value,
            odd_share=_ODD_SHARE.value),
        fresh_blur=_FRESH_BLUR.value,
        detail_share=_DETAIL_SHARE.value,
        gopro_share=_GOPRO_SHARE.value,
        photos=_PHOTOS.value,
        photos_share=_PHOTOS_SHARE.value,
        clips=_CLIPS.value,
        clips_share=_CLIPS_SHARE.value)


def held_out():
    """The sources of --validation; empty if it is not given."""
    return _VALIDATION.value or []


def validation_batches(preset):
    """The held-out batches for a preset, or None without --validation."""
    from ha_deblur.data import pipeline
    if not _VALIDATION.value:
        return None
    multiple = preset.size_multiple
    crop_size = min(_VALIDATION_CROP_SIZE.value,
                    pipeline.smallest_side(_VALIDATION.value))
    return pipeline.validation_batches(
        _VALIDATION.value, crop_size // multiple * multiple,
        _BATCH_SIZE.value, _VALIDATION_PATCHES.value)


@functools.cache
def _sources():
    """The --records, or with --skip_corrupt their intact copies."""
    if not _SKIP_CORRUPT.value:
        return _RECORDS.value
    from ha_deblur.data import damage
    copies = tempfile.TemporaryDirectory(prefix="ha_deblur_records_")
    _KEPT.append(copies)
    sources, lines = damage.pass_over(_RECORDS.value, copies.name)
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        print(f"{len(lines):,} records passed over", file=sys.stderr)
    return sources


_KEPT = []  # temporary folders, removed when the process ends
