r"""Second phase of training (sec. 4.3): the whole network, all losses.

    python -m experiments.train --records=records --run=runs/paper \
        --attention=runs/attention --preset=paper

The paper trains 500 epochs of the HIDE and GoPro training pairs, 10 patches
of 256x256 a step, Adam at 1e-4. GoPro pairs train the background decoder only.
"""

from absl import flags

from experiments import training_flags
from ha_deblur import commandline, model_directory

flags.adopt_module_key_flags(training_flags)

_ATTENTION = flags.DEFINE_string(
    "attention", None, "Run of experiments.pretrain_attention to start from. "
    "Without it attention starts untrained.")
_GOPRO_TRAINS = flags.DEFINE_enum(
    "gopro_trains", "background", ["background", "background,primary"],
    "The losses that count for GoPro pairs (sec. 4.3: background).")

EPOCHS = 500


def main(_):
    """Runs the command; returns its exit code."""
    preset = training_flags.preset()
    if _ATTENTION.value:
        _check_attention(preset)
    steps = training_flags.last_step(epochs=EPOCHS)
    run = training_flags.run_directory()

    from ha_deblur.model.multi_scale import MultiScaleDeblur
    from ha_deblur.training.step import joint_step
    from ha_deblur.training.validation import JointValidation

    training_flags.seed_everything()
    model = MultiScaleDeblur(preset)
    if _ATTENTION.value:
        _load_attention(model)
    adam, learning_rate = training_flags.optimizer(steps)
    adam.build(model.trainable_variables)
    held_out = training_flags.validation_batches()
    return training_flags.fit(
        joint_step(model, adam, tuple(_GOPRO_TRAINS.value.split(",")),
                   training_flags.jit_compile()),
        run, steps, adam, learning_rate, model,
        save_model=lambda: model_directory.save(model, preset, run),
        validate=held_out and JointValidation(model, held_out))


def _check_attention(preset):
    """The pretrained attention must be of this model's width."""
    pretrained = model_directory.read_preset(_ATTENTION.value, "attention")
    if not preset.attention or pretrained.width != preset.width:
        raise commandline.UserError(
            f"{_ATTENTION.value} is of preset '{pretrained.name}' (width "
            f"{pretrained.width}), which --preset={preset.name} can't use")


def _load_attention(model):
    import tensorflow as tf
    blurred = tf.keras.Input([None, None, 3], name="blurred")
    model_directory.load_weights(
        tf.keras.Model(blurred, model.parts.attention(blurred)),
        _ATTENTION.value)


if __name__ == "__main__":
    commandline.run(main)
