"""Makes a run's checkpoint with the TensorFlow that is installed.

    python -m tests.ha_deblur.training.both_tensorflows.make

With Python 3.11 it is that of TensorFlow 2.15, with 3.13 that of a later one.
Each holds a network, its optimizer and its averages after some steps.
"""

import pathlib

FOLDER = pathlib.Path(__file__).parent
BEFORE = 2  # steps


class Run:
    """A tiny training whose every step is the same everywhere."""

    def __init__(self):
        import tensorflow as tf

        from ha_deblur.training.moving_average import MovingAverage
        from ha_deblur.training.muon import Muon
        from ha_deblur.training.schedule import schedule_of
        from ha_deblur.training.step import joint_step
        from tests.conftest import random_model
        from tests.ha_deblur.training.test_step import batch
        self.model = random_model("micro", width=1, units_per_block=1)
        # as with half precision
        optimizer = tf.keras.mixed_precision.LossScaleOptimizer(Muon(
            schedule_of("cosine", 1e-2, 10), jit_compile=False))
        optimizer.build(self.model.trainable_variables)
        self.average = MovingAverage(
            self.model.trainable_variables, 0.5, optimizer.iterations)
        self._optimizer = optimizer
        self._step = joint_step(self.model, optimizer)
        self._batch = batch([0, 1])

    def train(self, steps):
        """Takes so many steps; gives the last one's loss."""
        for _ in range(steps):
            loss = self._step(*self._batch)["total"]
            self.average.update()
        return float(loss)

    def checkpoints(self, folder):
        """Its Checkpoints in a folder."""
        from ha_deblur.training.checkpoints import Checkpoints
        return Checkpoints(folder, 1, 60, model=self.model,
                           optimizer=self._optimizer,
                           averages=self.average.averages)


def main():
    """Writes the checkpoint."""
    import tensorflow as tf
    run = Run()
    run.train(BEFORE)
    version = "-".join(tf.__version__.split(".")[:2])
    run.checkpoints(FOLDER / version).save(BEFORE)


if __name__ == "__main__":
    main()
