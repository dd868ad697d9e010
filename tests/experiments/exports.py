"""Runs the export command; compares pictures.

Tolerance: one of 255 levels. The same sums in another order round apart by
some 1e-6, which moves a value to the next level only when it lies between two.
"""

import pathlib
import subprocess
import sys

import numpy as np

from tests import fresh_processes

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOLERANCE = 1


def export(*arguments):
    return fresh_processes.run("experiments.export", *arguments)


def export_after(code, *arguments):
    """The export command in a process that first runs some Python."""
    code += "\nimport runpy\nrunpy.run_module('experiments.export', "
    code += "run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True)


def noise(*shape):
    # of middle brightness: what is restored stays between black and white
    return np.random.default_rng(7).integers(64, 192, shape, np.uint8)


def levels_apart(a, b):
    assert a.shape == b.shape
    return np.abs(a.astype(int) - b.astype(int)).max()


def restored_by_layers(model, images):
    """The whole model, all heads, on a size that needs no padding, guarded."""
    from ha_deblur.inference import guard
    blurred = images / np.float32(255)
    restored = guard.guarded(blurred, model(blurred)[0]["primary"]).numpy()
    return np.clip(np.round(255 * restored), 0, 255).astype(np.uint8)
