"""The demo's photographs."""

import numpy as np
import pytest
from PIL import Image
from skimage import data


@pytest.fixture(scope="module")
def sample_photos(tmp_path_factory):
    import subprocess
    import sys
    output = tmp_path_factory.mktemp("photos")
    subprocess.run([sys.executable, "-m", "data_prep.sample_photos",
                    f"--output={output}"], check=True, timeout=120)
    return output


def pixels(path):
    return np.asarray(Image.open(path))


def names(folder):
    return {path.stem for path in folder.iterdir()}


def test_held_out_photos_are_never_trained_on(sample_photos):
    train = names(sample_photos / "train/images")
    test = names(sample_photos / "test/images")
    assert test == {"cameraman", "chelsea", "motorcycle"}
    for name in test:
        assert not any(name in other for other in train)


def test_every_photo_is_rgb_and_every_mask_is_of_its_size(sample_photos):
    for split in ("train", "test"):
        images = sample_photos / split / "images"
        masks = sample_photos / split / "masks"
        assert names(masks) == names(images)
        for path in images.iterdir():
            assert pixels(path).ndim == 3
        for path in masks.iterdir():
            mask = pixels(path)
            assert mask.shape == pixels(images / path.name).shape[:2]
            if "astronaut" in path.stem or path.stem == "cameraman":
                assert set(np.unique(mask)) == {0, 255}
                assert 0.05 < (mask > 0).mean() < 0.7
            else:  # nobody is there
                assert not mask.any()


def test_outlines_hold_the_people(sample_photos):
    astronaut = pixels(sample_photos / "train/masks/astronaut.png") > 0
    # Nose, badge, helmet, hair; then flag, shuttle, table.
    assert astronaut[[120, 380, 450, 30], [225, 170, 400, 240]].all()
    assert not astronaut[[60, 150, 300], [30, 400, 450]].any()
    cameraman = pixels(sample_photos / "test/masks/cameraman.png") > 0
    # Ear, coat, camera, hand; then sky, gap before the face, lawn, tripod.
    assert cameraman[[140, 300, 160, 190], [187, 100, 300, 320]].all()
    assert not cameraman[[50, 185, 400, 400],
                         [100, 260, 200, 292]].any()


def test_photos_are_unchanged(sample_photos):
    np.testing.assert_array_equal(
        pixels(sample_photos / "train/images/astronaut.png"), data.astronaut())
    np.testing.assert_array_equal(
        pixels(sample_photos / "test/images/cameraman.png")[..., 1],
        data.camera())


def test_pasted_astronaut_hides_the_scene_only_where_the_mask_says(
        sample_photos):
    pasted = pixels(sample_photos / "train/images/astronaut_on_gravel.png")
    mask = pixels(sample_photos / "train/masks/astronaut_on_gravel.png") > 0
    changed = (pasted != data.gravel()[..., np.newaxis]).any(axis=-1)
    assert changed[mask].mean() > 0.99
    assert changed[~mask].mean() < 0.05  # the soft edge
