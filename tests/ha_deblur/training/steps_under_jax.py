"""Runs an exported step some times on one batch; prints its results as JSON.

    python steps_under_jax.py FOLDER_OF_XLA_RUN PROGRAM STEPS

Needs JAX and NumPy, and must not import TensorFlow.
"""

import json
import pathlib
import sys

import numpy as np


def main(folder, program, steps):
    """Prints a list of results a step."""
    sys.path.insert(0, folder)
    import xla_run
    step = xla_run.Program(program)
    batch = np.load(pathlib.Path(program) / "arguments.npz")
    arguments = [batch[name] for name in batch.files]
    print(json.dumps([[float(x) for x in step(*arguments)]
                      for _ in range(int(steps))]))


if __name__ == "__main__":
    main(*sys.argv[1:])
