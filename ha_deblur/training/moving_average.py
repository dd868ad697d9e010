"""The exponential moving average of a model's weights."""

import contextlib

import tensorflow as tf


class MovingAverage:
    """An exponential moving average of the weights, for inference only.

    After step t the average moves towards the weights by 1 - d, with
    d = min(decay, (1 + t) / (10 + t)): the window is short at first, so that
    the random initial weights are forgotten in runs of any length.

    Args:
      variables: those to average; created under the current tf.distribute
        strategy, as the averages are, and already initialized.
      decay: the largest d, below 1.
      steps: a tf.Variable, the steps done: the optimizer's `iterations`.
    """

    def __init__(self, variables, decay, steps):
        self.variables = variables
        self.strategy = tf.distribute.get_strategy()
        self._average = tf.train.ExponentialMovingAverage(decay, steps)
        self._average.apply(variables)  # creates copies of the variables

    @property
    def averages(self):
        """A list of tf.Variables, which a checkpoint must hold."""
        return [self._average.average(v) for v in self.variables]

    @tf.function
    def update(self):
        """Updates the averages, after a step."""
        with self.strategy.scope():
            self._average.apply(self.variables)

    def after(self, step):
        """A training step that then updates the averages."""
        def step_and_update(*batch):
            losses = step(*batch)
            self.update()
            return losses
        return step_and_update

    def within(self, function):
        """A function during which the variables hold the averages.

        Afterwards they are exactly what they were, to the last bit.
        """
        def with_averages(*arguments):
            with self._swapped():
                return function(*arguments)
        return with_averages

    @contextlib.contextmanager
    def _swapped(self):
        trained = [v.numpy() for v in self.variables]
        try:
            _assign(self.variables, self.averages)
            yield
        finally:
            _assign(self.variables, trained)


def _assign(variables, values):
    for variable, value in zip(variables, values):
        variable.assign(value)
