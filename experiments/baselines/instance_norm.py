"""Instance normalization, which some of the compared systems use."""

import tensorflow as tf


def instance_norm():
    """A layer that normalizes each channel of each picture.

    To mean 0 and variance 1 (Ulyanov et al., "Instance Normalization",
    arXiv:1607.08022). Without weights, and with PyTorch's epsilon, as in
    DeblurGAN's public code.
    """
    return tf.keras.layers.GroupNormalization(
        groups=-1, center=False, scale=False, epsilon=1e-5)
