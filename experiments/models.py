"""All presets: the library's, and those of the compared systems."""

from experiments.baselines import systems
from ha_deblur import presets

PRESETS = {**presets.PRESETS, **systems.PRESETS}
