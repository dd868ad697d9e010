"""The flags of how a step is computed: number format, XLA."""

from absl import flags

_PRECISION = flags.DEFINE_enum(
    "precision", "float32", ["float32", "mixed_bfloat16", "mixed_float16"],
    "Number format of the layers' arithmetic. Weights, results and losses are "
    "float32 in all. mixed_float16 multiplies the loss by a number that adapts "
    "itself, and skips steps whose gradients overflow. Both are meant for "
    "GPUs, and bfloat16 for CPUs that multiply it (avx512_bf16 or amx_bf16 "
    "among the flags in /proc/cpuinfo): 1.5 times faster there. On CPUs "
    "float16 is many times slower. The paper's is float32.")
_JIT_COMPILE = flags.DEFINE_enum(
    "jit_compile", "auto", ["auto", "true", "false"],
    "Whether XLA compiles the step; auto: where there is a GPU.")


def set_precision():
    """Makes the layers that are made from now on compute in --precision."""
    import tensorflow as tf
    tf.keras.mixed_precision.set_global_policy(_PRECISION.value)


def with_loss_scale(optimizer):
    """The optimizer, which scales the loss if --precision needs it.

    float16 ends at 6e-8, and most gradients are smaller. bfloat16 reaches as
    far as float32.
    """
    import tensorflow as tf
    if _PRECISION.value != "mixed_float16":
        return optimizer
    return tf.keras.mixed_precision.LossScaleOptimizer(optimizer)


def jit_compile():
    """Whether XLA is to compile the step."""
    from ha_deblur.training import step
    return step.compiles(_JIT_COMPILE.value)
