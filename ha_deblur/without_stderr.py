"""Silences C++ code that talks on standard error, whatever it is asked."""

import contextlib
import importlib.abc
import importlib.util
import os
import sys


@contextlib.contextmanager
def without_stderr():
    """Drops what is written there; errors come as exceptions."""
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  the file's number
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def quiet_import(name):
    """Has a module that is not imported yet be imported without_stderr.

    TensorFlow from 2.16 on tells then that there is no GPU, in four lines that
    TF_CPP_MIN_LOG_LEVEL does not turn off.
    """
    if name not in sys.modules:
        sys.meta_path.insert(0, _QuietFinder(name))


class _QuietFinder(importlib.abc.MetaPathFinder):
    """Finds one module, once, as the others do."""

    def __init__(self, name):
        self._name = name

    def find_spec(self, name, path, target=None):
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None:
            execute = spec.loader.exec_module

            def quietly(module):
                with without_stderr():
                    execute(module)

            spec.loader.exec_module = quietly
        return spec
