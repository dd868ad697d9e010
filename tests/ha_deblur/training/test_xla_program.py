"""The step as an XLA program, run under JAX on the CPU: `make test-xla`.

JAX needs other versions of packages than TensorFlow 2.15, and so a Python of
its own: HA_DEBLUR_JAX_PYTHON names it.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur.model.gradient_checkpointing import checkpoint_gradients
from ha_deblur.training import step
from tests.conftest import ROOT, random_model
from tests.ha_deblur.training.test_step import batch

EXPORTER = ROOT.parent / "shared" / "gpu"  # xla_export.py and xla_run.py
HAS_JAX = importlib.util.find_spec("jax") is not None
PYTHON = os.environ.get(
    "HA_DEBLUR_JAX_PYTHON", sys.executable if HAS_JAX else None)
STEPS = 4

pytestmark = [
    pytest.mark.xla,
    pytest.mark.skipif(not PYTHON, reason="HA_DEBLUR_JAX_PYTHON is not set, "
                       "and this Python has no JAX"),
    pytest.mark.skipif(not EXPORTER.exists(), reason=f"no {EXPORTER}"),
]


@pytest.fixture
def exporter(monkeypatch):
    monkeypatch.syspath_prepend(str(EXPORTER))
    import xla_export
    return xla_export


def under_jax(program, arguments):
    """The results of STEPS steps on the same batch, [STEPS, 5]."""
    np.savez(program / "arguments.npz", *arguments)
    done = subprocess.run(
        [PYTHON, pathlib.Path(__file__).with_name("steps_under_jax.py"),
         EXPORTER, program, str(STEPS)],
        env={**os.environ, "JAX_PLATFORMS": "cpu"}, text=True,
        capture_output=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(done.stdout))


@pytest.mark.parametrize("precision, checkpointed, tolerance", [
    ("float32", False, 1e-5), ("float32", True, 1e-5),
    ("mixed_bfloat16", False, 2e-2), ("mixed_float16", False, 2e-2)])
def test_the_step_gives_the_same_losses_under_jax(
        exporter, tmp_path, precision, checkpointed, tolerance):
    tf.keras.mixed_precision.set_global_policy(precision)
    try:
        model = random_model("micro", width=2, units_per_block=1)
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    if checkpointed:
        checkpoint_gradients(model)

    def optimizer():
        optimizer = tf.keras.optimizers.Adam(1e-3, jit_compile=False)
        if precision == "mixed_float16":
            optimizer = tf.keras.mixed_precision.LossScaleOptimizer(
                optimizer, initial_scale=16)
        optimizer.build(model.trainable_variables)
        return optimizer

    arguments = batch([0, 1])
    exporter.export(step.joint_step(model, optimizer(), jit_compile=True),
                    arguments, tmp_path / "program")
    found = under_jax(tmp_path / "program", [x.numpy() for x in arguments])
    here = step.joint_step(model, optimizer())
    expected = [[float(x) for x in tf.nest.flatten(here(*arguments))]
                for _ in range(STEPS)]
    np.testing.assert_allclose(found, expected, rtol=tolerance)
    assert found[-1, -1] < found[0, -1]
