"""Muon: steps of equal size in every direction of a layer's weights.

Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024;
the size of its steps after Liu et al., "Muon is Scalable for LLM Training",
arXiv:2502.16982, eq. 4. Not in the paper, which trains with Adam.
"""

import tensorflow as tf

# Of the quintic polynomial that drives singular values to 1 (Jordan et al.).
COEFFICIENTS = 3.4445, -4.7750, 2.0315
ITERATIONS = 5
# A step's RMS is then about Adam's, so that learning rates carry over.
ADAM_RMS = 0.2
# Left to Adam, as Jordan et al. leave a network's last layer: those layers
# that end in images or in the attention map.
OF_ADAM = ("to_rgb", "predict")


class Muon(tf.keras.optimizers.Adam):
    """Muon for the kernels of convolutions, Adam for all other weights.

    Args:
      learning_rate: of both, as for Adam.
      momentum: decay of Muon's running mean of the gradients.
      **options: of Adam.
    """

    def __init__(self, learning_rate=1e-3, momentum=0.95, **options):
        options.setdefault("name", "Muon")
        super().__init__(learning_rate, **options)
        self.momentum = momentum

    def update_step(self, gradient, variable):
        """Updates one variable."""
        if (variable.shape.rank != 4
                or any(name in variable.name for name in OF_ADAM)):
            super().update_step(gradient, variable)
            return
        mean = self._momentums[self._index_dict[self._var_key(variable)]]
        mean.assign_add((1 - self.momentum) * (gradient - mean))
        ahead = mean + (1 - self.momentum) * (gradient - mean)  # Nesterov
        rows, columns = _matrix_shape(variable)
        size = ADAM_RMS * max(rows, columns)**0.5
        step = orthogonal(tf.reshape(ahead, [rows, columns]))
        learning_rate = tf.cast(self.learning_rate, variable.dtype)
        variable.assign_sub(
            learning_rate * size * tf.reshape(step, variable.shape))

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


def orthogonal(matrix):
    """The nearest semi-orthogonal matrix, approximately.

    Args:
      matrix: [m, n].

    Returns:
      [m, n]: U V^T of the matrix U S V^T, by a Newton-Schulz iteration; the
      singular values end between 0.7 and 1.2 instead of at 1.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = tf.transpose(matrix) if tall else matrix
    x /= tf.norm(x) + 1e-7
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = tf.matmul(x, x, transpose_b=True)
        x = a * x + tf.matmul(b * square + c * tf.matmul(square, square), x)
    return tf.transpose(x) if tall else x


def _matrix_shape(kernel):
    """[all other dimensions, last]: the last one is the output channels.

    For transposed convolutions it is the input channels, and the matrix is that
    of the transposed map.
    """
    *others, last = kernel.shape
    return others[0] * others[1] * others[2], last
