"""From records to batches of patches (sec. 4.3), as tf.data.

What a batch holds depends only on the seed and the step's number, never on
what was read before: training that resumes at step n sees what an unbroken
run would have seen.
"""

import tensorflow as tf

from ha_deblur.blur.exposure import Exposure
from ha_deblur.commandline import UserError
from ha_deblur.data import (
    clip_patches,
    colour,
    patches,
    photo_patches,
    record_patches,
    records,
)


def training_batches(sources, crop_size=256, batch_size=10, seed=0,
                     first_step=0, patches_per_picture=1, recolour=False,
                     photos=None, photos_share=0.25, clips=None,
                     clips_share=0.25, exposure=None, fresh_blur=0.0,
                     detail_share=0.0, gopro_share=None, upright=False):
    """Endless batches, half of them patches with people (sec. 4.3).

    Patches of pictures in which nobody has looked for people come among those
    of the background, and are marked. So are GoPro's in the paper.

    Args:
      sources: manifests, folders or globs of records (`records.find`).
      crop_size: height and width of a patch, in pixels.
      batch_size: b; b // 2 patches are cropped around a random person's box,
        the others show background. Where no record has people (or none lacks
        them), all b are of one kind.
      seed: of order, crops and turns.
      first_step: where to begin: batch n of a data set that begins at step 0
        is batch 0 of one that begins at n.
      patches_per_picture: patches cut from a picture whenever it is decoded.
        1 is the paper's; more are faster, but the training stays longer with
        the same record_patches.IN_TURN pictures.
      recolour: whether colours change too (`colour`); not in the paper.
      photos: a folder of sharp photos and masks of people (`photo_patches`)
        for some of the patches with people; not in the paper.
      photos_share: their share of a batch.
      clips: a folder of clips that `data_prep.pack_clips` packed, for some of
        the other patches (`clip_patches`); not in the paper.
      clips_share: their share of a batch.
      exposure: an `Exposure`: how fresh blur, photos and clips are blurred, and
        what the blurred pictures of all patches suffer besides. `Exposure()`
        if None.
      fresh_blur: the share, 0 to 1, of the patches, GoPro's aside, whose blur
        is made anew from their sharp picture (`camera_shake`); not in the
        paper.
      detail_share: the share of the background's patches that are cut where
        there is most to sharpen; see `patches.background`. 0 in the paper.
      gopro_share: the share of a batch that comes from GoPro's records, in
        place of other background first; None: as many as there are.
      upright: whether patches are mirrored only, and not turned: what is a
        person is told by what is up. Patches in which nobody has looked for
        people are turned all the same.

    Returns:
      A tf.data.Dataset of (blurred [b, c, c, 3], sharp [b, c, c, 3],
      mask [b, c, c, 1], unlabelled [b]), all float32 in [0, 1]. The last is 1
      where nobody has looked for people, so that the mask says nothing.

    Raises:
      UserError: no records, pictures smaller than a patch, or shares of
        photos, clips and GoPro that exceed the batch.
    """
    exposure = exposure or Exposure()
    found = records.find(sources)
    for manifest, _ in found:
        height, width = manifest["smallest"]
        if min(height, width) < crop_size:
            raise UserError(
                f"{manifest['dataset']}-{manifest['split']}.json: its smallest "
                f"picture is {width}x{height}; use --crop_size="
                f"{min(height, width) // 32 * 32} or less")
    with_people = [(m, s) for m, s in found
                   if m["with_people"]]
    moving = round(photos_share * batch_size) if photos else 0
    filmed = round(clips_share * batch_size) if clips else 0
    gopro = 0
    others = found
    if gopro_share is not None:
        of_gopro, others = (
            [(m, s) for m, s in found if (m["dataset"] == "gopro") == wanted]
            for wanted in (True, False))
        gopro = round(gopro_share * batch_size) if of_gopro else 0
    room = batch_size - moving - filmed - gopro
    if room < 0:
        raise UserError("the shares of photos, clips and GoPro exceed the "
                        "batch")
    people = (min(room, max(0, batch_size // 2 - moving))
              if with_people else 0)
    background = room - people
    kinds = []
    if moving:
        kinds.append(photo_patches.samples(
            photo_patches.photos_in(photos), crop_size, exposure, seed,
            first_step * moving).batch(
                moving, drop_remainder=True))
    if filmed:
        kinds.append(clip_patches.samples(
            clip_patches.clips_in(clips), crop_size, exposure, seed,
            first_step * filmed, detail_share).batch(
                filmed, drop_remainder=True))
    if people:
        kinds.append(record_patches.samples(
            with_people, "with_people", patches.around_people, crop_size,
            (seed, 0), first_step * people, patches_per_picture, upright,
            exposure, fresh_blur,
        ).batch(people, drop_remainder=True))
    if background:
        kinds.append(record_patches.samples(
            others, "pairs", patches.background, crop_size,
            (seed, 1), first_step * background, patches_per_picture, upright,
            exposure, fresh_blur, detail_share,
        ).batch(background, drop_remainder=True))
    if gopro:
        kinds.append(record_patches.samples(
            of_gopro, "pairs", patches.background, crop_size,
            (seed, 2), first_step * gopro, patches_per_picture, upright,
            exposure, detail_share=detail_share,
        ).batch(gopro, drop_remainder=True))
    # Both kinds are recoloured by the number of their step.
    return tf.data.Dataset.zip((
        tf.data.Dataset.range(first_step, 2**62), *kinds,
    )).map(lambda step, *parts: _batch(
        parts, tf.stack([seed, step]), recolour, exposure),
        num_parallel_calls=tf.data.AUTOTUNE, deterministic=True,
    ).prefetch(tf.data.AUTOTUNE)


def pairs_in(sources):
    """How many pairs were packed, tiled or whole: an epoch's samples."""
    return sum(manifest["pictures"] for manifest, _ in records.find(sources))


def smallest_side(sources):
    """The least height or width of all pictures in the records, in pixels."""
    return min(min(manifest["smallest"])
               for manifest, _ in records.find(sources))


def validation_batches(sources, crop_size=256, batch_size=10, limit=16):
    """The same patches each time: around the first person, or the middle.

    Args:
      sources: manifests, folders or globs of held-out records.
      crop_size: height and width of a patch, at most `smallest_side`.
      batch_size: patches a batch; the last batch may be smaller.
      limit: patches in all, taken evenly from all records.

    Returns:
      A tf.data.Dataset as `training_batches` makes.
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
        lambda *part: _batch([part])).cache().prefetch(1)


def _batch(parts, seed=None, recolour=False, exposure=None):
    """Joins batches of different kinds, as floats in [0, 1]."""
    layers, unlabelled = (tf.concat(part, axis=0) for part in zip(*parts))
    blurred, sharp = (
        tf.image.convert_image_dtype(image, tf.float32)
        for image in (layers[..., :3], layers[..., 3:6]))
    if recolour:
        draws = tf.random.stateless_uniform(
            [tf.shape(layers)[0], colour.DRAWS], seed)
        blurred, sharp = tf.vectorized_map(
            lambda sample: colour.recolour(*sample),
            (draws, blurred, sharp))
    if exposure is not None and exposure.develops():
        blurred, sharp = exposure.developed(blurred, sharp, seed + [1, 0])
    return (blurred, sharp, tf.cast(layers[..., 6:], tf.float32), unlabelled)
