"""Means, gains and numbers that are not finite."""

import math

from experiments.reports import score_table
from ha_deblur import metrics


def _row(blurred, restored):
    numbers = dict.fromkeys(metrics.PROTOCOLS)
    return {"name": "a.png", "dataset": "folder", "subset": "",
            "blurred": {**numbers, "psnr": blurred},
            "restored": {**numbers, "psnr": restored}}


def test_the_gain_is_over_the_same_images_as_both_means():
    rows = [_row(20.0, 23.0), _row(30.0, 31.0), _row(math.inf, 40.0)]
    mean = score_table.means(rows)["overall"]
    assert mean["images"] == 3
    assert mean["counted"]["psnr"] == 2
    assert mean["blurred"]["psnr"] == 25
    assert mean["restored"]["psnr"] == 27
    assert mean["gain"]["psnr"] == 2
    assert mean["gain"]["psnr_foreground"] is None
    assert "23.00 +3.00" in score_table.line(rows[0])
    assert "40.00  " in score_table.line(rows[2])
    assert "+2.00" in score_table.summary({"overall": mean, "folder": mean})
    assert score_table.without_infinity(rows[2])["infinite"] == [
        "blurred.psnr"]
