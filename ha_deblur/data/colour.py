"""Other colours for a pair of patches, the same for both; not in the paper.

All but the gamma curve are linear and the same for every pixel, so the blurry
patch remains the blur of the sharp one; where they leave [0, 1] both are cut
off, as a sensor does.
"""

import itertools

import tensorflow as tf

CHANCES = 7
# Half of the patches keep their channels in order; the others are evenly of
# the five other orders.
ORDERS = [[0, 1, 2]] * 5 + list(map(list, itertools.permutations(range(3))))[1:]
EXPOSURE = 1.4  # each of these at most: a factor between 1 / x and x
WHITE_BALANCE = 1.2
GAMMA = 1.25
SATURATION = 0.5  # a factor between 1 - x and 1 + x


def recolour(chances, blurred, sharp):
    """Changes channel order, white balance, exposure, saturation and gamma.

    Stateless: equal chances make equal changes. A chance of 0.5 changes
    nothing; for the order, one below 0.5.

    Args:
      chances: [CHANCES] float32, uniform in [0, 1): of the channels' order,
        exposure, gains of red, green and blue, saturation, gamma.
      blurred, sharp: [..., 3] float32 in [0, 1].

    Returns:
      blurred, sharp: as they came in, recoloured alike.
    """
    order = tf.constant(ORDERS)[tf.cast(chances[0] * len(ORDERS), tf.int32)]
    gains = _factor(chances[1], EXPOSURE) * _factor(
        chances[2:5], WHITE_BALANCE)  # [3]
    saturation = 1 + SATURATION * (2 * chances[5] - 1)
    gamma = _factor(chances[6], GAMMA)

    def changed(image):
        image = tf.gather(image, order, axis=-1) * gains
        grey = tf.image.rgb_to_grayscale(image)
        image = grey + saturation * (image - grey)
        return tf.clip_by_value(image, 0, 1) ** gamma

    return changed(blurred), changed(sharp)


def _factor(chance, most):
    """From 1 / most to most, 1 at a chance of 0.5."""
    return most ** (2 * chance - 1)
