"""What many tests share: a small model, small data sets, running commands."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import ha_deblur  # noqa: F401  chooses Keras 2, before TensorFlow is imported
from tests import fresh_processes

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="session")
def command():
    """Runs `python -m ARGUMENTS` in the checkout; gives the finished process.

    It is a fresh process, but TensorFlow is imported in it already.
    """
    return fresh_processes.run


@pytest.fixture(scope="session")
def python_command():
    """The same by starting Python, as a person does.

    With `importtime`, standard error tells what was imported.
    """
    def run(*arguments, timeout=300, importtime=False):
        options = ["-X", "importtime"] if importtime else []
        return subprocess.run(
            [sys.executable, *options, "-m", *map(str, arguments)], cwd=ROOT,
            text=True, capture_output=True, timeout=timeout)
    return run


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


def smooth(height, width, seed=0):
    """A smooth random uint8 picture [h, w, 3]."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 256, (4, 4, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(
        (width, height), Image.Resampling.BICUBIC))


@pytest.fixture(scope="session")
def photos():
    """Makes smooth random uint8 pictures [h, w, 3]."""
    return smooth


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """`made_once(name, make)` gives what `make(folder)` wrote in a folder.

    It is made once in a run of all tests, whichever process needs it first,
    and to be read only, as others read it.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # of all workers

    def find(name, make):
        folder = base / f"made-once-{name}"
        with (base / f"made-once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the other worker waits for it
            if not folder.exists():
                mine = tmp_path_factory.mktemp(name)
                make(mine)
                mine.rename(folder)
        return folder
    return find


def _make_hide_like(root):
    from ha_deblur.annotations import coco
    for folder in ("train", "test", "GT"):
        (root / folder).mkdir(parents=True)
    rows = []
    for i in range(8):
        split = "train" if i < 6 else "test"
        name = f"{i}fromGOPR1096.MP4.png"
        sharp = smooth(96, 128, seed=i)
        Image.fromarray(sharp).save(root / "GT" / name)
        blurred = (sharp.astype(int) + np.roll(sharp, 4, axis=1)) // 2
        Image.fromarray(blurred.astype(np.uint8)).save(root / split / name)
        rows.append((name, 128, 96, [[20, 16, 30, 60]] if i % 3 else []))
    coco.write(root / "boxes.json", rows)


@pytest.fixture
def hide_like(tmp_path, made_once):
    """A data set in HIDE's layout with COCO boxes: (folder, boxes file).

    Six pictures of 96x128 for training, of which four have people, and two
    for testing. A test may change its files.
    """
    root = tmp_path / "hide"
    shutil.copytree(made_once("hide", _make_hide_like), root)
    return root, root / "boxes.json"


@pytest.fixture(scope="session")
def same_records(made_once, command):
    """Records of a split of such a data set: their folder, to be read only."""
    root = made_once("hide", _make_hide_like)

    def find(split="train"):
        def make(output):
            done = command(
                "data_prep.make_records", "--dataset=hide",
                f"--source={root}", f"--boxes={root / 'boxes.json'}",
                f"--split={split}", f"--output={output}")
            assert done.returncode == 0, done.stderr
        return made_once(f"records-{split}", make)
    return find


@pytest.fixture
def records_of(same_records, tmp_path):
    """Records of a split of `hide_like`: their folder. A test may change it."""
    def find(split="train"):
        output = tmp_path / f"records-{split}"
        if not output.exists():
            shutil.copytree(same_records(split), output)
        return output
    return find
