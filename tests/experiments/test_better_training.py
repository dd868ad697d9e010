"""What the paper's training has not: each a flag, off unless given."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import model_directory, presets
from ha_deblur.model.fast.bounded_unit import FIRST_LIMIT
from tests.conftest import random_model

# name of a flag: its default, the paper's
OFF = {"loss": "mse", "fft_weight": 0.0, "schedule": "constant",
       "warmup_steps": 0, "clip_norm": 0.0, "ema": 0.0, "crop_stages": None,
       "init": None, "recolour": False}
PAPER = {"learning_rate": 1e-4, "batch_size": 10, "crop_size": 256,
         "preset": "paper", "gopro_trains": "background"}


@pytest.fixture
def train(command, same_records, tmp_path):
    """Runs experiments.train on the small HIDE; gives its process."""
    def run(name, *flags):
        done = command("experiments.train", f"--records={same_records()}",
                       f"--run={tmp_path / name}",
                       "--preset=single_scale_tiny",
                       "--crop_size=32", "--batch_size=2", *flags)
        assert done.returncode == 0, done.stderr
        return tmp_path / name
    return run


@pytest.fixture(scope="module")
def other_model(tmp_path_factory):
    """The directory of a tiny model of one scale and random weights."""
    directory = tmp_path_factory.mktemp("other")
    preset = presets.get("single_scale_tiny")
    model_directory.save(
        random_model(preset.name, width=preset.width, scales=preset.scales,
                     units_per_block=preset.units_per_block),
        preset, directory)
    return directory


def test_the_flags_defaults_are_the_paper_s(command):
    done = command("experiments.train", "--help")
    for name, value in {**OFF, **PAPER}.items():
        line = next(line for line in done.stdout.splitlines()
                    if line.startswith(f"  --{name}="))
        default = line.rpartition("[")[2].strip("]")
        expected = "not given" if value is None else str(value).lower()
        assert default == expected, line


def checkpoint_of(run, **tracked):
    """Fills what is tracked from the run's newest checkpoint."""
    (newest,) = (run / "checkpoints").glob("*.index")
    tf.train.Checkpoint(**tracked).read(
        str(newest.with_suffix(""))).expect_partial()


def test_with_everything_on_the_run_s_model_is_the_average(
        train, other_model):
    flags = {"init": str(other_model), "loss": "charbonnier",
             "fft_weight": 0.1, "schedule": "step", "decay_steps": 2,
             "warmup_steps": 1, "clip_norm": 0.5, "ema": 0.9,
             "learning_rate": 1e-3, "crop_stages": ["32x2:5", "64x3"],
             "recolour": True}
    run = train("run", "--steps=3", *(
        f"--{name}={','.join(v) if isinstance(v, list) else v}"
        for name, v in flags.items()))
    settings = json.loads((run / "training.json").read_text())
    assert {name: settings[name] for name in flags} == flags

    model = model_directory.load(run)
    saved = model.get_weights()
    averages = [tf.Variable(v) for v in model.trainable_variables]
    checkpoint_of(run, model=model, averages=averages)
    assert any(np.any(v != w) for v, w in zip(model.get_weights(), saved))
    for average, w in zip(averages, saved):
        np.testing.assert_array_equal(average, w)
    # Adam moves a weight by its learning rate at most; the first is 0.
    fine_tuned = model_directory.load(other_model).get_weights()
    for trained, start in zip(model.get_weights(), fine_tuned):
        np.testing.assert_allclose(trained, start, atol=2e-3)


def test_frozen_attention_stays_and_the_rest_learns(train, other_model):
    run = train("frozen", "--steps=2", f"--init={other_model}",
                "--freeze_attention", "--optimizer=muon", "--ema=0.5",
                "--learning_rate=1e-3", "--fresh_blur=0.5", "--upright",
                "--precision=mixed_bfloat16")
    before = model_directory.load(other_model)
    after = model_directory.load(run)
    for here, there in zip(after.parts.attention.get_weights(),
                           before.parts.attention.get_weights()):
        np.testing.assert_array_equal(here, there)
    moved = [np.any(here != there) for here, there in zip(
        after.parts.decoder.get_weights(), before.parts.decoder.get_weights())]
    assert np.mean(moved) > 0.5


def test_a_model_without_deep_stage_and_units_gets_them_and_is_trained_on(
        train, tmp_path):
    shallow = dataclasses.replace(
        presets.get("fast"), deep_units=0, deep_channels=0, attention_units=0)
    model = shallow.make()
    for branch in ("primary", "foreground", "background"):
        # fresh ones are zero, and let no gradient through
        end = getattr(model.parts.decoder, branch)[-1].end.kernel
        end.assign(tf.random.stateless_normal(end.shape, [1, 2], stddev=0.01))
    model_directory.save(model, shallow, tmp_path / "shallow")
    run = train("deepened", "--preset=fast", f"--init={tmp_path / 'shallow'}",
                "--steps=1", "--learning_rate=1e-3")
    after = {w.name: w.numpy() for w in model_directory.load(run).weights}
    for weight in model.weights:  # Adam moves each by its rate at most
        if weight.name.startswith("attention/"):  # gets units and starts anew
            assert np.any(after[weight.name] != weight) or "bias" in weight.name
            continue
        np.testing.assert_allclose(
            after.pop(weight.name), weight, atol=1.1e-3)
    limits = [after.pop(name) for name in list(after) if "limit" in name]
    assert limits == [FIRST_LIMIT] * 8  # of the deep stage
    assert {name.split("/")[0] for name in after} == {"attention", "encoder"}
    assert {name.split("/")[1] for name in after if "encoder" in name} == {
        "deep"}
    # up first: until it has learned, nothing inside has a gradient
    assert after["encoder/deep/up/kernel:0"].any()
    assert not after["encoder/deep/unit1/conv2/kernel:0"].any()


@pytest.mark.slow
def test_a_run_broken_within_a_stage_equals_an_unbroken_one(
        train, other_model):
    flags = ("--ema=0.9", "--clip_norm=0.5", "--schedule=step",
             "--decay_steps=2", "--warmup_steps=2",
             "--crop_stages=32x4:3,64x2")
    train("broken", "--steps=4", *flags)
    broken = train(  # only a new run begins with --init
        "broken", "--steps=6", f"--init={other_model}", *flags)
    unbroken = train("unbroken", "--steps=6", *flags)
    for a, b in zip(model_directory.load(broken).get_weights(),
                    model_directory.load(unbroken).get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("flags, message", [
    (("--init=nowhere",), "nowhere is no model directory"),
    (("--init=OTHER", "--preset=small"), "width 8), which --preset=small"),
    (("--crop_stages=32x2,64x2",), "'32x2' is not written CROPxBATCH:STEPS"),
    (("--crop_stages=32x2:2,48x2",), "multiples of 32"),
    (("--schedule=step",), "--schedule=step needs --decay_steps"),
])
def test_what_the_user_gave_wrong_is_one_line_and_exit_code_2(
        command, other_model, tmp_path, flags, message):
    done = command(
        "experiments.train", "--records=nowhere", f"--run={tmp_path / 'run'}",
        "--preset=tiny",
        *(flag.replace("OTHER", str(other_model)) for flag in flags))
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
