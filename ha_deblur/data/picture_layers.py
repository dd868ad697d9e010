"""A record's layers: the blurred and the sharp picture, and the mask."""

import tensorflow as tf

from ha_deblur.annotations import masks
from ha_deblur.data import patches, records


def of(example):
    """Blurred and sharp [h, w, 3], mask [h, w, 1] of 0 and 1, all uint8."""
    height, width = tf.unstack(size(example))
    mask = masks.rasterize_boxes(example["boxes"], height, width)
    return [*(tf.ensure_shape(records.decode(example[key]), [None, None, 3])
              for key in ("blurred", "sharp")), tf.cast(mask, tf.uint8)]


def size(example):
    """[2] int32: height and width."""
    return tf.cast(tf.stack([example["height"], example["width"]]), tf.int32)


def fresh_blur(example, share):
    """The chance that a patch of the record is blurred anew.

    GoPro's blur is real, and stays; photos have none of their own.
    """
    return tf.where(example["dataset"] == "photos", 1.0, tf.where(
        example["dataset"] == "gopro", 0.0, share))


def unlabelled(example):
    """1.0 or 0.0: whether nobody has looked for people in the picture."""
    return 1 - tf.cast(example["labelled"], tf.float32)


def cut(layers, window, crop_size):
    """[c, c, 7] uint8, the same patch of all layers."""
    return tf.concat([patches.cut(layer, window, crop_size)
                      for layer in layers], axis=-1)
