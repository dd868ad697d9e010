"""Large pictures in tiles: the same result, without a seam."""

import pathlib

import numpy as np
import pytest
from PIL import Image

from ha_deblur import Deblurrer, presets
from ha_deblur.inference.scale_by_scale import ScaleByScale
from tests.conftest import random_model

GOPRO = pathlib.Path(__file__).parents[4] / "shared/data/gopro/train"


def psnr(a, b):
    return 10 * np.log10(
        255**2 / max(1e-9, np.mean((a.astype(float) - b)**2)))


@pytest.mark.usefixtures("unguarded")
def test_tiles_are_exact_where_the_network_sees_less_than_the_overlap():
    # Of 5x5 convolutions only the middle counts; attention and the joints see
    # 32 pixels, which the outer quarter of two overlaps of 64 leave out
    model = random_model("near", width=2, units_per_block=1)
    middle = np.pad(np.ones([1, 1, 1, 1]), [(2, 2), (2, 2), (0, 0), (0, 0)])
    for weight in model.weights:
        if weight.shape[:2] == [5, 5]:
            weight.assign(weight * middle * 5)
    image = np.random.default_rng(0).integers(
        0, 65536, (300, 420, 3), np.uint16)
    deblurrer = Deblurrer(model)
    calls = []
    tiled = deblurrer.deblur(image, tile=192, progress=lambda done, total:
                             calls.append((done, total)))
    whole = deblurrer.deblur(image, tile=0)
    # 2x3 tiles of 192x192 over 320x448, 1x2 of 160x144 over 160x224, and one
    assert calls == [(done, 6 + 2 + 1) for done in range(1, 10)]
    assert np.abs(whole.sharp.astype(int) - image).max() > 1000
    for name in ("sharp", "foreground", "background", "attention"):
        assert np.abs(getattr(tiled, name).astype(int)
                      - getattr(whole, name)).max() <= 1


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("name, tile, least", [
    ("tiny", 256, 60), ("fast", 768, 60),
    pytest.param("paper", 640, 50, marks=pytest.mark.slow)])
def test_a_photo_in_tiles_is_that_in_one_piece(name, tile, least):
    if not GOPRO.exists():
        pytest.skip("needs ../shared/data/gopro")
    image = np.asarray(Image.open(
        sorted(GOPRO.glob("*/blur/*.png"))[0]).convert("RGB"))
    deblurrer = Deblurrer(visible_model(name))
    whole, tiled = (deblurrer.deblur(image, tile=size) for size in (0, tile))
    assert psnr(whole.sharp, image) < 35  # it does something
    for kind in ("sharp", "foreground", "background", "attention"):
        a, b = getattr(whole, kind), getattr(tiled, kind)
        assert psnr(a, b) > least
        assert np.abs(a.astype(int) - b).max() <= 2  # no seam anywhere


def visible_model(name):
    """A preset with random weights where it starts with zeros."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)
    model = presets.get(name).make()
    generator = np.random.default_rng(0)
    for weight in model.weights:
        if not weight.numpy().any():
            scale = 0.02 if len(weight.shape) == 1 else 0.3 * np.prod(
                weight.shape[:-1])**-0.5
            weight.assign(generator.normal(0, scale, weight.shape))
    return model


def test_xla_gives_the_same_for_the_sizes_of_a_gpu(micro, photos):
    image = photos(90, 130)
    plain, compiled = Deblurrer(micro), Deblurrer(micro)
    compiled._on_gpu = True  # sides are 96 and 160
    compiled._network = ScaleByScale(micro, jit_compile=True)
    a, b = plain.deblur(image), compiled.deblur(image)
    for name in ("sharp", "foreground", "background", "attention"):
        assert np.abs(getattr(a, name).astype(int)
                      - getattr(b, name)).max() <= 1
