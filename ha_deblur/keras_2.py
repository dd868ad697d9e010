"""Makes TensorFlow's Keras Keras 2, for which the networks are written.

Up to TensorFlow 2.15 its Keras is that. Later ones take Keras 3 unless an
environment variable tells them to take the package tf-keras, which is Keras 2;
they read it when `tf.keras` is used for the first time.
"""

import importlib.metadata
import importlib.util
import os
import sys

_CHOICE = "TF_USE_LEGACY_KERAS"


def choose():
    """Chooses Keras 2 for this process and those that it starts.

    Raises:
      ImportError: that needs tf-keras, which is not installed, or comes too
        late, as `tf.keras` is Keras 3 already.
    """
    try:
        keras_3 = int(importlib.metadata.version("keras").split(".")[0]) > 2
    except importlib.metadata.PackageNotFoundError:
        return  # importing TensorFlow will say so
    if not keras_3:
        # Else TensorFlow would look for tf-keras here, too.
        os.environ.pop(_CHOICE, None)
        return
    if not importlib.util.find_spec("tf_keras"):
        raise ImportError(
            "ha_deblur needs Keras 2, and this TensorFlow brings Keras 3: "
            "pip install tf-keras, of TensorFlow's version")
    os.environ[_CHOICE] = "1"
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow and not tensorflow.keras.Model.__module__.startswith(
            "tf_keras."):
        raise ImportError(
            "ha_deblur needs Keras 2, and TensorFlow's Keras 3 is in use "
            "already: import ha_deblur before that, or set the environment "
            f"variable {_CHOICE}=1")
