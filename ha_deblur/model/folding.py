"""Squares of pixels moved into the channels, and back; not in the paper.

The `fast` preset works on these: at full size few channels run far below the
rate at which a processor multiplies matrices.
"""

import tensorflow as tf


def folded(image, fold):
    """[b, h, w, c] -> [b, h / fold, w / fold, c fold^2]."""
    return tf.nn.space_to_depth(image, fold) if fold > 1 else image


def unfolded(features, fold):
    """[b, h / fold, w / fold, c fold^2] -> [b, h, w, c]."""
    return tf.nn.depth_to_space(features, fold) if fold > 1 else features
