r"""Second phase of training (sec. 4.3): the whole network, all losses.

    python -m experiments.train --records=records --run=runs/paper \
        --attention=runs/attention --preset=paper

The paper trains 500 epochs of the HIDE and GoPro training pairs, 10 patches
of 256x256 a step, Adam at 1e-4. GoPro pairs train the background decoder only.

The compared systems (`experiments.baselines`) are trained by the same command,
with their own losses: --preset=nah2017 and others.
"""

import functools

from absl import flags

from experiments.flags import (
    baseline_flags,
    compute_flags,
    data_flags,
    optimization_flags,
    training_flags,
)
from experiments.runs import first_weights
from ha_deblur import commandline, model_directory

flags.adopt_module_key_flags(baseline_flags)
flags.adopt_module_key_flags(training_flags)

_ATTENTION = flags.DEFINE_string(
    "attention", None, "Run of experiments.pretrain_attention to start from; "
    "it replaces --init's. Without either, attention starts untrained.")
_FREEZE_ATTENTION = flags.DEFINE_bool(
    "freeze_attention", False, "Keep the attention network as --attention or "
    "--init has it: on patches far smaller than pictures it would forget. The "
    "paper continues to train it.")
_GOPRO_TRAINS = flags.DEFINE_enum(
    "gopro_trains", "background", ["background", "background,primary"],
    "The losses that count for pairs that are not labelled with people, such "
    "as GoPro's (sec. 4.3: background).")
_INIT = flags.DEFINE_string(
    "init", None, "Model directory to fine-tune: a new run starts from its "
    "weights. A resumed run keeps its own. If the preset has a deep stage and "
    "the model does not, it starts as the identity; units of an older model "
    "without limits start with a wide one; if the preset's attention has "
    "units and the model's does not, it starts untrained, unless --attention "
    "is given. Not in the paper.")
_LOSS = flags.DEFINE_enum(
    "loss", "mse", ["mse", "charbonnier"],
    "The penalty of a pixel's error e in all three branches: e^2 (Eqs. 8 and "
    "11), or sqrt(e^2 + 0.001^2).")
_FFT_WEIGHT = flags.DEFINE_float(
    "fft_weight", 0.0, "Weight of a frequency loss, the mean absolute "
    "difference of Fourier coefficients, of the primary branch; 0.1 in "
    "MIMO-UNet, with a loss like charbonnier; 0: none. Not in the paper.",
    lower_bound=0.0)
_GRADIENT_CHECKPOINTING = flags.DEFINE_bool(
    "gradient_checkpointing", False, "Recompute the blocks' activations in the "
    "backward pass instead of storing them: about 60% of the memory, a third "
    "more operations, the same result.")

_OF_OURS = (_ATTENTION, _FREEZE_ATTENTION, _GOPRO_TRAINS, _LOSS, _FFT_WEIGHT,
            _GRADIENT_CHECKPOINTING)  # not for baselines

EPOCHS = 500


def main(_):
    """Runs the command; returns its exit code."""
    preset = training_flags.preset()
    settings = baseline_flags.settings(preset)
    if not preset.three_branches:
        _refuse_flags_of_ours(preset)
    if _ATTENTION.value:
        first_weights.check_attention(_ATTENTION.value, preset)
    if _INIT.value:
        first_weights.check_init(_INIT.value, preset)
    steps = training_flags.last_step(epochs=EPOCHS)
    training_flags.check_run()
    with training_flags.strategy_scope():
        return _train(preset, settings, steps)


def _train(preset, settings, steps):
    from experiments.runs import trainer
    from ha_deblur.model.gradient_checkpointing import checkpoint_gradients
    from ha_deblur.training.validation import JointValidation

    training_flags.seed_everything()
    compute_flags.set_precision()
    model = preset.make()
    if _GRADIENT_CHECKPOINTING.value:
        checkpoint_gradients(model)
    if _INIT.value:
        first_weights.load_init(model, _INIT.value)
    if _ATTENTION.value:
        first_weights.load_attention(model, _ATTENTION.value)
    if _FREEZE_ATTENTION.value and preset.attention:
        model.parts.attention.trainable = False
    optimizer = compute_flags.with_loss_scale(
        optimization_flags.optimizer(steps))
    optimizer.build(model.trainable_variables)
    if preset.three_branches:
        step = _joint_step(model, optimizer)
    else:
        step = model.step(optimizer, compute_flags.jit_compile(), **settings)
    run = training_flags.run_settings(steps)
    held_out = data_flags.validation_batches(preset)
    return trainer.fit(
        run, model, optimizer, step,
        save_model=lambda: model_directory.save(model, preset, run.directory),
        validate=held_out and JointValidation(model, held_out),
        state=model.training_state())


def _joint_step(model, optimizer):
    """The human-aware network's step, as set by the flags."""
    from ha_deblur.training.losses import losses_of_all_scales
    from ha_deblur.training.step import joint_step
    losses = functools.partial(
        losses_of_all_scales, pixel_loss=_LOSS.value,
        fft_weight=_FFT_WEIGHT.value)
    return joint_step(model, optimizer, tuple(_GOPRO_TRAINS.value.split(",")),
                      compute_flags.jit_compile(), losses)


def _refuse_flags_of_ours(preset):
    for flag in _OF_OURS:
        if flag.value != flag.default:
            raise commandline.UserError(
                f"--{flag.name} is for the human-aware network: leave it out "
                f"with --preset={preset.name}")


if __name__ == "__main__":
    commandline.run(main)
