"""Which Keras TensorFlow has once ha_deblur is imported."""

import importlib.metadata
import importlib.util
import os
import subprocess
import sys

import pytest

from ha_deblur import keras_2
from tests.conftest import ROOT

HAS_KERAS_3 = importlib.metadata.version("keras").startswith("3.")
MAKE_A_MODEL = ("from ha_deblur import MultiScaleDeblur, presets;"
                "MultiScaleDeblur(presets.get('tiny'));"
                "import tensorflow as tf; print(tf.keras.Model.__module__)")


def python(code, choice):
    """Its exit code, stdout and stderr, with TF_USE_LEGACY_KERAS so."""
    env = {**os.environ, keras_2._CHOICE: choice, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env,
                          text=True, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("before", "choice"), [
    ("", "0"), ("", "1"), ("import tensorflow;", "")])
def test_it_is_keras_2(before, choice):
    code, output, errors = python(before + MAKE_A_MODEL, choice)
    assert code == 0, errors
    package = "tf_keras" if HAS_KERAS_3 else "keras"
    assert output == f"{package}.src.engine.training\n"


@pytest.mark.skipif(not HAS_KERAS_3, reason="TensorFlow's Keras is Keras 2")
def test_too_late_is_one_line():
    code, _, errors = python(
        "import tensorflow as tf; tf.keras.Model; import ha_deblur", "")
    assert code == 1
    assert errors.splitlines()[-1] == (
        "ImportError: ha_deblur needs Keras 2, and TensorFlow's Keras 3 is in "
        "use already: import ha_deblur before that, or set the environment "
        "variable TF_USE_LEGACY_KERAS=1")


def test_keras_3_without_tf_keras_is_one_line(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "3.12.0")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="TensorFlow brings Keras 3: pip "
                       "install tf-keras, of TensorFlow's version"):
        keras_2.choose()


def test_without_any_keras_nothing_is_said(monkeypatch):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)
    monkeypatch.setattr(importlib.metadata, "version", version)
    keras_2.choose()
