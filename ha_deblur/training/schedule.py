"""How the learning rate goes: constant, cosine or step, after a warm-up."""

import tensorflow as tf

from ha_deblur.commandline import UserError

COSINE_ENDS_AT = 0.01  # of the learning rate


def schedule_of(kind, learning_rate, steps, warmup_steps=0, decay_steps=1,
                decay_rate=0.5):
    """A schedule for a Keras optimizer.

    Args:
      kind: "constant"; "cosine", which falls from the end of the warm-up to a
        hundredth at the last step; or "step", which is multiplied by
        `decay_rate` after every `decay_steps` steps, the warm-up's included.
      learning_rate: the highest.
      steps: of the whole training.
      warmup_steps: over so many steps it grows from 0, in a straight line;
        fewer than `steps`.
      decay_steps, decay_rate: see "step".

    Returns:
      A Keras LearningRateSchedule.

    Raises:
      UserError: the warm-up is as long as the training, or longer.
    """
    if warmup_steps >= steps:
        raise UserError(f"--warmup_steps={warmup_steps}: the whole training "
                        f"has {steps} steps; give it more, or less warm-up")
    # A constant is the cosine that doesn't fall.
    smooth = tf.keras.optimizers.schedules.CosineDecay(
        0.0 if warmup_steps else learning_rate, steps - warmup_steps,
        alpha=COSINE_ENDS_AT if kind == "cosine" else 1.0,
        warmup_target=learning_rate if warmup_steps else None,
        warmup_steps=warmup_steps)
    if kind != "step":
        return smooth
    return Product(smooth, tf.keras.optimizers.schedules.ExponentialDecay(
        1.0, decay_steps, decay_rate, staircase=True))


class Product(tf.keras.optimizers.schedules.LearningRateSchedule):
    """One schedule times another."""

    def __init__(self, first, second):
        super().__init__()
        self.first = first
        self.second = second

    def __call__(self, step):
        return self.first(step) * self.second(step)

    def get_config(self):
        return {"first": self.first, "second": self.second}
