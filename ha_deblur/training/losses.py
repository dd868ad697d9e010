"""The losses of Eqs. 4, 8 and 11, and their sum over scales.

Each function takes float32 images in [0, 1] and returns one value a sample,
[b]: the mean over all pixels and channels, so that a learning rate means the
same at every crop size. A mask multiplies the squared error and does not
change the divisor.
"""

import tensorflow as tf

from ha_deblur.model.pyramid import pyramid


def _mean(errors):
    return tf.reduce_mean(errors, axis=[1, 2, 3])  # [b, h, w, c] -> [b]


def attention_loss(mask, attention):
    """L_A = ||G - A||^2, Eq. 4; both [b, h, w, 1]."""
    return _mean(tf.square(mask - attention))


def foreground_loss(sharp, foreground, mask):
    """L_FG = G * ||S - S_FG||^2, Eq. 8; images [b, h, w, 3]."""
    return _mean(mask * tf.square(sharp - foreground))


def background_loss(sharp, background, mask):
    """L_BG = (1 - G) * ||S - S_BG||^2, Eq. 8; images [b, h, w, 3]."""
    return _mean((1 - mask) * tf.square(sharp - background))


def primary_loss(sharp, primary):
    """L_Pri = ||S - S_Pri||^2, Eq. 11; images [b, h, w, 3]."""
    return _mean(tf.square(sharp - primary))


def losses_of_all_scales(results, sharp, mask):
    """Every loss at every scale, scales summed with weight 1.

    Args:
      results: a list of dicts, one a scale, full size first, as
        `MultiScaleDeblur.restore` returns them, all three heads made.
      sharp: S, [b, h, w, 3].
      mask: G, [b, h, w, 1] of 0 and 1; averaged down for the coarser scales.

    Returns:
      A dict of [b] tensors: "primary", "foreground", "background" and, if the
      model has attention, "attention". Their sum is the joint loss.
    """
    losses = {}
    scales = len(results)
    for result, s, g in zip(
            results, pyramid(sharp, scales), pyramid(mask, scales)):
        here = {
            "primary": primary_loss(s, result["primary"]),
            "foreground": foreground_loss(s, result["foreground"], g),
            "background": background_loss(s, result["background"], g),
        }
        if "attention" in result:
            here["attention"] = attention_loss(g, result["attention"])
        for name, loss in here.items():
            losses[name] = losses.get(name, 0.0) + loss
    return losses
