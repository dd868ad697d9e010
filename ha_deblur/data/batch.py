"""What one training step sees."""

import typing

import tensorflow as tf


class Batch(typing.NamedTuple):
    """b patches of c x c pixels; all tensors are float32 in [0, 1].

    Attributes:
      blurred: B, [b, c, c, 3].
      sharp: S, the same patches without blur, [b, c, c, 3].
      mask: G, [b, c, c, 1]: 1 in the boxes of people, else 0.
      unlabelled: [b]: 1 if the sample is not labelled with people, so that its
        mask is meaningless, else 0. In the paper, GoPro's are (sec. 4.3).
    """

    blurred: tf.Tensor
    sharp: tf.Tensor
    mask: tf.Tensor
    unlabelled: tf.Tensor
