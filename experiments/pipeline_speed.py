"""How fast training's patches come, beside a plain loader."""

import io
import multiprocessing
import os
import time


def measure(sources, cores, crop_size, batch_size, seconds):
    """Patches a second of both loaders, in a process that has so many cores.

    Args:
      sources: records, as `records.find` takes them.
      cores: a list of the processors to run on.
      crop_size: height and width of a patch.
      batch_size: patches a batch.
      seconds: how long to measure each loader.

    Returns:
      {"pipeline": patches a second with all that training does,
       "plain": the same of one thread that decodes the whole pair for every
       patch and only crops it, as SRN's and BasicSR's loaders do}.
    """
    # A fresh process: TensorFlow sizes its threads by the cores it finds.
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, os.sched_setaffinity, (0, cores)) as pool:
        return pool.apply(
            _both, (sources, crop_size, batch_size, seconds))


def _both(sources, crop_size, batch_size, seconds):
    from ha_deblur.data import pipeline
    batches = iter(pipeline.training_batches(sources, crop_size, batch_size))
    next(batches)  # the first one also starts the threads
    return {
        "pipeline": _rate(lambda: len(next(batches)[0]), seconds),
        "plain": _rate(_plain_loader(sources, crop_size), seconds)}


def _rate(load, seconds):
    """Patches a second of a function that returns how many it loaded."""
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
