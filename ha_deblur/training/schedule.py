"""The learning-rate schedules, each after an optional warm-up."""

import tensorflow as tf

from ha_deblur.commandline import UserError

ENDS_AT = 0.01  # of the learning rate


def schedule_of(kind, learning_rate, steps, warmup_steps=0, decay_steps=1,
                decay_rate=0.5, decay_power=1.0):
    """A learning-rate schedule for a Keras optimizer.

    Args:
      kind: "constant"; "cosine", which falls from the end of the warm-up to a
        hundredth at the last step; "step", which is multiplied by
        `decay_rate` after every `decay_steps` steps; "power", which falls from
        the first step to a hundredth at the last, as (1 - t / T)^`decay_power`
        with step t of T; or "half", which is constant for half of the steps
        and then falls linearly to 0. The last three count their steps from
        the start of the warm-up.
      learning_rate: the highest learning rate.
      steps: steps in the whole training.
      warmup_steps: steps over which the learning rate grows linearly from 0;
        fewer than `steps`.
      decay_steps, decay_rate: see "step".
      decay_power: see "power".

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
        alpha=ENDS_AT if kind == "cosine" else 1.0,
        warmup_target=learning_rate if warmup_steps else None,
        warmup_steps=warmup_steps)
    schedules = tf.keras.optimizers.schedules
    falls = {
        "step": lambda: schedules.ExponentialDecay(
            1.0, decay_steps, decay_rate, staircase=True),
        "power": lambda: schedules.PolynomialDecay(
            1.0, steps, ENDS_AT, power=decay_power),
        # Above 1 in the first half, where `Product` clips it.
        "half": lambda: schedules.PolynomialDecay(2.0, steps, 0.0),
    }
    return Product(smooth, falls[kind]()) if kind in falls else smooth


class Product(tf.keras.optimizers.schedules.LearningRateSchedule):
    """One schedule times another, the latter clipped to 1 at most."""

    def __init__(self, first, second):
        super().__init__()
        self.first = first
        self.second = second

    def __call__(self, step):
        return self.first(step) * tf.minimum(self.second(step), 1.0)

    def get_config(self):
        return {"first": self.first, "second": self.second}
