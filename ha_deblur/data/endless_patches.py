"""Endless patches cut from the pictures of records, as tf.data.

Which patch comes at which number depends only on the seed and that number.
"""

import tensorflow as tf

from ha_deblur.blur import camera_shake
from ha_deblur.data import patches, picture_layers, records

SHUFFLED = 128  # encoded pictures shuffled together: some MB each
READERS = 16  # shards read in turn, so that data sets mix
# With several patches a picture, so many pictures give theirs in turn: no batch
# shows one of them twice, and their patches, half a MB each, wait in memory.
IN_TURN = 32


def of(found, counted, choose, crop_size, seed, first,
       patches_per_picture, upright, exposure, fresh_blur=0.0,
       detail_share=0.0):
    """The patches of one kind, from number `first` on.

    Args:
      found: [(manifest, shards)], as `records.find` gives.
      counted: what a manifest calls the number of its pictures that count,
        "pairs", or "with_people": those without are passed over.
      choose: windows in a picture, `patches.around_people` or `background`.
      crop_size: c, in pixels.
      seed: (of the training, of the kind).
      first, patches_per_picture, upright, exposure, fresh_blur, detail_share:
        see `pipeline.training_batches`, which counts in batches.

    Returns:
      An endless tf.data.Dataset of ([c, c, 7] uint8: blurred, sharp and mask;
      whether nobody has looked for people in the picture, 0.0 or 1.0).
    """
    count = sum(manifest[counted] for manifest, _ in found)
    blurs_anew = fresh_blur > 0 or any(
        manifest["dataset"] == "photos" for manifest, _ in found)
    shards = [shard for _, shards in found for shard in shards]
    base = (4 * seed[0] + seed[1]) * 1_000_003
    in_turn = IN_TURN if patches_per_picture > 1 else 1
    block = in_turn * patches_per_picture
    first_picture = first // block * in_turn  # of the endless row of pictures

    def has_people(record):
        return tf.shape(records.parse(record)["boxes"])[0] > 0

    def cuts(index, record):
        """All patches of a picture: [k, c, c, 7] uint8, [k]."""
        example = records.parse(record)
        # all of a picture's chances, by its own number
        chances = tf.random.stateless_uniform(
            [patches_per_picture, 2 + patches.CHANCES],
            seed=tf.stack([base, index]))
        unlabelled = picture_layers.unlabelled(example)
        quarters = unlabelled if upright else 1.0
        turns = chances[:, :2] * tf.stack([1.0, quarters])
        layers = picture_layers.of(example)
        windows = choose(example["boxes"], layers[1], crop_size,
                         chances[:, 2:], detail_share)
        cut = [picture_layers.cut(layers, windows[k], crop_size)
               for k in range(patches_per_picture)]
        if blurs_anew:
            cut = camera_shake.patches_blurred_anew(
                cut, layers, windows, tf.stack([base + 1, index]), exposure,
                picture_layers.fresh_blur(example, fresh_blur))
        cut = tf.stack([patches.turned(patch, turns[k])
                        for k, patch in enumerate(cut)])
        return cut, tf.repeat(unlabelled, patches_per_picture)

    pictures = endless(shards, count, base, first_picture,
                       has_people if counted == "with_people" else None)
    samples = pictures.map(
        cuts, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    if in_turn > 1:  # the first patch of every picture, then the second ones
        samples = samples.batch(in_turn).map(lambda *parts: tuple(
            tf.concat(tf.unstack(part, axis=1), axis=0) for part in parts))
    return samples.unbatch().skip(first % block)


def endless(shards, count, seed, first, chosen=None):
    """The endless row of records, shuffled anew in every epoch.

    Args:
      shards: paths of TFRecords.
      count: records in them, an epoch.
      seed: of the order.
      first: where to begin in the row.
      chosen: a function of a record that tells whether it counts; all do if
        None.

    Returns:
      A tf.data.Dataset of (a record's number in the row, its bytes).
    """
    shuffle = tf.random.experimental.stateless_shuffle

    def epoch(number):
        files = shuffle(shards, seed=[seed, number])
        rows = tf.data.Dataset.from_tensor_slices(files).interleave(
            tf.data.TFRecordDataset, cycle_length=READERS)
        if chosen is not None:
            rows = rows.filter(chosen)
        blocks = rows.batch(SHUFFLED).enumerate()
        return blocks.map(lambda index, block: shuffle(
            block, seed=[seed + 1 + index, number])).unbatch()

    row = tf.data.Dataset.range(first // count, 2**62).flat_map(
        epoch).skip(first % count)
    return tf.data.Dataset.zip((tf.data.Dataset.range(first, 2**62), row))
