"""The distribution over motions, for patches and then for a whole picture.

Sun et al. 2015, sec. 3.2 (more orientations by rotating the patch) and sec. 4
(patches fused into a dense distribution).
"""

import numpy as np
import tensorflow as tf

from experiments.baselines.bilinear import corners
from experiments.baselines.motion_kernels import LENGTHS, ROTATIONS, STEP

PATCH = 30


def patch_centres(size, stride):
    """The centres of patches along a side of `size` pixels, float32 [p].

    There is one patch for every `stride` pixels.
    """
    number = -(-size // stride)
    return (tf.range(number, dtype=tf.float32) + 0.5) * stride - 0.5


def rotated_patches(images, y, x, degrees):
    """Cuts patches whose x axis is rotated `degrees` towards the y axis.

    A motion's orientation in the patch is therefore smaller by `degrees`.

    Args:
      images: [b, h, w, c] float32; mirrored beyond the border.
      y, x: the centres in pixels, float32 [n].
      degrees: a float.

    Returns:
      [b, n, 30, 30, c].
    """
    batch, height, width, channels = tf.unstack(tf.shape(images))
    line = np.arange(PATCH, dtype=np.float32) - (PATCH - 1) / 2
    down, right = np.meshgrid(line, line, indexing="ij")
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    numbers, weights = corners(
        y[:, None, None] + np.float32(sine * right + cosine * down),
        x[:, None, None] + np.float32(cosine * right - sine * down),
        height, width)  # [n, 30, 30, 4]
    pixels = tf.reshape(images, [batch, height * width, channels])
    values = tf.gather(pixels, numbers, axis=1)  # [b, n, 30, 30, 4, c]
    return tf.reduce_sum(values * weights[..., None], axis=-2)


def extended(probabilities):
    """From 73 motions in each of five rotated patches to 361 (sec. 3.2).

    Args:
      probabilities: [..., 5, 73], of a patch rotated by each of ROTATIONS.

    Returns:
      [..., 361], in the order of `motion_kernels.motions(6)`, with sum 1. A
      motion's true orientation is that in the patch rotated by r, plus r.
    """
    still = tf.reduce_mean(probabilities[..., 0], axis=-1, keepdims=True)
    before = tf.shape(probabilities)[:-2]
    moving = tf.reshape(probabilities[..., 1:], tf.concat(
        [before, [len(ROTATIONS), len(LENGTHS) - 1, 180 // STEP]], axis=0))
    moving = tf.stack(tf.unstack(moving, axis=-3), axis=-1)  # [..., 12, 6, 5]
    moving = tf.reshape(moving, tf.concat([before, [-1]], axis=0))
    every = tf.concat([still, moving], axis=-1)
    return every / tf.reduce_sum(every, axis=-1, keepdims=True)


def fused(probabilities, size, stride, cell, sigma):
    """The distribution for every cell, a weighted mean of patches (sec. 4).

    A patch counts for the cells inside it, weighted by a Gaussian of the
    distance to its centre.

    Args:
      probabilities: [b, p, q, n], of patches centred at `patch_centres`.
      size: (height, width) of the picture, multiples of `cell`.
      stride: pixels between patches.
      cell: side of the squares that share a motion, in pixels.
      sigma: standard deviation of the Gaussian, in pixels.

    Returns:
      [b, height / cell, width / cell, n].
    """
    rows, columns = (_weights(side, stride, cell, sigma) for side in size)
    found = tf.einsum("ip,bpqn->biqn", rows, probabilities)
    return tf.einsum("jq,biqn->bijn", columns, found)


def _weights(size, stride, cell, sigma):
    """Weights of the patches in the cells along one side, [cells, patches]."""
    distance = tf.abs(patch_centres(size, cell)[:, None]
                      - patch_centres(size, stride))
    weights = tf.where(distance <= PATCH / 2,
                       tf.exp(-(distance / sigma) ** 2 / 2), 0)
    return weights / tf.reduce_sum(weights, axis=1, keepdims=True)
