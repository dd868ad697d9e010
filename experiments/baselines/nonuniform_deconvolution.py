"""Deconvolution of a picture whose motion blur is known at each pixel.

Sun et al. 2015 (sec. 5) use a patch prior, EPLL: a mixture of Gaussians learned
from other pictures. Here the prior is a hyper-Laplacian on the gradients
(Krishnan and Fergus, NIPS 2009), which needs no learning:

    minimize over x: |A x - b|^2 / 2 + weight * sum |gradient of x|^exponent

where A is the blur, solved by iteratively reweighted least squares (Levin et
al., SIGGRAPH 2007, with the same prior), each round by conjugate gradients.
"""

import tensorflow as tf

from experiments.baselines.motion_blur import MotionBlur

EXPONENT = 0.8
_FLAT = 0.01  # smaller gradients are clamped to this, to bound the weights
_ROUNDS = 3
_STEPS = 10  # of conjugate gradients in each round


def deconvolve(blurred, motion, prior_weight):
    """Deblurs a picture whose motion field is known.

    Args:
      blurred: b, [b, h, w, c] float32 in [0, 1].
      motion: [b, h, w, 2], see `MotionBlur`.
      prior_weight: the weight of the prior; larger for more noise.

    Returns:
      x, [b, h, w, c], not clipped.
    """
    blur = MotionBlur(motion)
    target = _flat(blur.adjoint(blurred))
    shape = tf.shape(blurred)

    def round_of(sharp, _):
        weights = prior_weight * EXPONENT * _reweighted(sharp)
        solved = tf.linalg.experimental.conjugate_gradient(
            _NormalEquations(blur, weights, shape), target, x=_flat(sharp),
            tol=1e-5, max_iter=_STEPS)
        return tf.reshape(solved.x, shape)

    return tf.foldl(round_of, tf.range(_ROUNDS), blurred)


class _NormalEquations(tf.linalg.LinearOperator):
    """A^T A + D^T W D on flattened pictures, D the gradient."""

    def __init__(self, blur, weights, shape):
        self.blur, self.weights, self.picture_shape = blur, weights, shape
        super().__init__(tf.float32, is_self_adjoint=True,
                         is_positive_definite=True, is_square=True)

    def _shape(self):
        return tf.TensorShape([None, None, None])

    def _shape_tensor(self):
        side = tf.reduce_prod(self.picture_shape[1:])
        return tf.stack([self.picture_shape[0], side, side])

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        del adjoint, adjoint_arg  # symmetric, and x is a single column
        pictures = tf.reshape(x, self.picture_shape)
        data = self.blur.adjoint(self.blur(pictures))
        prior = _adjoint_gradients(self.weights * _gradients(pictures))
        return tf.reshape(data + prior, tf.shape(x))


def _flat(pictures):
    return tf.reshape(pictures, [tf.shape(pictures)[0], -1])


def _gradients(pictures):
    """Differences to the pixel below and to the right, [2, b, h, w, c]."""
    return tf.stack(tf.image.image_gradients(pictures))


def _adjoint_gradients(gradients):
    down, right = tf.unstack(gradients)
    none = [0, 0]
    above = tf.pad(down, [none, [1, 0], none, none])[:, :-1]
    left = tf.pad(right, [none, none, [1, 0], none])[:, :, :-1]
    return above - down + left - right


def _reweighted(sharp):
    """Weights of squared gradients, shared by colours, [2, b, h, w, 1]."""
    size = tf.norm(_gradients(sharp), axis=-1, keepdims=True)
    return tf.maximum(size, _FLAT) ** (EXPONENT - 2)
