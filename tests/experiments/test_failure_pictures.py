"""The pictures of a model's card."""

import numpy as np
import pytest
import skimage.data
from PIL import Image

from experiments import failure_pictures
from experiments.failure_pictures import CASES, SIDE, Case


def test_an_undamaged_photo_is_that_photo():
    blurred, sharp = failure_pictures.damaged(Case("none", "chelsea", (0, 0)))
    np.testing.assert_array_equal(sharp, skimage.data.chelsea())
    np.testing.assert_array_equal(blurred, sharp)


def test_motion_averages_light_along_its_path(monkeypatch):
    monkeypatch.setattr(failure_pictures, "FRAMES", 5)
    grey = np.zeros((32, 48), np.uint8)
    grey[:, 24] = 255
    monkeypatch.setattr(skimage.data, "page", lambda: grey)
    blurred, sharp = failure_pictures.damaged(
        Case("motion", "page", (0, 0), motion=(0, 4)))
    np.testing.assert_array_equal(sharp, np.repeat(grey[..., None], 3, -1))
    # In each of 5 frames the line is elsewhere: a fifth of the light.
    line = np.zeros(48)
    line[22:27] = 255 * 0.2 ** (1 / 2.2)
    np.testing.assert_allclose(
        blurred, np.broadcast_to(line[:, None], (32, 48, 3)), atol=1)


def test_noise_and_defocus_are_as_strong_as_said(monkeypatch):
    monkeypatch.setattr(
        skimage.data, "page", lambda: np.full((200, 200), 128, np.uint8))
    noisy, _ = failure_pictures.damaged(Case("", "page", (0, 0), noise=12))
    assert noisy.std() == pytest.approx(12, rel=0.05)
    point = np.zeros((65, 65), np.uint8)
    point[32, 32] = 255
    monkeypatch.setattr(skimage.data, "page", lambda: point)
    soft, _ = failure_pictures.damaged(Case("", "page", (0, 0), defocus=1))
    assert soft[32, 32, 0] == pytest.approx(255 / (2 * np.pi), abs=1)


def test_the_command_draws_every_case(command, tmp_path):
    done = command("experiments.failure_pictures",
                   f"--output={tmp_path / 'cases.png'}")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.rpartition(":")[0] for line in lines] == [
        case.what for case in CASES]
    picture = np.asarray(Image.open(tmp_path / "cases.png"))
    assert picture.shape[1] > 3 * SIDE
    # The sharp ones are shown as they are, under a caption.
    y, x = CASES[0].part
    np.testing.assert_array_equal(
        picture[22:22 + SIDE, -SIDE:],
        skimage.data.astronaut()[y:y + SIDE, x:x + SIDE])


def test_an_ending_of_no_picture_is_refused(command, tmp_path):
    done = command("experiments.failure_pictures",
                   f"--output={tmp_path / 'cases.txt'}")
    assert done.returncode == 2
    assert "'.txt' is no picture's ending" in done.stderr
    assert not any(tmp_path.iterdir())
