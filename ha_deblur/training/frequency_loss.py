"""The frequency loss of MIMO-UNet, which is not in the paper."""

import tensorflow as tf


def frequency_loss(sharp, restored):
    """Mean absolute difference of the Fourier coefficients.

    "Multi-scale frequency reconstruction" of Cho et al., Rethinking
    Coarse-to-Fine Approach in Single Image Deblurring (MIMO-UNet, ICCV 2021),
    who add 0.1 of it to an L1 loss at every scale. As there, real and
    imaginary parts count separately and the transform is not normalized, so
    that the published weight keeps its meaning; for noise the loss grows with
    the crop size. The redundant half of the spectrum is left out.

    Args:
      sharp: S, [b, h, w, 3] float32 in [0, 1].
      restored: the same shape.

    Returns:
      [b]: the mean over coefficients and channels.
    """
    error = tf.transpose(sharp - restored, [0, 3, 1, 2])  # [b, 3, h, w]
    spectrum = tf.signal.rfft2d(error)  # [b, 3, h, w // 2 + 1] complex
    parts = tf.stack([tf.math.real(spectrum), tf.math.imag(spectrum)])
    return tf.reduce_mean(tf.abs(parts), axis=[0, 2, 3, 4])
