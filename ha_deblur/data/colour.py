"""Other colours for a pair of patches, the same for both; not in the paper.

All but the gamma curve are linear and the same for every pixel, so the blurry
patch remains the blur of the sharp one; where they leave [0, 1] both are cut
off, as a sensor does.
"""

import itertools

import tensorflow as tf

DRAWS = 7
# Half of the patches keep their channels in order; the others have one of the
# five other orders, each as often.
ORDERS = [[0, 1, 2]] * 5 + list(map(list, itertools.permutations(range(3))))[1:]
EXPOSURE = 1.4  # of these three, x is a factor between 1 / x and x
WHITE_BALANCE = 1.2
GAMMA = 1.25
SATURATION = 0.5  # a factor between 1 - x and 1 + x


def recolour(draws, blurred, sharp):
    """Changes channel order, white balance, exposure, saturation and gamma.

    Stateless: equal draws make equal changes. A draw of 0.5 changes nothing;
    for the order, one below 0.5.

    Args:
      draws: [DRAWS] float32, uniform in [0, 1): of the channels' order,
        exposure, gains of red, green and blue, saturation, gamma.
      blurred, sharp: [..., 3] float32 in [0, 1].

    Returns:
      blurred, sharp: as they came in, recoloured alike.
    """
    order = tf.constant(ORDERS)[tf.cast(draws[0] * len(ORDERS), tf.int32)]
    gains = _factor(draws[1], EXPOSURE) * _factor(
        draws[2:5], WHITE_BALANCE)  # [3]
    saturation = 1 + SATURATION * (2 * draws[5] - 1)
    gamma = _factor(draws[6], GAMMA)

    def changed(image):
        image = tf.gather(image, order, axis=-1) * gains
        grey = tf.image.rgb_to_grayscale(image)
        image = grey + saturation * (image - grey)
        return tf.clip_by_value(image, 0, 1) ** gamma

    return changed(blurred), changed(sharp)


def _factor(draw, most):
    """From 1 / most to most, 1 at a draw of 0.5."""
    return most ** (2 * draw - 1)
