"""Flags for how a step is computed: precision and XLA."""

from absl import flags

_PRECISION = flags.DEFINE_enum(
    "precision", "float32", ["float32", "mixed_bfloat16", "mixed_float16"],
    "Number format of the layers' arithmetic. Weights, results and losses are "
    "always float32. mixed_float16 scales the loss by a factor that it adapts, "
    "and skips steps whose gradients overflow. Both mixed formats are meant "
    "for GPUs; bfloat16 is also 1.5 times faster on CPUs that support it "
    "(avx512_bf16 or amx_bf16 among the flags in /proc/cpuinfo). On CPUs "
    "float16 is many times slower. The paper's is float32.")
_JIT_COMPILE = flags.DEFINE_enum(
    "jit_compile", "auto", ["auto", "true", "false"],
    "Whether XLA compiles the step; auto: where there is a GPU.")


def set_precision():
    """Makes layers that are created from now on compute in --precision."""
    import tensorflow as tf
    tf.keras.mixed_precision.set_global_policy(_PRECISION.value)


def with_loss_scale(optimizer):
    """The optimizer, with loss scaling if --precision needs it.

    The smallest positive float16 is 6e-8, and most gradients are smaller.
    bfloat16 has the range of float32.
    """
    import tensorflow as tf
    if _PRECISION.value != "mixed_float16":
        return optimizer
    return tf.keras.mixed_precision.LossScaleOptimizer(optimizer)


def jit_compile():
    """Whether XLA is to compile the step."""
    from ha_deblur.training import step
    return step.compiles(_JIT_COMPILE.value)
