"""Every preset: the library's own, and the compared systems'."""

from experiments.baselines import presets as baselines
from ha_deblur import presets

PRESETS = {**presets.PRESETS, **baselines.PRESETS}
