"""From records to batches of patches (sec. 4.3), as tf.data.

What a batch holds depends only on the seed and the step's number, never on
what was read before: training that resumes at step n sees what an unbroken
run would have seen.
"""

import tensorflow as tf

from ha_deblur.commandline import UserError
from ha_deblur.data import (
    clip_patches,
    colour,
    patches,
    photo_patches,
    record_patches,
    records,
)
from ha_deblur.data.batch import Batch


@tf.autograph.experimental.do_not_convert
def training_batches(sampling, first_step=0):
    """Endless batches, half of them patches with people (sec. 4.3).

    Patches of pictures in which nobody has looked for people come among those
    of the background, and are marked. So are GoPro's in the paper.

    Args:
      sampling: a `Sampling`.
      first_step: where to begin: batch n of a data set that begins at step 0
        is batch 0 of one that begins at n.

    Returns:
      A tf.data.Dataset of `Batch`.

    Raises:
      UserError: no records, pictures smaller than a patch, or shares of
        photos, clips and GoPro that exceed the batch.
    """
    found = records.find(sampling.sources)
    _check_sizes(found, sampling.crop_size)
    parts = [
        _PATCHES_OF[kind](found, sampling, first_step * count).batch(
            count, drop_remainder=True)
        for kind, count in _counts(found, sampling).items() if count]
    steps = tf.data.Dataset.range(first_step, 2**62)
    return tf.data.Dataset.zip((steps, *parts)).map(
        lambda step, *parts: _changed(_joined(parts), sampling, step),
        num_parallel_calls=tf.data.AUTOTUNE, deterministic=True,
    ).prefetch(tf.data.AUTOTUNE)


def _check_sizes(found, crop_size):
    """Raises UserError if a picture is smaller than a patch."""
    for manifest, _ in found:
        height, width = manifest["smallest"]
        if min(height, width) < crop_size:
            raise UserError(
                f"{manifest['dataset']}-{manifest['split']}.json: its smallest "
                f"picture is {width}x{height}; use --crop_size="
                f"{min(height, width) // 32 * 32} or less")


def _counts(found, sampling):
    """{kind: how many patches of a batch are of it}, in a batch's order."""
    size = sampling.batch_size
    photos = round(sampling.photos_share * size) if sampling.photos else 0
    clips = round(sampling.clips_share * size) if sampling.clips else 0
    gopro = (round(sampling.gopro_share * size)
             if _gopro_is_apart(found, sampling) else 0)
    room = size - photos - clips - gopro
    if room < 0:
        raise UserError("the shares of photos, clips and GoPro exceed the "
                        "batch")
    people = (min(room, max(0, size // 2 - photos))
              if _with_people(found) else 0)
    return {"photos": photos, "clips": clips, "people": people,
            "background": room - people, "gopro": gopro}


def _photos(found, sampling, first):
    return photo_patches.samples(
        photo_patches.photos_in(sampling.photos), sampling.crop_size,
        sampling.exposure, sampling.seed, first)


def _clips(found, sampling, first):
    return clip_patches.samples(
        clip_patches.clips_in(sampling.clips), sampling.crop_size,
        sampling.exposure, sampling.seed, first, sampling.detail_share)


def _people(found, sampling, first):
    return record_patches.samples(
        _with_people(found), "with_people", patches.around_people, sampling,
        0, first)


def _background(found, sampling, first):
    others = found
    if _gopro_is_apart(found, sampling):
        others = [(m, s) for m, s in found if m["dataset"] != "gopro"]
    return record_patches.samples(
        others, "pairs", patches.background, sampling, 1, first)


def _gopro(found, sampling, first):
    return record_patches.samples(
        _of_gopro(found), "pairs", patches.background, sampling, 2, first)


# The endless patches of a kind, from number `first` on: [c, c, 7] uint8, and
# whether they are unlabelled.
_PATCHES_OF = {"photos": _photos, "clips": _clips, "people": _people,
               "background": _background, "gopro": _gopro}


def _with_people(found):
    return [(m, s) for m, s in found if m["with_people"]]


def _gopro_is_apart(found, sampling):
    """Whether GoPro has a share of its own; not where there is only GoPro."""
    return (sampling.gopro_share is not None
            and 0 < len(_of_gopro(found)) < len(found))


def _of_gopro(found):
    return [(m, s) for m, s in found if m["dataset"] == "gopro"]


def pairs_in(sources):
    """How many pairs were packed, tiled or whole: an epoch's samples."""
    return sum(manifest["pictures"] for manifest, _ in records.find(sources))


def smallest_side(sources):
    """The least height or width of all pictures in the records, in pixels."""
    return min(min(manifest["smallest"])
               for manifest, _ in records.find(sources))


@tf.autograph.experimental.do_not_convert
def validation_batches(sources, crop_size=256, batch_size=10, limit=16):
    """The same patches each time: around the first person, or the middle.

    Args:
      sources: manifests, folders or globs of held-out records.
      crop_size: height and width of a patch, at most `smallest_side`.
      batch_size: patches a batch; the last batch may be smaller.
      limit: patches in all, taken evenly from all records.

    Returns:
      A finite tf.data.Dataset of `Batch`.
    """
    found = records.find(sources)
    total = sum(manifest["pairs"] for manifest, _ in found)
    shards = [shard for _, shards in found for shard in shards]
    dataset = tf.data.TFRecordDataset(shards)
    dataset = dataset.shard(max(1, total // limit), 0).map(records.parse)

    def patch(example):
        size = record_patches.size_of(example)
        boxes = example["boxes"]
        middle = tf.cond(
            tf.shape(boxes)[0] > 0,
            lambda: (boxes[0, :2] + boxes[0, 2:]) / 2,
            lambda: tf.constant([0.5, 0.5]))
        window = patches.window_about(middle, size, crop_size)
        layers = record_patches.layers_of(example)
        return (record_patches.cut_layers(layers, window, crop_size),
                record_patches.unlabelled_of(example))

    return dataset.take(limit).map(patch).batch(batch_size).map(
        lambda *part: _joined([part])).cache().prefetch(1)


def _joined(parts):
    """One `Batch` of several kinds' patches, each ([n, c, c, 7], [n])."""
    layers, unlabelled = (tf.concat(part, axis=0) for part in zip(*parts))
    blurred, sharp = (
        tf.image.convert_image_dtype(image, tf.float32)
        for image in (layers[..., :3], layers[..., 3:6]))
    return Batch(blurred, sharp, tf.cast(layers[..., 6:], tf.float32),
                 unlabelled)


def _changed(batch, sampling, step):
    """The batch with other colours, noise and JPEG, if such are wanted.

    They depend on the step's number, and not on the kind of a patch.
    """
    seed = tf.stack([sampling.seed, step])
    blurred, sharp, *others = batch
    if sampling.recolour:
        draws = tf.random.stateless_uniform(
            [tf.shape(blurred)[0], colour.DRAWS], seed)
        blurred, sharp = tf.vectorized_map(
            lambda sample: colour.recolour(*sample), (draws, blurred, sharp))
    if sampling.exposure.develops():
        blurred, sharp = sampling.exposure.developed(
            blurred, sharp, seed + [1, 0])
    return Batch(blurred, sharp, *others)
