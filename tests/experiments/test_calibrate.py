"""The calibrate command, run."""

import numpy as np
import pytest
from PIL import Image

from ha_deblur import model_directory
from ha_deblur.model.fast import branch_limits
from tests.conftest import random_fast


@pytest.fixture
def pictures(tmp_path, photos):
    folder = tmp_path / "photos" / "below"
    folder.mkdir(parents=True)
    for i in range(3):
        Image.fromarray(photos(64, 96, seed=i)).save(folder / f"{i}.png")
    return folder.parent


def test_a_model_gets_limits_of_its_own_and_keeps_its_weights(
        command, pictures, photos, tmp_path):
    model = random_fast("wide")
    model_directory.save(model, model.preset, tmp_path / "wide")
    done = command("experiments.calibrate", f"--model={tmp_path / 'wide'}",
                   f"--pictures={pictures}", f"--output={tmp_path / 'new'}")
    assert done.returncode == 0, done.stderr
    assert "19 units, limits from " in done.stdout
    bounded = model_directory.load(tmp_path / "new")
    found = {w.name: w.numpy() for w in bounded.variables}
    limits = {name: found.pop(name) for name in list(found) if "limit" in name}
    for weight in model.variables:
        if weight.name in found:
            np.testing.assert_array_equal(found.pop(weight.name), weight)
    assert not found
    wanted = branch_limits.set_limits(
        model, [photos(64, 96, seed=i) for i in range(3)])
    assert limits == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("flags, message", [
    (("--model=fast", "--pictures=absent"), "absent: no such folder"),
    (("--model=absent", "--pictures=PHOTOS"), "absent is no model directory"),
    (("--model=PAPER", "--pictures=PHOTOS"),
     "is of the network 'human_aware', which has no limits to set"),
])
def test_what_the_user_gave_wrong_is_one_line_and_exit_code_2(
        command, micro, pictures, tmp_path, flags, message):
    model_directory.save(micro, micro.preset, tmp_path / "paper")
    done = command("experiments.calibrate", f"--output={tmp_path / 'new'}", *(
        flag.replace("PHOTOS", str(pictures)).replace(
            "PAPER", str(tmp_path / "paper")) for flag in flags))
    assert done.returncode == 2, done.stdout
    assert message in done.stderr
    assert not (tmp_path / "new").exists()
