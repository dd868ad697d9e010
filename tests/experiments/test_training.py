"""Both training phases, run as the commands that people run."""

import json
import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf

from experiments.runs import run_directory
from ha_deblur import model_directory
from ha_deblur.commandline import UserError
from ha_deblur.training import run_lock
from tests.finished_commands import refusal

SMALL = ("--preset=tiny", "--crop_size=32", "--batch_size=2")


def weights(run):
    return model_directory.load(run).get_weights()


@pytest.fixture
def train(command, same_records, tmp_path):
    """Runs experiments.train on the small HIDE; gives its process."""
    def run(name, *flags):
        return command("experiments.train", f"--records={same_records()}",
                       f"--run={tmp_path / name}", *SMALL, *flags)
    return run


@pytest.fixture
def trained(made_once, command, same_records, tmp_path):
    """The directory `run`, of three steps."""
    def make(folder):
        done = command(
            "experiments.train", f"--records={same_records()}",
            f"--run={folder / 'run'}", *SMALL, "--steps=3")
        assert done.returncode == 0, done.stderr
    return pathlib.Path(shutil.copytree(
        made_once("trained", make) / "run", tmp_path / "run"))


@pytest.mark.slow
def test_30_steps_and_30_more_equal_60(train, tmp_path):
    assert train("unbroken", "--steps=60").returncode == 0
    assert train("resumed", "--steps=30").returncode == 0
    half = weights(tmp_path / "resumed")
    done = train("resumed", "--steps=60")
    assert "from step 30 to 60" in done.stdout
    unbroken, resumed = (
        weights(tmp_path / name) for name in ("unbroken", "resumed"))
    for a, b in zip(unbroken, resumed):
        np.testing.assert_array_equal(a, b)
    assert any(np.any(a != b) for a, b in zip(half, resumed))


def test_attention_is_pretrained_and_then_taken_over(
        train, command, same_records, tmp_path):
    run, validation = tmp_path / "attention", same_records("test")
    done = command(
        "experiments.pretrain_attention", f"--records={same_records()}",
        f"--validation={validation}", f"--run={run}", *SMALL,
        "--steps=20", "--learning_rate=1e-3")
    assert done.returncode == 0, done.stderr
    assert "attention_iou" in done.stderr + done.stdout
    # at a learning rate of zero, what was taken over is what comes out
    done = train("joint", f"--attention={run}", "--steps=1",
                 "--learning_rate=0", f"--validation={validation}")
    assert done.returncode == 0, done.stderr
    assert "psnr/gain 0.000" in done.stderr + done.stdout
    model = model_directory.load(tmp_path / "joint")
    blurred = tf.keras.Input([None, None, 3])
    pretrained = tf.keras.Model(
        blurred, type(model.parts.attention)(8)(blurred))
    model_directory.load_weights(pretrained, run)
    for a, b in zip(pretrained.get_weights(),
                    model.parts.attention.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_a_run_tells_how_it_was_made(trained):
    settings = json.loads((trained / "training.json").read_text())
    assert settings["preset"] == "tiny"
    assert settings["learning_rate"] == 1e-4
    config = json.loads((trained / "config.json").read_text())
    assert config["preset"]["width"] == 8


def test_divergence_stops_with_the_step_and_the_last_good_checkpoint(
        train, trained):
    good = weights(trained)
    done = train("run", "--steps=50", "--learning_rate=1e30")
    assert done.returncode == 1
    assert (f"{trained} goes on with other flags: --steps 3 -> 50, "
            "--learning_rate 0.0001 -> 1e+30\n") in done.stderr
    assert "stopped at step" in done.stderr
    assert "ckpt-3" in done.stderr
    for a, b in zip(good, weights(trained)):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("flags, message", [
    (("--steps=1", "--epochs=1"), "not both"),
    (("--crop_size=48", "--steps=1"), "multiples of 32"),
    (("--preset=huge",), "preset"),
    (("--attention=nowhere",), "no model directory"),
    (("--crop_size=256", "--steps=1"), "--crop_size=96 or less"),
])
def test_what_the_user_gave_wrong_is_one_line_and_exit_code_2(
        train, flags, message):
    done = train("run", *flags)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_finished_run_is_not_begun_anew(train, trained):
    done = train("run", "--steps=3", "--noresume")
    assert done.returncode == 2
    assert "--noresume" in done.stderr
    done = train("run", "--preset=small", "--steps=3")
    assert done.returncode == 2
    assert "trains the preset 'tiny'" in done.stderr
    with run_lock.locked(trained):  # by another training
        done = train("run", "--steps=4")
    assert refusal(done).startswith(
        f"error: {trained} is being trained already (")
    (trained / "training.json").write_text("")
    assert refusal(train("run", "--steps=4")).startswith(
        f"error: {trained / 'training.json'} is damaged; remove it")


@pytest.mark.parametrize("damaged", [b"", b"[1", b"[1]", b"7", b"caf\xe9"])
def test_damaged_settings_are_named(tmp_path, damaged):
    (tmp_path / "training.json").write_bytes(damaged)
    with pytest.raises(UserError, match=r"training\.json is damaged; remove"):
        run_directory.settings_before(tmp_path)


@pytest.mark.parametrize("name", ["train", "pretrain_attention", "evaluate",
                                  "export"])
def test_help_names_the_flags(command, name):
    done = command(f"experiments.{name}", "--help")
    assert done.returncode == 0
    assert "--" in done.stdout and "python -m" in done.stdout
