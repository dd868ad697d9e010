"""The demo's own part; `make demo` runs all of it."""

import json

import pytest
from PIL import Image


def test_a_folder_of_other_things_is_never_cleared(command, tmp_path):
    (tmp_path / "precious.txt").write_text("keep me")
    done = command("experiments.demo", f"--output={tmp_path}")
    assert done.returncode == 2
    assert "no earlier demo" in done.stderr
    assert (tmp_path / "precious.txt").read_text() == "keep me"


@pytest.mark.slow
def test_the_whole_demo_runs_and_fails_without_a_gain(command, tmp_path):
    """Without any time there are the first steps, which restore little."""
    done = command("experiments.demo", f"--output={tmp_path / 'demo'}",
                   "--minutes=0", timeout=900)
    gain = json.loads((tmp_path / "demo" / "scores.json").read_text())[
        "mean"]["overall"]["gain"]["psnr"]
    assert done.returncode == (0 if gain > 0 else 1), done.stderr
    assert f"{gain:+.2f} dB after 40 steps" in done.stdout
    assert "40 steps (at most 300)" in done.stdout
    width, height = Image.open(tmp_path / "demo" / "comparison.png").size
    assert width > 2.9 * height
