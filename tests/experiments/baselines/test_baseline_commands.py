"""A baseline is a preset like any other: trained, scored, used, exported."""

import json

import pytest
from PIL import Image


@pytest.fixture
def run(command, records_of, tmp_path):
    """A run of two steps, which validated."""
    run, records = tmp_path / "run", records_of()
    done = command(
        "experiments.train", "--preset=nah2017_tiny", f"--run={run}",
        f"--records={records}", f"--validation={records}",
        "--crop_size=32", "--batch_size=2", "--steps=2")
    assert done.returncode == 0, done.stderr
    assert "psnr/gain" in done.stderr + done.stdout
    return run


@pytest.fixture
def photo(photos, tmp_path):
    """A file."""
    path = tmp_path / "photo.png"
    Image.fromarray(photos(50, 70)).save(path)
    return path


def test_it_is_trained_and_used(run, photo, command, tmp_path):
    assert json.loads((run / "config.json").read_text())["network"] == "nah2017"
    done = command("ha_deblur.commands", "deblur", photo, f"--model={run}",
                   f"--output={tmp_path / 'out'}")
    assert done.returncode == 0, done.stderr
    assert Image.open(tmp_path / "out/photo.png").size == (70, 50)


@pytest.mark.slow
def test_it_is_scored_and_exported_and_has_one_branch(
        run, photo, command, hide_like, tmp_path):
    pairs, scores = f"--pairs={hide_like[0]}", tmp_path / "scores.json"
    done = command("experiments.evaluate", f"--model={run}", pairs,
                   "--split=test", f"--json={scores}")
    assert done.returncode == 0, done.stderr
    assert json.loads(scores.read_text())["mean"]["overall"]["images"] == 2

    done = command("experiments.export", f"--model={run}",
                   f"--output={tmp_path / 'exported'}")
    assert done.returncode == 0, done.stderr

    done = command("ha_deblur.commands", "deblur", photo, f"--model={run}",
                   f"--output={tmp_path / 'maps'}", "--save=attention")
    assert done.returncode == 1
    assert f"{photo}: the model has no attention to save" in done.stderr

    done = command("experiments.evaluate", f"--model={run}", pairs,
                   "--branch=foreground")
    assert done.returncode == 2
    assert "has no foreground branch; leave out --branch" in done.stderr


@pytest.mark.parametrize("flag", [
    "--loss=charbonnier", "--freeze_attention", "--fft_weight=0.1",
    "--gopro_trains=background,primary", "--gradient_checkpointing"])
def test_flags_of_the_human_aware_network_are_refused(command, flag, tmp_path):
    done = command("experiments.train", "--preset=nah2017_tiny",
                   f"--records={tmp_path}", f"--run={tmp_path / 'run'}", flag)
    assert done.returncode == 2
    assert done.stderr == (
        f"error: {flag.split('=')[0]} is for the human-aware network: leave "
        "it out with --preset=nah2017_tiny\n")
