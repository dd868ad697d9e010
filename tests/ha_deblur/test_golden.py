"""What the shipped weights make of two fixed pictures stays what it is.

A change of the code that moves a pixel by more than a level fails here. New
weights get new pictures: see `golden/make.py`.
"""

import numpy as np
import pytest
from PIL import Image

import ha_deblur
from ha_deblur import metrics, shipped
from tests.ha_deblur.golden.make import FOLDER, NAMES

# Of blurred.png, in dB, by model.
LEAST_GAIN = {"fast": 2.5}
LEAST_LIKE = 34  # PSNR in dB that detailed.png, which is sharp, must keep


def golden(name):
    return np.asarray(Image.open(FOLDER / f"{name}.png"))


@pytest.fixture(scope="module", params=shipped.names())
def shown(request):
    """A shipped model's name, and what it makes of the pictures."""
    deblurrer = ha_deblur.load(request.param)
    return request.param, {
        name: deblurrer.deblur(golden(name)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_results_are_the_stored_ones(shown, name):
    model, results = shown
    difference = results[name].sharp.astype(int) - golden(f"{name}-{model}")
    assert np.abs(difference).max() <= 1


def test_the_blurred_one_gains(shown):
    model, results = shown
    before, after = (metrics.psnr(golden("sharp"), picture) for picture in (
        golden("blurred"), results["blurred"].sharp))
    assert after - before > LEAST_GAIN[model]


def test_the_sharp_one_stays_as_it_is(shown):
    """The letters by the guard, and the photo by itself."""
    _, results = shown
    assert "stayed as it was" in results["detailed"].warning
    assert metrics.psnr(
        golden("detailed"), results["detailed"].sharp) > LEAST_LIKE
