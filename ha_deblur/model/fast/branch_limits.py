"""Limits for the branches of residual units, calibrated on ordinary pictures.

On some sharp, finely detailed pictures a network's features grow from unit to
unit, and the result is coloured noise. On ordinary pictures a unit never adds
nearly as much, so what it adds there becomes its limit (`BoundedUnit`).
"""

import numpy as np
import tensorflow as tf

from ha_deblur.model.fast.bounded_unit import FIRST_LIMIT, BoundedUnit
from ha_deblur.model.padding import pad_to_multiple

# Measured with the shipped `fast` of 7.5 million parameters: gain on five GoPro
# pairs, and the number of failures among 196 views of sharp photos (some area
# changed by more than 12 of 255 levels). Without limits 1.28 dB and 7; at 1.0
# times the percentile 1.29 dB and none, at 0.6 1.30 dB and none, at 0.3 1.20 dB
# and none.
PERCENTILE, SHARE = 60, 0.6


def set_limits(model, pictures):
    """Sets the limit of every unit.

    For each picture, the largest magnitude of the unit's branch is measured;
    the limit is SHARE times the PERCENTILE-th percentile of these.

    Args:
      model: a FastDeblur; only its limits change.
      pictures: an iterable of [h, w, 3] uint8, ordinary photos of any size,
        including blurred ones.

    Returns:
      {name of the limit's variable: its new value}.

    Raises:
      ValueError: the model has no BoundedUnit, or there are no pictures.
    """
    units = units_of(model)
    if not units:
        raise ValueError(f"no unit of preset '{model.preset.name}' is bounded")
    for unit in units:
        unit.limit.assign(unit.limit.dtype.max)
    rows = []
    for picture in pictures:
        blurred = tf.cast(picture[tf.newaxis], tf.float32) / 255
        rows.append(_largest(model, units, pad_to_multiple(
            blurred, model.preset.size_multiple)))
    if not rows:
        raise ValueError("there are no pictures to set the limits from")
    limits = SHARE * np.percentile(rows, PERCENTILE, axis=0)
    for unit, limit in zip(units, limits):
        unit.limit.assign(limit)
    return {unit.limit.name: float(limit)
            for unit, limit in zip(units, limits)}


def limit_what_has_none(model):
    """Gives units of older models, which had no limit, the initial one.

    Args:
      model: any network.
    """
    for unit in units_of(model):
        unit.limit.assign(tf.where(
            unit.limit < unit.limit.dtype.max, unit.limit, FIRST_LIMIT))


def units_of(model):
    """A network's BoundedUnits; empty except for a FastDeblur."""
    return [part for part in model.submodules if isinstance(part, BoundedUnit)]


def _largest(model, units, blurred):
    """The largest magnitude of each unit's branch for one picture."""
    found = {}

    def watched(unit):
        call = unit.conv2.call

        def watching(x):
            branch = call(x)
            found[unit] = float(tf.reduce_max(tf.abs(branch)))
            return branch
        return call, watching

    calls = {unit: watched(unit) for unit in units}
    try:
        for unit, (_, watching) in calls.items():
            unit.conv2.call = watching
        model.restore(blurred, heads=model.branches)
    finally:
        for unit, (call, _) in calls.items():
            unit.conv2.call = call
    return [found[unit] for unit in units]
