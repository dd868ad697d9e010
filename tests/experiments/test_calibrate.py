"""The calibrate command, run."""

import numpy as np
import pytest
from PIL import Image

from ha_deblur import model_directory
from ha_deblur.model import branch_limits
from tests.conftest import random_model

SETTINGS = {"width": 4, "units_per_block": 1, "scales": 1, "kernel": 3,
            "fold": 4, "flat": True, "gated": True, "deep_units": 1,
            "deep_channels": 4}


@pytest.fixture
def pictures(tmp_path, photos):
    folder = tmp_path / "photos" / "below"
    folder.mkdir(parents=True)
    for i in range(3):
        Image.fromarray(photos(64, 96, seed=i)).save(folder / f"{i}.png")
    return folder.parent


def test_an_older_model_gets_limits_and_keeps_its_weights(
        command, pictures, photos, tmp_path):
    model = random_model("older", **SETTINGS)
    model_directory.save(model, model.preset, tmp_path / "older")
    done = command("experiments.calibrate", f"--model={tmp_path / 'older'}",
                   f"--pictures={pictures}", f"--output={tmp_path / 'new'}")
    assert done.returncode == 0, done.stderr
    assert "13 units, limits from " in done.stdout
    bounded = model_directory.load(tmp_path / "new")
    assert bounded.preset.bounded
    found = {w.name: w.numpy() for w in bounded.variables}
    for weight in model.variables:
        np.testing.assert_array_equal(found.pop(weight.name), weight)
    wanted = branch_limits.set_limits(
        bounded, [photos(64, 96, seed=i) for i in range(3)])
    assert found == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("flags, message", [
    (("--model=fast", "--pictures=absent"), "absent: no such folder"),
    (("--model=absent", "--pictures=PHOTOS"), "absent is no model directory"),
])
def test_what_the_user_gave_wrong_is_one_line_and_exit_code_2(
        command, pictures, tmp_path, flags, message):
    done = command("experiments.calibrate", f"--output={tmp_path / 'new'}", *(
        flag.replace("PHOTOS", str(pictures)) for flag in flags))
    assert done.returncode == 2, done.stdout
    assert message in done.stderr
    assert not (tmp_path / "new").exists()
