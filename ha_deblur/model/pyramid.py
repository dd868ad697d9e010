"""The coarse-to-fine pyramid of pictures and masks (sec. 4.2)."""

import tensorflow as tf


def halve(images):
    """[b, h, w, c] -> [b, h/2, w/2, c] by 2x2 average pooling."""
    return tf.nn.avg_pool2d(images, 2, 2, "VALID")


def pyramid(images, scales):
    """[b, h, w, c] -> a list of `scales` images, each half the size of the one
    before."""
    levels = [images]
    for _ in range(scales - 1):
        levels.append(halve(levels[-1]))
    return levels
