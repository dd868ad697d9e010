"""Instance normalization, the one layer that comes from TensorFlow Addons."""


def instance_norm():
    """A layer that brings each channel of each picture to mean 0, variance 1.

    Ulyanov et al., "Instance Normalization", arXiv:1607.08022. Without weights
    of its own, and with PyTorch's epsilon, as in DeblurGAN's public code.
    """
    import tensorflow_addons as tfa
    return tfa.layers.InstanceNormalization(
        center=False, scale=False, epsilon=1e-5)
