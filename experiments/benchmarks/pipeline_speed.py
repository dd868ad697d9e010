"""The speed of the training pipeline, compared with a plain loader."""

import functools
import io
import multiprocessing
import os
import pathlib
import time


def measure(sources, cores, crop_size, batch_size, seconds, reuses):
    """Patches per second of both loaders, in a process confined to some cores.

    Args:
      sources: records, as `records.find` takes them.
      cores: a list of the processors to run on.
      crop_size: height and width of a patch.
      batch_size: patches per batch.
      seconds: how long to measure each loader.
      reuses: a list of patches_per_picture to measure the pipeline with.

    Returns:
      A dict: "plain", patches per second of one thread that decodes the whole
      pair for every patch and only crops it, as the loaders of SRN and BasicSR
      do; for each reuse, patches per second of the whole pipeline; "read" and
      "decode", pictures per second that are read from the records, and that
      are read and decoded.
    """
    # A new process: TensorFlow sizes its thread pools by the cores it finds.
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, os.sched_setaffinity, (0, cores)) as pool:
        return pool.apply(
            _all, (sources, crop_size, batch_size, seconds, reuses))


def size_on_disk(sources):
    """(megabytes, pictures) of records."""
    from ha_deblur.data import records
    found = records.find(sources)
    bytes_ = sum(pathlib.Path(shard).stat().st_size
                 for _, shards in found for shard in shards)
    return bytes_ / 1e6, sum(manifest["pictures"] for manifest, _ in found)


def pictures_in_a_row(patches, reuse):
    """The number of records that successive patches of one kind come from."""
    from ha_deblur.data import record_patches
    if reuse == 1:
        return patches
    in_turn = record_patches.IN_TURN
    blocks, rest = divmod(patches, in_turn * reuse)
    return blocks * in_turn + min(in_turn, rest)


def _all(sources, crop_size, batch_size, seconds, reuses):
    from ha_deblur.data import pipeline, record_patches
    from ha_deblur.data.sampling import Sampling
    rates = {"plain": _rate(_plain_loader(sources, crop_size), seconds),
             **_stages(sources, seconds)}
    for reuse in reuses:
        batches = iter(pipeline.training_batches(Sampling(
            sources, crop_size, batch_size, patches_per_picture=reuse)))
        # Neither prefetched batches nor the threads' start-up should count.
        ahead = record_patches.IN_TURN * reuse if reuse > 1 else batch_size
        for _ in range(-(-ahead // batch_size)):
            next(batches)
        rates[reuse] = _rate(functools.partial(_load, batches), seconds)
        del batches  # stops its threads
    return rates


def _stages(sources, seconds):
    import tensorflow as tf

    from ha_deblur.data import records

    def decoded(record):
        example = records.parse(record)
        return records.decode(example["blurred"]), records.decode(
            example["sharp"])

    read = tf.data.TFRecordDataset(
        [shard for _, shards in records.find(sources) for shard in shards]
    ).repeat()
    stages = {"read": read, "decode": read.map(
        decoded, num_parallel_calls=tf.data.AUTOTUNE)}
    return {name: _rate(functools.partial(_take, iter(stage)), seconds)
            for name, stage in stages.items()}


def _take(rows):
    next(rows)
    return 1


def _load(batches):
    return len(next(batches)[0])


def _rate(load, seconds):
    """Patches per second of a function that returns how many it loaded."""
    patches, started = 0, time.monotonic()
    while time.monotonic() - started < seconds:
        patches += load()
    return patches / (time.monotonic() - started)


def _plain_loader(sources, crop_size):
    import itertools

    import numpy as np
    import tensorflow as tf
    from PIL import Image

    from ha_deblur.data import records
    shards = [shard for _, shards in records.find(sources) for shard in shards]
    rows = itertools.cycle(
        [(e["blurred"].numpy(), e["sharp"].numpy()) for e in
         map(records.parse, tf.data.TFRecordDataset(shards).take(32))])
    generator = np.random.default_rng(0)

    def load():
        images = [np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB"))
                  for encoded in next(rows)]  # [h, w, 3] each
        room = np.array(images[0].shape[:2]) - crop_size + 1
        top, left = generator.integers(0, room)
        for image in images:
            patch = image[top:top + crop_size, left:left + crop_size]
            np.float32(patch) / 255
        return 1

    return load
