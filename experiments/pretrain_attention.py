r"""First phase of training (sec. 4.3): the attention network alone, Eq. 4.

    python -m experiments.pretrain_attention --records=records/hide-train.json \
        --run=runs/attention --preset=paper

The paper trains 70,000 steps of 10 patches of 256x256 with Adam at 1e-4. Give
the run to experiments.train as --attention.
"""

from absl import flags

from experiments.flags import (
    compute_flags,
    data_flags,
    optimization_flags,
    training_flags,
)
from ha_deblur import commandline, model_directory

flags.adopt_module_key_flags(training_flags)

STEPS = 70_000


def main(_):
    """Runs the command; returns its exit code."""
    preset = training_flags.preset()
    if not preset.attention:
        raise commandline.UserError(
            f"preset '{preset.name}' has no attention to train")
    steps = training_flags.last_step(steps=STEPS)
    training_flags.check_run()
    with training_flags.strategy_scope():
        return _train(preset, steps)


def _train(preset, steps):
    from experiments.runs import trainer
    from ha_deblur.model.attention import alone
    from ha_deblur.training.step import attention_step
    from ha_deblur.training.validation import AttentionValidation

    training_flags.seed_everything()
    compute_flags.set_precision()
    attention = preset.make_attention()
    model = alone(attention)
    optimizer = compute_flags.with_loss_scale(
        optimization_flags.optimizer(steps))
    optimizer.build(attention.trainable_variables)
    step = attention_step(attention, preset.scales, optimizer,
                          compute_flags.jit_compile())
    run = training_flags.run_settings(steps)
    held_out = data_flags.validation_batches(preset)
    return trainer.fit(
        run, model, optimizer, step,
        save_model=lambda: model_directory.save(
            model, preset, run.directory, kind="attention"),
        validate=held_out and AttentionValidation(attention, held_out))


if __name__ == "__main__":
    commandline.run(main)
