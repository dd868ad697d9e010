"""How much a video flickers, against values computed by hand."""

import numpy as np
import pytest

from ha_deblur.files.video_files.flicker import Flicker, levels


def frame(value, height=32, width=32, dtype=np.uint8):
    return np.full((height, width, 3), value, dtype)


def measured(before, after):
    meter = Flicker()
    for pair in zip(before, after):
        meter.add(*pair)
    return levels(meter.sums)


def test_a_still_video_does_not_flicker_and_a_pulsing_result_does():
    before, after = measured([frame(100)] * 3,
                             [frame(100), frame(103), frame(101)])
    assert before == 0
    assert after == pytest.approx((3 + 2) / 2)


def test_noise_in_the_video_is_its_own_flicker():
    still = frame(100)
    noisy = still.copy()
    noisy[::2, ::2] += 2  # a quarter of the pixels; the mean grows by 0.5
    before, after = measured([still, noisy], [still, 2 * (noisy - 100) + 100])
    assert before == pytest.approx(0.5)
    assert after == pytest.approx(1)


def test_what_moves_is_left_out_with_what_is_next_to_it():
    video = [frame(100, 64, 64), frame(100, 64, 64)]
    video[1][:, 24:32] = 180  # moves: column 3 of 8 columns of cells
    result = [picture.copy() for picture in video]
    result[1][:, 16:40] += 50  # the moving cells and their neighbours
    assert measured(video, result) == (0, 0)
    result[1][:, 40:48] += 10  # one of the five columns that are left
    assert measured(video, result) == (0, pytest.approx(10 / 5))


def test_where_all_moves_it_can_not_be_told():
    assert measured([frame(100), frame(102)], [frame(0), frame(9)]) is None
    assert measured([frame(1)], [frame(1)]) is None  # no second frame
    assert measured([frame(1, 7, 7)] * 2, [frame(1, 7, 7)] * 2) is None


def test_levels_are_those_of_8_bits_and_sums_may_be_added_up():
    deep = [frame(257 * level, dtype=np.uint16) for level in (100, 101)]
    first, second = Flicker(), Flicker()
    for meter, results in ((first, deep), (second, [deep[0]] * 2)):
        for result in results:
            meter.add(deep[0], result)
    assert levels(first.sums) == (0, pytest.approx(1, abs=1e-4))
    assert levels(first.sums + second.sums) == (0, pytest.approx(.5, abs=1e-4))


def test_odd_sizes_are_measured_but_for_their_last_rows_and_columns():
    result = [frame(5, 33, 47), frame(5, 33, 47)]
    result[1][32:], result[1][:, 40:] = 255, 255
    assert measured([frame(5, 33, 47)] * 2, result) == (0, 0)
