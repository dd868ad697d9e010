"""Every preset: the library's own, and the compared systems'."""

from experiments.baselines import systems
from ha_deblur import presets

PRESETS = {**presets.PRESETS, **systems.PRESETS}
