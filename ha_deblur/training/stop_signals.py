"""SIGTERM and SIGINT as a wish to stop after the step that is running."""

import signal


class StopSignals:
    """Remembers the first SIGTERM or SIGINT instead of dying of it.

    A second one acts as it would without this: whoever can't wait for the
    step and the checkpoint presses Ctrl-C once more.

    Use:
      with StopSignals() as signals:
          while not signals.received: ...

    Attributes:
      received: the `signal.Signals` that came, or None.
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
