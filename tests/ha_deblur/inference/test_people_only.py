"""The background stays the photo's own, bit for bit."""

import numpy as np
import pytest

from ha_deblur import Deblurrer
from ha_deblur.inference.people_only import keep_background, soft_edge
from tests.conftest import random_model


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_weights_by_hand(dtype):
    blurred = np.full([1, 5, 3], 100, dtype)
    sharp = np.full([1, 5, 3], 200, dtype)
    # 0.1 * 255 is 25.5, 0.5 * 255 is 127.5; 0.3 * 255 is half way
    keep_background(blurred, sharp, np.uint8([[0, 25, 76, 128, 255]]))
    np.testing.assert_array_equal(
        sharp[0, :, 0], [100, 100, 150, 200, 200])


def test_a_mask_s_edge_fades_outside_it_only():
    mask = np.zeros([256, 300], np.uint8)
    mask[100:120, 100:101] = 255  # narrow, as a leg is
    soft = soft_edge(mask)
    assert (soft[mask > 0] == 255).all()
    # it reaches 2 pixels, and is smoothed over 5
    np.testing.assert_array_equal(
        soft[110, 94:107],
        [0, 0, 51, 102, 153, 204, 255, 204, 153, 102, 51, 0, 0])


@pytest.mark.usefixtures("unguarded")
def test_background_is_untouched(micro, photos):
    image, deblurrer = photos(80, 100), Deblurrer(micro)
    box = [[40, 20, 30, 40]]
    everywhere = deblurrer.deblur(image, boxes=box)
    result = deblurrer.deblur(image, boxes=box, people_only=True)
    np.testing.assert_array_equal(  # inside
        result.sharp[20:60, 40:70], everywhere.sharp[20:60, 40:70])
    outside = np.ones([80, 100], bool)
    outside[17:63, 37:73] = False
    np.testing.assert_array_equal(result.sharp[outside], image[outside])
    assert (everywhere.sharp[outside] != image[outside]).any()

    found = deblurrer.deblur(image, people_only=True)  # by attention
    low = found.attention <= 25
    np.testing.assert_array_equal(found.sharp[low], image[low])


def test_without_attention_people_must_be_given(photos):
    image = photos(40, 40)
    model = random_model("blind", width=2, units_per_block=1, scales=1,
                         attention=False)
    deblurrer = Deblurrer(model)
    with pytest.raises(ValueError, match="no attention"):
        deblurrer.deblur(image, people_only=True)
    result = deblurrer.deblur(image, boxes=[[0, 0, 10, 40]], people_only=True)
    np.testing.assert_array_equal(
        result.sharp[:, :10], deblurrer.deblur(image).sharp[:, :10])
    np.testing.assert_array_equal(result.sharp[:, 12:], image[:, 12:])
