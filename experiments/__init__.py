"""The paper's training, evaluation and tables. Each module is a command."""

import ha_deblur  # noqa: F401  chooses Keras 2, before TensorFlow is imported
