"""DeepDeblur's discriminator and its losses (Nah et al. 2017, sec. 3.2).

It distinguishes sharp pictures from restored ones at full size. The layers are
those of Table 1; for pictures larger than 256x256 pixels there is a logit for
each square of 256x256, and they are averaged.
"""

import tensorflow as tf

# Table 1: channels, as multiples of half the width, and strides
LAYERS = ((1, 1), (1, 2), (2, 1), (2, 2), (4, 1), (4, 4), (8, 1), (8, 4),
          (16, 1), (16, 4))


def discriminator(width=64):
    """Ten 5x5 convolutions with LeakyReLU of slope 0.2, and a linear layer.

    As in the authors' code, the tenth is 4x4, and only the last layer has
    biases. The sigmoid is part of the losses.

    Args:
      width: channels of DeepDeblur; the first layer here has half as many.

    Returns:
      A Keras model from [b, h, w, 3] in [0, 1] to logits [b, h/256, w/256, 1],
      rounded up.
    """
    layers = [tf.keras.Input([None, None, 3])]
    for number, (multiple, stride) in enumerate(LAYERS, 1):
        layers += [
            tf.keras.layers.Conv2D(
                multiple * width // 2, 4 if number == len(LAYERS) else 5,
                stride, padding="same", use_bias=False),
            tf.keras.layers.LeakyReLU(0.2)]
    return tf.keras.Sequential(
        [*layers, tf.keras.layers.Conv2D(1, 1)], name="discriminator")


def discriminator_loss(critic, real, fake, seed):
    """-log D(S) - log(1 - D(L)), Eq. 6, which it minimizes: a scalar."""
    del seed  # nothing is random
    return _entropy(critic(real), 1.0) + _entropy(critic(fake), 0.0)


def adversarial_loss(critic, fake, weight):
    """-lambda log D(L) for the generator, as in the authors' code: a scalar.

    Eq. 6 has log(1 - D(L)), whose gradient vanishes where D is certain.
    """
    return weight * _entropy(critic(fake), 1.0)


def _entropy(logits, label):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
        tf.fill(tf.shape(logits), label), logits))
