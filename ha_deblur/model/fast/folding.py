"""Squares of pixels moved into the channels, and back; not in the paper.

The `fast` network works on these: at full size, convolutions of few channels
run far below the rate at which a processor multiplies matrices.
"""

import tensorflow as tf

FOLD = 4  # height and width of a square; presets.FastPreset has it as `fold`


def folded(image):
    """[b, h, w, c] -> [b, h/4, w/4, 16c]."""
    return tf.nn.space_to_depth(image, FOLD)


def unfolded(features):
    """[b, h/4, w/4, 16c] -> [b, h, w, c]."""
    return tf.nn.depth_to_space(features, FOLD)
