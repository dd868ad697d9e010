"""From records to batches of patches (sec. 4.3), as tf.data.

What a batch holds depends only on the seed and the step's number, never on
what was read before: training that resumes at step n sees what an unbroken
run would have seen.
"""

import tensorflow as tf

from ha_deblur.commandline import UserError
from ha_deblur.data import masks, records

# A background patch is the first of CANDIDATES random ones that shows at most
# LITTLE of people, or the one that shows least.
CANDIDATES = 8
LITTLE = 0.05
SHUFFLED = 128  # encoded pairs shuffled together: some MB each
READERS = 4  # shards read in turn


def training_batches(sources, crop_size=256, batch_size=10, seed=0,
                     first_step=0):
    """Endless batches, half of them patches with people (sec. 4.3).

    Args:
      sources: manifests, folders or globs of records (`records.find`).
      crop_size: height and width of a patch, in pixels.
      batch_size: b; b // 2 patches are cropped around a random person's box,
        the others show background. Records of GoPro only give background.
        Where no record has people (or none lacks them), all b are of one kind.
      seed: of order, crops and turns.
      first_step: where to begin: batch n of a data set that begins at step 0
        is batch 0 of one that begins at n.

    Returns:
      A tf.data.Dataset of (blurred [b, c, c, 3], sharp [b, c, c, 3],
      mask [b, c, c, 1], from_gopro [b]), all float32 in [0, 1].

    Raises:
      UserError: no records, or pictures smaller than a patch.
    """
    found = records.find(sources)
    for manifest, _ in found:
        height, width = manifest["smallest"]
        if min(height, width) < crop_size:
            raise UserError(
                f"{manifest['dataset']}-{manifest['split']}.json: its smallest "
                f"picture is {width}x{height}; use --crop_size="
                f"{min(height, width) // 32 * 32} or less")
    with_people = [(m, s) for m, s in found
                   if m["dataset"] != "gopro" and m["with_people"]]
    people = batch_size // 2 if with_people else 0
    background = batch_size - people
    kinds = []
    if people:
        kinds.append(_patches(
            with_people, "with_people", _around_a_person, crop_size, people,
            (seed, 0), first_step))
    if background:
        kinds.append(_patches(
            found, "pairs", _background, crop_size, background, (seed, 1),
            first_step))
    if len(kinds) == 1:
        return kinds[0].prefetch(tf.data.AUTOTUNE)
    return tf.data.Dataset.zip(tuple(kinds)).map(_join).prefetch(
        tf.data.AUTOTUNE)


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
        size = _size(example)
        boxes = example["boxes"]
        middle = tf.cond(
            tf.shape(boxes)[0] > 0,
            lambda: (boxes[0, :2] + boxes[0, 2:]) / 2,
            lambda: tf.constant([0.5, 0.5]))
        return _cut(example, _window_about(middle, size, crop_size), crop_size)

    return dataset.take(limit).map(patch).batch(batch_size).cache().prefetch(1)


def _patches(found, counted, choose, crop_size, batch_size, seed, first_step):
    """Endless batches of one kind of patch."""
    count = sum(manifest[counted] for manifest, _ in found)
    shards = [shard for _, shards in found for shard in shards]
    first = first_step * batch_size  # of the endless row of samples
    base = (2 * seed[0] + seed[1]) * 1_000_003
    shuffle = tf.random.experimental.stateless_shuffle

    def has_people(record):
        return tf.shape(records.parse(record)["boxes"])[0] > 0

    def epoch(number):
        files = shuffle(shards, seed=[base, number])
        rows = tf.data.Dataset.from_tensor_slices(files).interleave(
            tf.data.TFRecordDataset, cycle_length=READERS)
        if counted == "with_people":
            rows = rows.filter(has_people)
        blocks = rows.batch(SHUFFLED).enumerate()
        return blocks.map(lambda index, block: shuffle(
            block, seed=[base + 1 + index, number])).unbatch()

    def patch(index, record):
        example = records.parse(record)
        # all of a sample's chances, by its own number
        chances = tf.random.stateless_uniform(
            [2 + 2 * CANDIDATES], seed=tf.stack([base, index]))
        window = choose(example, crop_size, chances[2:])
        return _turn(_cut(example, window, crop_size), chances[:2])

    endless = tf.data.Dataset.range(first // count, 2**62).flat_map(epoch)
    samples = tf.data.Dataset.zip((
        tf.data.Dataset.range(first, 2**62), endless.skip(first % count)))
    return samples.map(
        patch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True,
    ).batch(batch_size, drop_remainder=True)


def _size(example):
    """[2] int32: height and width."""
    return tf.cast(tf.stack([example["height"], example["width"]]), tf.int32)


def _window_about(point, size, crop_size):
    """[2] int32, top and left of the patch about a normalized (y, x)."""
    corner = tf.cast(point * tf.cast(size, tf.float32), tf.int32)
    return tf.clip_by_value(corner - crop_size // 2, 0, size - crop_size)


def _around_a_person(example, crop_size, chances):
    """A patch whose middle is a random point of a random box."""
    boxes = example["boxes"]  # [n, 4]
    index = tf.cast(chances[0] * tf.cast(tf.shape(boxes)[0], tf.float32),
                    tf.int32)
    low, high = boxes[index, :2], boxes[index, 2:]
    point = low + chances[1:3] * (high - low)
    return _window_about(point, _size(example), crop_size)


def _background(example, crop_size, chances):
    """A patch with at most a little of people in it."""
    size = _size(example)
    room = tf.cast(size - crop_size + 1, tf.float32)
    corners = tf.cast(  # [CANDIDATES, 2]
        tf.reshape(chances, [CANDIDATES, 2]) * room, tf.int32)

    def share(corner):
        return tf.reduce_mean(masks.rasterize_boxes(
            example["boxes"], size[0], size[1],
            (corner[0], corner[1], crop_size, crop_size)))

    shares = tf.map_fn(share, corners, fn_output_signature=tf.float32)
    best = tf.argmin(tf.where(shares <= LITTLE, 0.0, shares))
    return corners[best]


def _cut(example, window, crop_size):
    """The patch at `window` of both pictures, with its mask."""
    top, left = window[0], window[1]

    def cut(encoded):
        image = records.decode(encoded)
        patch = image[top:top + crop_size, left:left + crop_size]
        patch = tf.ensure_shape(patch, [crop_size, crop_size, 3])
        return tf.image.convert_image_dtype(patch, tf.float32)

    size = _size(example)
    mask = masks.rasterize_boxes(
        example["boxes"], size[0], size[1], (top, left, crop_size, crop_size))
    from_gopro = tf.cast(example["dataset"] == "gopro", tf.float32)
    return cut(example["blurred"]), cut(example["sharp"]), mask, from_gopro


def _turn(sample, chances):
    """Flips and quarter turns, the same for pictures and mask."""
    blurred, sharp, mask, from_gopro = sample
    together = tf.concat([blurred, sharp, mask], axis=-1)  # [c, c, 7]
    shape = together.shape
    together = tf.cond(chances[0] < 0.5, lambda: together,
                       lambda: tf.image.flip_left_right(together))
    together = tf.image.rot90(together, tf.cast(chances[1] * 4, tf.int32))
    together = tf.ensure_shape(together, shape)
    return together[..., :3], together[..., 3:6], together[..., 6:], from_gopro


def _join(first, second):
    """Two batches of different kinds as one."""
    return tuple(tf.concat(parts, axis=0) for parts in zip(first, second))
