"""WGAN-GP on patches: the critic, its loss and the generator's.

Gulrajani et al., "Improved Training of Wasserstein GANs", NIPS 2017. A critic
is a Keras model from images [b, h, w, 3] in [-1, 1] to a score per patch,
[b, h', w', 1]; the score of an image is their mean.
"""

import tensorflow as tf

from experiments.baselines.instance_norm import instance_norm

PENALTY_WEIGHT = 10.0  # Gulrajani et al., sec. 4


def patch_critic(width=64):
    """PatchGAN's 70x70 critic (Isola et al., CVPR 2017, sec. 6.1.2 and 3.2.2).

    4x4 convolutions to w, 2w, 4w (stride 2), 8w and 1 channels (stride 1), so
    that the receptive field of a score is 70x70 pixels. All but the last are
    followed by instance normalization and LeakyReLU with slope 0.2 (Kupyn et
    al., sec. 3.2; PatchGAN and the authors' code don't normalize after the
    first).

    Args:
      width: w, channels after the first convolution.

    Returns:
      A Keras model from [b, h, w, 3] in [-1, 1] to [b, h / 8, w / 8, 1].
    """
    layers = [tf.keras.Input([None, None, 3])]
    for channels, stride in (
            (width, 2), (2 * width, 2), (4 * width, 2), (8 * width, 1)):
        layers += [_convolution(channels, stride), instance_norm(),
                   tf.keras.layers.LeakyReLU(0.2)]
    return tf.keras.Sequential([*layers, _convolution(1, 1)], name="critic")


def _convolution(channels, stride):
    return tf.keras.layers.Conv2D(
        channels, 4, stride, padding="same",
        kernel_initializer=tf.keras.initializers.RandomNormal(stddev=0.02))


def critic_loss(critic, real, fake, seed):
    """E[D(fake)] - E[D(real)] + 10 GP (Gulrajani et al., Eq. 3): a scalar.

    Args:
      critic: see the module's docstring.
      real: sharp images, [b, h, w, 3].
      fake: restored images, [b, h, w, 3].
      seed: an int32 tensor, the seed of the random interpolation in GP.
    """
    distance = tf.reduce_mean(critic(real)) - tf.reduce_mean(critic(fake))
    return (PENALTY_WEIGHT * gradient_penalty(critic, real, fake, seed)
            - distance)


def gradient_penalty(critic, real, fake, seed):
    """E[(|grad D(x)| - 1)^2], with x on the line from real to fake: a scalar.

    Kupyn et al., Eq. 4; arguments as for `critic_loss`. The norm of an image's
    gradient is over all its pixels and channels.
    """
    mixture = tf.random.stateless_uniform(
        [tf.shape(real)[0], 1, 1, 1], tf.stack([seed, 0]))
    between = mixture * real + (1 - mixture) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        scores = tf.reduce_mean(critic(between), axis=[1, 2, 3])  # [b]
    slope = tape.gradient(scores, between)  # [b, h, w, 3]
    # The square root has no derivative at 0.
    norm = tf.sqrt(tf.reduce_sum(slope**2, axis=[1, 2, 3]) + 1e-12)  # [b]
    return tf.reduce_mean((norm - 1)**2)


def adversarial_loss(critic, fake):
    """-E[D(fake)], which the generator minimizes (sec. 3.1): a scalar."""
    return -tf.reduce_mean(critic(fake))
