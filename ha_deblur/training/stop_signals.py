"""SIGTERM and SIGINT as a request to stop after the current step."""

import signal


class StopSignals:
    """Remembers the first SIGTERM or SIGINT instead of ending the process.

    A second one has its usual effect: press Ctrl-C twice to stop without
    waiting for the step and the checkpoint.

    Use:
      with StopSignals() as signals:
          while not signals.received: ...

    Attributes:
      received: the first `signal.Signals`, or None.
    """

    def __init__(self):
        self.received = None

    def __enter__(self):
        self.before = {number: signal.signal(number, self._remember)
                       for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, *error):
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _remember(self, number, frame):
        self.received = signal.Signals(number)
        self.__exit__()
