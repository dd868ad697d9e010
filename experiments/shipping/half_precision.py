"""Weights at half the size: float16 in the file, float32 when loaded."""

import pathlib
import tempfile

import h5py
import numpy as np

from ha_deblur import whole_file


def save_weights(model, path):
    """Writes a model's weights in Keras's file format, as float16.

    float16 has 11 significant bits and a maximum of 65,504: results change by
    less than they do by quantization to 8 bits.

    Args:
      model: a Keras model.
      path: a file that ends in `.weights.h5`; `model.load_weights` reads it.

    Raises:
      ValueError: a weight is beyond float16's range.
    """
    with tempfile.TemporaryDirectory() as directory:
        whole = pathlib.Path(directory) / "whole.weights.h5"
        model.save_weights(whole)
        with whole_file.writing(path) as partial, h5py.File(
                whole) as source, h5py.File(partial, "w") as target:
            source.visititems(
                lambda name, item: _copy(name, item, target))


def _copy(name, item, target):
    """One group or array, with its attributes."""
    if isinstance(item, h5py.Group):
        made = target.require_group(name)
    else:
        with np.errstate(over="ignore"):  # told in the next line
            values = item[()].astype(np.float16)
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds weights that float16 can't hold")
        # HDF5 compresses arrays, but not scalars
        packed = {"compression": "gzip", "shuffle": True} if values.ndim else {}
        made = target.create_dataset(name, data=values, **packed)
    made.attrs.update(item.attrs)
