"""Endless patches cut from the pictures of records, as tf.data.

Which patch comes at which number depends only on the seed and that number.
Layers are a record's blurred and sharp picture and its mask of people.
"""

import tensorflow as tf

from ha_deblur.annotations import masks
from ha_deblur.blur import camera_shake
from ha_deblur.data import endless_records, patches, records

# With several patches a picture, so many pictures give theirs in turn: no batch
# shows one of them twice, and their patches, half a MB each, wait in memory.
IN_TURN = 32


def samples(found, counted, choose, sampling, kind, first):
    """The patches of one kind, from number `first` on.

    Args:
      found: [(manifest, shards)], as `records.find` gives.
      counted: what a manifest calls the number of its pictures that count,
        "pairs", or "with_people": those without are passed over.
      choose: windows in a picture, `patches.around_people` or `background`.
      sampling: a `Sampling`, of c x c pixels.
      kind: 0, 1 or 2: equal seeds give each kind another order and crops.
      first: where to begin in the endless row of patches.

    Returns:
      An endless tf.data.Dataset of ([c, c, 7] uint8: blurred, sharp and mask;
      1.0 if the picture is not labelled with people, else 0.0).
    """
    count = sum(manifest[counted] for manifest, _ in found)
    blurs_anew = any(
        manifest["dataset"] == "photos"
        or (sampling.fresh_blur > 0 and manifest["dataset"] != "gopro")
        for manifest, _ in found)
    shards = [shard for _, shards in found for shard in shards]
    base = (4 * sampling.seed + kind) * 1_000_003
    per_picture = sampling.patches_per_picture
    in_turn = IN_TURN if per_picture > 1 else 1
    block = in_turn * per_picture
    first_picture = first // block * in_turn  # of the endless row of pictures

    def has_people(record):
        return tf.shape(records.parse(record)["boxes"])[0] > 0

    def cuts(index, record):
        """All patches of a picture: [k, c, c, 7] uint8, [k]."""
        example = records.parse(record)
        # all random draws of a picture, by its own number
        draws = tf.random.stateless_uniform(
            [per_picture, 2 + patches.DRAWS], seed=tf.stack([base, index]))
        unlabelled = unlabelled_of(example)
        quarters = unlabelled if sampling.upright else 1.0
        turns = draws[:, :2] * tf.stack([1.0, quarters])
        layers = layers_of(example)
        windows = choose(example["boxes"], layers[1], sampling.crop_size,
                         draws[:, 2:], sampling.detail_share)
        cut = [cut_layers(layers, windows[k], sampling.crop_size)
               for k in range(per_picture)]
        if blurs_anew:
            cut = _blurred_anew(
                cut, layers, windows, tf.stack([base + 1, index]),
                sampling.exposure, _fresh_share(example, sampling.fresh_blur))
        cut = tf.stack([patches.turned(patch, turns[k])
                        for k, patch in enumerate(cut)])
        return cut, tf.repeat(unlabelled, per_picture)

    pictures = endless_records.from_number(
        shards, count, base, first_picture,
        has_people if counted == "with_people" else None)
    rows = pictures.map(
        cuts, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    if in_turn > 1:  # the first patch of every picture, then the second ones
        rows = rows.batch(in_turn).map(lambda *parts: tuple(
            tf.concat(tf.unstack(part, axis=1), axis=0) for part in parts))
    return rows.unbatch().skip(first % block)


def layers_of(example):
    """A parsed record's blurred and sharp [h, w, 3] and mask [h, w, 1], uint8.

    The mask, of the people's boxes, is 0 and 1.
    """
    height, width = tf.unstack(size_of(example))
    mask = masks.rasterize_boxes(example["boxes"], height, width)
    return [*(tf.ensure_shape(records.decode(example[key]), [None, None, 3])
              for key in ("blurred", "sharp")), tf.cast(mask, tf.uint8)]


def size_of(example):
    """[2] int32: height and width of a parsed record's pictures."""
    return tf.cast(tf.stack([example["height"], example["width"]]), tf.int32)


def unlabelled_of(example):
    """1.0 if the picture is not labelled with people, else 0.0."""
    return 1 - tf.cast(example["labelled"], tf.float32)


def cut_layers(layers, window, crop_size):
    """[c, c, 7] uint8, the same patch of all three layers."""
    return tf.concat([patches.cut(layer, window, crop_size)
                      for layer in layers], axis=-1)


def _fresh_share(example, share):
    """The probability that a patch of the record gets new synthetic blur.

    GoPro's blur is real and is kept; photos have none of their own.
    """
    return tf.where(example["dataset"] == "photos", 1.0, tf.where(
        example["dataset"] == "gopro", 0.0, share))


def _blurred_anew(cut, layers, windows, seed, settings, share):
    """A picture's patches, some of them blurred afresh from the sharp picture.

    Records hold a single blur of each picture. Blurred afresh at every step,
    the same few hundred pictures show ever different motions.

    Args:
      cut: the patches, a list of k [c, c, 7] uint8: blurred, sharp and mask.
      layers: the picture's three layers that they were cut from, [h, w, _].
      windows: [k, 2] int32, where.
      seed: [2] integer tensor.
      settings: an `Exposure`.
      share: the probability that a patch is blurred afresh; a scalar tensor.

    Returns:
      A list like `cut`.
    """
    crop_size = cut[0].shape[0]
    size = camera_shake.surrounding(crop_size, settings.max_motion)
    sharp_and_mask = tf.concat(layers[1:], axis=-1)
    seeds = tf.random.experimental.stateless_split(seed, len(cut) + 1)
    draws = tf.random.stateless_uniform([len(cut)], seeds[-1])

    def fresh(k):
        around = patches.cut_mirrored(
            sharp_and_mask, windows[k] - (size - crop_size) // 2, size)
        # The mask becomes 0 and 255: the same in light of any gamma.
        return patches.joined(*camera_shake.exposed_anew(
            around * tf.constant([1, 1, 1, 255], tf.uint8), seeds[k],
            crop_size, settings))

    return [tf.cond(draws[k] < share, lambda k=k: fresh(k),
                    lambda k=k: cut[k]) for k in range(len(cut))]
