"""What many tests share: a small model, small data sets, running commands."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = pathlib.Path(__file__).parent.parent


def _run(*arguments, cwd=ROOT, timeout=300):
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], cwd=cwd, text=True,
        capture_output=True, timeout=timeout)


@pytest.fixture
def command():
    """Runs `python -m ARGUMENTS` in the checkout; gives the finished process.
    """
    return _run


@pytest.fixture
def micro():
    """A MultiScaleDeblur of width 2 whose every weight is random."""
    return random_model("micro", width=2, units_per_block=1)


@pytest.fixture
def unguarded(monkeypatch):
    """Lets results of random weights through, which deblurring can't be."""
    import tensorflow as tf

    from ha_deblur.inference import guard
    monkeypatch.setattr(
        guard, "trust", lambda photo, change: tf.ones_like(photo[..., :1]))


def random_model(name, **settings):
    """A MultiScaleDeblur whose every weight is random."""
    from ha_deblur.presets import Preset
    return _filled(Preset(name, **settings).make())


def random_fast(name, width=4, deep_units=1, deep_channels=4,
                attention_units=1):
    """A FastDeblur whose every weight is random, but for the units' limits."""
    from ha_deblur.presets import FastPreset
    return _filled(FastPreset(
        name, width, deep_units, deep_channels, attention_units).make())


def _filled(model):
    import tensorflow as tf
    generator = np.random.default_rng(0)
    for weight in model.weights:
        if weight.name.endswith("limit:0"):
            continue
        fan_in = max(1, int(np.prod(weight.shape[:-1])))
        weight.assign(tf.constant(
            generator.normal(0, fan_in ** -0.5, weight.shape), tf.float32))
    return model


@pytest.fixture
def photos():
    """Makes smooth random uint8 pictures [h, w, 3]."""
    def make(height, width, seed=0):
        generator = np.random.default_rng(seed)
        coarse = generator.integers(0, 256, (4, 4, 3), np.uint8)
        return np.asarray(Image.fromarray(coarse).resize(
            (width, height), Image.Resampling.BICUBIC))
    return make


@pytest.fixture
def hide_like(tmp_path, photos):
    """A data set in HIDE's layout with COCO boxes: (folder, boxes file).

    Six pictures of 96x128 for training, of which four have people, and two
    for testing.
    """
    from ha_deblur.annotations import coco
    root = tmp_path / "hide"
    for folder in ("train", "test", "GT"):
        (root / folder).mkdir(parents=True)
    rows = []
    for i in range(8):
        split = "train" if i < 6 else "test"
        name = f"{i}fromGOPR1096.MP4.png"
        sharp = photos(96, 128, seed=i)
        Image.fromarray(sharp).save(root / "GT" / name)
        blurred = (sharp.astype(int) + np.roll(sharp, 4, axis=1)) // 2
        Image.fromarray(blurred.astype(np.uint8)).save(root / split / name)
        rows.append((name, 128, 96, [[20, 16, 30, 60]] if i % 3 else []))
    coco.write(root / "boxes.json", rows)
    return root, root / "boxes.json"


@pytest.fixture
def records_of(hide_like, tmp_path, command):
    """Makes records of a split of `hide_like`; gives their folder."""
    def make(split="train"):
        root, boxes = hide_like
        output = tmp_path / f"records-{split}"
        done = command(
            "data_prep.make_records", "--dataset=hide", f"--source={root}",
            f"--boxes={boxes}", f"--split={split}", f"--output={output}")
        assert done.returncode == 0, done.stderr
        return output
    return make
