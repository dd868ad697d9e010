"""Mosaics and tints are told, what deblurring does is not."""

import pathlib

import numpy as np
import pytest
from PIL import Image

from ha_deblur import Deblurrer, MultiScaleDeblur, presets
from ha_deblur.inference.plausibility import change_of_areas, warning
from tests.conftest import random_model

GOPRO = pathlib.Path(__file__).parents[4] / "shared/data/gopro/train"


@pytest.mark.parametrize("dtype, white", [(np.uint8, 255), (np.uint16, 65535)])
def test_change_by_hand(dtype, white):
    blurred = np.zeros([70, 130, 3], dtype)  # 2x4 areas of 32x32
    sharp = blurred.copy()
    sharp[:32, :32] = white  # one of eight: the mean square is 1/8
    assert change_of_areas(blurred, sharp) == pytest.approx((1 / 8)**0.5)
    sharp[:] = 0
    sharp[::2] = white // 2  # finer than areas: all change by a quarter
    assert change_of_areas(blurred, sharp) == pytest.approx(0.25, abs=0.01)
    assert change_of_areas(blurred[:31], sharp[:31]) == 0


def test_mosaics_tints_and_no_numbers_are_told(photos):
    photo = photos(128, 128)
    assert warning(photo, photo, True) is None
    assert "no numbers" in warning(photo, photo, False)
    mosaic = photo.copy()
    mosaic[32:64, 32:64] = np.random.default_rng(0).integers(
        0, 2, (32, 32, 1)) * np.uint8([255, 0, 255])
    tint = np.uint8(np.clip(photo.astype(int) + [30, 0, -30], 0, 255))
    for failed in (mosaic, tint):
        assert "has failed" in warning(photo, failed, True)


def test_real_pairs_are_plausible():
    if not GOPRO.exists():
        pytest.skip("needs ../shared/data/gopro")
    for path in sorted(GOPRO.glob("*/blur/*.png"))[::3]:
        blurred, sharp = (np.asarray(Image.open(p)) for p in (
            path, path.parents[1] / "sharp" / path.name))
        assert warning(blurred, sharp, True) is None
        assert change_of_areas(blurred, sharp) < 0.031


def test_a_deblurrer_warns(photos):
    image = photos(64, 64)
    model = MultiScaleDeblur(presets.get("fast"))
    assert Deblurrer(model).deblur(image).warning is None  # changes nothing
    wild = random_model("wild", width=2, units_per_block=1, scales=1)
    wild.parts.decoder.primary[-1].end.bias.assign([0.5, -0.5, 0.5])
    assert "has failed" in Deblurrer(wild).deblur(image).warning
    wild.parts.encoder.stages[0].conv.bias.assign([np.nan, 0])
    result = Deblurrer(wild).deblur(image)
    assert "no numbers" in result.warning
    assert not result.sharp.any()  # black
