"""Instance normalization, the only layer from TensorFlow Addons."""


def instance_norm():
    """A layer that normalizes each channel of each picture.

    To mean 0 and variance 1 (Ulyanov et al., "Instance Normalization",
    arXiv:1607.08022). Without weights, and with PyTorch's epsilon, as in
    DeblurGAN's public code.
    """
    import tensorflow_addons as tfa
    return tfa.layers.InstanceNormalization(
        center=False, scale=False, epsilon=1e-5)
