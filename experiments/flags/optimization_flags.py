"""Flags for optimization: optimizer, learning rate, weight averaging.

The defaults are the paper's (sec. 4.3), which has none of the rest.
"""

from absl import flags

_OPTIMIZER = flags.DEFINE_enum(
    "optimizer", "adam", ["adam", "muon"],
    "muon: orthogonalized updates of convolution kernels, Adam for the other "
    "weights; it takes the same learning rates as Adam. The paper's is "
    "adam.")
_LEARNING_RATE = flags.DEFINE_float(
    "learning_rate", 1e-4, "The highest learning rate (sec. 4.3: 1e-4).",
    lower_bound=0.0)
_BETA_1 = flags.DEFINE_float(
    "beta_1", 0.9, "Decay of Adam's mean gradient; 0.5 is usual for "
    "adversarial training.", lower_bound=0.0, upper_bound=0.999)
_SCHEDULE = flags.DEFINE_enum(
    "schedule", "constant", ["constant", "cosine", "step", "power", "half"],
    "Learning-rate schedule. cosine: falls to a hundredth at the last step. "
    "step: see --decay_steps. power: falls to a hundredth, too; see "
    "--decay_power. half: constant for half of the training, then linear to "
    "0. Not in the paper.")
_WARMUP_STEPS = flags.DEFINE_integer(
    "warmup_steps", 0, "Steps over which the learning rate grows from 0, "
    "under any --schedule. Not in the paper.", lower_bound=0)
_DECAY_STEPS = flags.DEFINE_integer(
    "decay_steps", None, "With --schedule=step: the learning rate is "
    "multiplied by --decay_rate each time after this number of steps.",
    lower_bound=1)
_DECAY_RATE = flags.DEFINE_float(
    "decay_rate", 0.5, "A factor; see --decay_steps.",
    lower_bound=0.0, upper_bound=1.0)
_DECAY_POWER = flags.DEFINE_float(
    "decay_power", 1.0, "With --schedule=power the learning rate falls with "
    "this power of the remaining share of the training; 1: linearly.",
    lower_bound=0.0)
_CLIP_NORM = flags.DEFINE_float(
    "clip_norm", 0.0, "Clip the global norm of the gradients to this; 0: no "
    "clipping. Not in the paper.",
    lower_bound=0.0)
_EMA = flags.DEFINE_float(
    "ema", 0.0, "Decay of an exponential moving average of the weights, such "
    "as 0.999, which validation and the run's model use and training does "
    "not; 0: none. The decay is smaller in the first steps. Not in the paper.",
    lower_bound=0.0, upper_bound=1.0)


@flags.multi_flags_validator(
    ["schedule", "decay_steps"], "--schedule=step needs --decay_steps")
def _has_decay_steps(values):
    return values["schedule"] != "step" or values["decay_steps"]


def optimizer(steps):
    """The --optimizer, with the --schedule of its learning rate.

    Args:
      steps: steps in the whole training.

    Raises:
      UserError: the warm-up is longer than that.
    """
    import tensorflow as tf

    from ha_deblur.training.schedule import schedule_of
    # Even a constant is a schedule: a plain number would be saved with a
    # checkpoint, and a resumed run would ignore a new --learning_rate.
    schedule = schedule_of(
        _SCHEDULE.value, _LEARNING_RATE.value, steps, _WARMUP_STEPS.value,
        _DECAY_STEPS.value, _DECAY_RATE.value, _DECAY_POWER.value)
    kind = tf.keras.optimizers.Adam
    if _OPTIMIZER.value == "muon":
        from ha_deblur.training.muon import Muon as kind
    # Keras clips after it has summed the gradients over replicas.
    return kind(
        schedule, beta_1=_BETA_1.value,
        global_clipnorm=_CLIP_NORM.value or None, jit_compile=False)


def ema():
    """The --ema."""
    return _EMA.value
