"""--precision and --gradient_checkpointing of the training commands."""

import json

import h5py
import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import model_directory

SMALL = ("--preset=fast", "--crop_size=32", "--batch_size=2")


@pytest.fixture
def train(command, records_of, tmp_path):
    """Runs a training command on the small HIDE; gives the run."""
    records = records_of()

    def run(name, *flags):
        done = command(f"experiments.{name}", f"--records={records}",
                       f"--run={tmp_path / name}", *SMALL, *flags)
        assert done.returncode == 0, done.stderr
        return tmp_path / name
    return run


def dtypes(run):
    """Of all weights in a run's model."""
    found = []
    with h5py.File(run / model_directory.WEIGHTS) as file:
        file.visititems(lambda name, item: found.append(item))
        return {item.dtype.name for item in found
                if isinstance(item, h5py.Dataset)}


def test_a_float16_run_goes_on_with_its_loss_scale(train):
    flags = ("--precision=mixed_float16", "--clip_norm=0.5", "--ema=0.9",
             "--warmup_steps=1", "--schedule=cosine")
    run = train("pretrain_attention", "--steps=2", *flags)
    settings = json.loads((run / "training.json").read_text())
    assert settings["precision"] == "mixed_float16"
    assert "float16" not in (run / "config.json").read_text()
    assert dtypes(run) == {"float32"}
    train("pretrain_attention", "--steps=3", *flags)
    names = {name for name, _ in tf.train.list_variables(
        str(run / "checkpoints" / "ckpt-3"))}
    assert any("loss_scale/current_loss_scale" in name for name in names)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_the_whole_network_trains_with_everything_on(train, precision):
    run = train("train", "--steps=2", f"--precision={precision}",
                "--gradient_checkpointing", "--ema=0.9", "--clip_norm=0.5",
                "--fft_weight=0.1", "--loss=charbonnier")
    config = (run / "config.json").read_text()
    assert "float16" not in config and "checkpointing" not in config
    assert dtypes(run) == {"float32"}
    model = model_directory.load(run)
    assert model.parts.encoder.compute_dtype == "float32"
    assert all(np.all(np.isfinite(w)) for w in model.get_weights())


def test_a_run_of_another_precision_has_no_loss_scale(command, tmp_path):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "training.json").write_text(
        json.dumps({"preset": "fast", "precision": "float32"}))
    done = command(
        "experiments.train", "--records=nowhere", f"--run={tmp_path}", *SMALL,
        "--steps=9", "--precision=mixed_float16")
    assert done.returncode == 2
    assert "has no loss scale; give mixed_bfloat16" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
