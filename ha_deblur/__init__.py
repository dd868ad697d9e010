"""Human-Aware Motion Deblurring (Shen et al., ICCV 2019) in TensorFlow 2.

    import ha_deblur
    deblurrer = ha_deblur.load("fast")
    sharp = deblurrer.deblur("party.jpg").sharp  # uint8 [h, w, 3]

Names are imported when first used, so that `import ha_deblur` is quick.
"""

import importlib

from ha_deblur import keras_2

__version__ = "0.1.0"

keras_2.choose()

_HOME = {
    "HumanAttention": "ha_deblur.model.attention",
    "ResidualEncoder": "ha_deblur.model.encoder",
    "MultiHeadDecoder": "ha_deblur.model.decoder",
    "MultiScaleDeblur": "ha_deblur.model.multi_scale",
    "Deblurrer": "ha_deblur.inference.deblurrer",
    "load": "ha_deblur.inference.deblurrer",
}

__all__ = [*_HOME, "presets"]


def __getattr__(name):
    if name == "presets":
        return importlib.import_module("ha_deblur.presets")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'ha_deblur' has no attribute '{name}'")
