"""The losses of Eqs. 4, 8 and 11, and their sum over scales.

Each function takes float32 images in [0, 1] and returns one value per sample,
[b]: the mean over all pixels and channels, so that a learning rate means the
same at every crop size. A mask weights the penalties and does not change the
divisor. The penalty is the paper's squared error, unless another of PENALTIES
is chosen.
"""

import tensorflow as tf

from ha_deblur.model.pyramid import pyramid
from ha_deblur.training.frequency_loss import frequency_loss

EPSILON = 1e-3  # as in DeepRFT; a grey level of 256 is 4e-3


def charbonnier(error):
    """sqrt(e^2 + eps^2): a smooth version of |e|.

    Charbonnier et al., Two Deterministic Half-Quadratic Regularization
    Algorithms, ICIP 1994; used for deblurring in DeepRFT (Mao et al., AAAI
    2023).
    """
    return tf.sqrt(tf.square(error) + EPSILON**2)


PENALTIES = {"mse": tf.square, "charbonnier": charbonnier}


def _mean(errors):
    return tf.reduce_mean(errors, axis=[1, 2, 3])  # [b, h, w, c] -> [b]


def attention_loss(mask, attention):
    """L_A = ||G - A||^2, Eq. 4; both [b, h, w, 1]."""
    return _mean(tf.square(mask - attention))


def foreground_loss(sharp, foreground, mask, penalty=tf.square):
    """L_FG = G * ||S - S_FG||^2, Eq. 8; images [b, h, w, 3]."""
    return _mean(mask * penalty(sharp - foreground))


def background_loss(sharp, background, mask, penalty=tf.square):
    """L_BG = (1 - G) * ||S - S_BG||^2, Eq. 8; images [b, h, w, 3]."""
    return _mean((1 - mask) * penalty(sharp - background))


def primary_loss(sharp, primary, penalty=tf.square):
    """L_Pri = ||S - S_Pri||^2, Eq. 11; images [b, h, w, 3]."""
    return _mean(penalty(sharp - primary))


def losses_of_all_scales(results, sharp, mask, pixel_loss="mse",
                         fft_weight=0.0):
    """The losses of all branches, each summed over the scales with weight 1.

    Args:
      results: a list of dicts, one per scale, full size first, as
        `MultiScaleDeblur.restore` returns them with all three heads.
      sharp: S, [b, h, w, 3].
      mask: G, [b, h, w, 1] of 0 and 1; average-pooled for the coarser scales.
      pixel_loss: one of PENALTIES, for the errors of the three branches.
      fft_weight: weight of the primary branch's `frequency_loss`; 0: none.

    Returns:
      A dict of [b] tensors: "primary", "foreground", "background" and, if the
      model has attention, "attention"; with an `fft_weight`, "frequency", which
      is multiplied by it. Their sum is the joint loss.
    """
    penalty = PENALTIES[pixel_loss]
    losses = {}
    scales = len(results)
    for result, s, g in zip(
            results, pyramid(sharp, scales), pyramid(mask, scales)):
        here = {
            "primary": primary_loss(s, result["primary"], penalty),
            "foreground": foreground_loss(
                s, result["foreground"], g, penalty),
            "background": background_loss(
                s, result["background"], g, penalty),
        }
        if fft_weight:
            here["frequency"] = fft_weight * frequency_loss(
                s, result["primary"])
        if "attention" in result:
            here["attention"] = attention_loss(g, result["attention"])
        for name, loss in here.items():
            losses[name] = losses.get(name, 0.0) + loss
    return losses
