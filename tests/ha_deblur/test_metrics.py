"""Metrics against hand-computed values and direct implementations."""

import math

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from ha_deblur import metrics


def _random_pair(height, width, seed=0):
    generator = np.random.default_rng(seed)
    sharp = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
    noise = generator.normal(0, 30, sharp.shape)
    restored = np.clip(np.rint(sharp + noise), 0, 255).astype(np.uint8)
    return sharp, restored


def _brute_force_ssim_3d(x, y):
    """SSIM with an explicit 11 x 11 x 11 window and replicated borders."""
    offsets = np.arange(-5, 6)
    line = np.exp(-offsets ** 2 / (2 * 1.5 ** 2))
    window = line[:, None, None] * line[:, None] * line
    window /= window.sum()
    x = np.pad(x.astype(np.float64), 5, mode="edge")
    y = np.pad(y.astype(np.float64), 5, mode="edge")
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    values = []
    for i, j, k in np.ndindex(*(side - 10 for side in x.shape)):
        u = x[i:i + 11, j:j + 11, k:k + 11]
        v = y[i:i + 11, j:j + 11, k:k + 11]
        mean_u, mean_v = (window * u).sum(), (window * v).sum()
        variance_u = (window * (u - mean_u) ** 2).sum()
        variance_v = (window * (v - mean_v) ** 2).sum()
        covariance = (window * (u - mean_u) * (v - mean_v)).sum()
        values.append(
            (2 * mean_u * mean_v + c1) * (2 * covariance + c2)
            / ((mean_u ** 2 + mean_v ** 2 + c1)
               * (variance_u + variance_v + c2)))
    return np.mean(values)


def test_psnr_by_hand():
    sharp = np.full((2, 2, 3), 100, np.uint8)
    restored = sharp.copy()
    restored[0, 0] = 110  # squared error 100 at one pixel of four: MSE 25
    assert metrics.psnr(sharp, restored) == pytest.approx(
        10 * math.log10(65025 / 25))
    black, white = np.zeros_like(sharp), np.full_like(sharp, 255)
    assert metrics.psnr(black, white) == 0
    assert metrics.psnr(white, black) == 0


def test_psnr_of_identical_images_is_infinite():
    sharp, _ = _random_pair(4, 5)
    assert metrics.psnr(sharp, sharp.copy()) == math.inf


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 1)])
def test_masked_psnr_counts_only_the_pixels_inside(shape):
    sharp = np.full((2, 2, 3), 100, np.uint8)
    restored = sharp.copy()
    restored[0, 0] = 110
    restored[1, 1] = 200  # outside: must not count
    mask = np.array([[1, 1], [0, 0]], bool).reshape(shape)
    # Inside: errors 100 and 0, MSE 50. Outside: 0 and 10,000, MSE 5,000.
    assert metrics.masked_psnr(sharp, restored, mask) == pytest.approx(
        10 * math.log10(65025 / 50))
    assert metrics.masked_psnr(sharp, restored, ~mask) == pytest.approx(
        10 * math.log10(65025 / 5000))


def test_masked_psnr_over_no_pixels_is_not_defined():
    sharp, restored = _random_pair(4, 5)
    assert metrics.masked_psnr(sharp, restored, np.zeros((4, 5))) is None


@pytest.mark.parametrize("size", [(11, 11), (24, 37)])
def test_ssim_skimage_equals_scikit_image(size):
    sharp, restored = _random_pair(*size)
    expected = structural_similarity(
        sharp, restored, channel_axis=-1, gaussian_weights=True,
        use_sample_covariance=False, data_range=255)
    assert metrics.ssim_skimage(sharp, restored) == pytest.approx(expected)


@pytest.mark.parametrize("size", [(1, 1), (10, 30), (30, 10)])
def test_ssim_skimage_needs_eleven_pixels_a_side(size):
    assert metrics.ssim_skimage(*_random_pair(*size)) is None


@pytest.mark.parametrize("size", [(1, 1), (5, 13), (16, 14)])
def test_ssim_matlab_equals_a_direct_3d_implementation(size):
    sharp, restored = _random_pair(*size)
    assert metrics.ssim_matlab(sharp, restored) == pytest.approx(
        _brute_force_ssim_3d(sharp, restored), abs=1e-9)


def test_the_two_ssim_protocols_differ():
    sharp, restored = _random_pair(24, 37)
    assert metrics.ssim_matlab(sharp, restored) != pytest.approx(
        metrics.ssim_skimage(sharp, restored), abs=1e-3)


def test_ssim_of_identical_images_is_one():
    sharp, _ = _random_pair(12, 12)
    assert metrics.ssim_skimage(sharp, sharp) == pytest.approx(1)
    assert metrics.ssim_matlab(sharp, sharp) == pytest.approx(1)


def test_score_holds_every_metric():
    sharp, restored = _random_pair(16, 16)
    mask = np.zeros((16, 16), bool)
    mask[:4] = True
    scores = metrics.score(sharp, restored, mask)
    assert list(scores) == list(metrics.PROTOCOLS)
    assert scores["psnr"] == metrics.psnr(sharp, restored)
    assert scores["ssim_skimage"] == metrics.ssim_skimage(sharp, restored)
    assert scores["ssim_matlab"] == metrics.ssim_matlab(sharp, restored)
    assert scores["psnr_foreground"] == pytest.approx(
        metrics.psnr(sharp[:4], restored[:4]))
    assert scores["psnr_background"] == pytest.approx(
        metrics.psnr(sharp[4:], restored[4:]))


def test_score_without_a_mask_says_nothing_about_inside_and_outside():
    scores = metrics.score(*_random_pair(16, 16))
    assert scores["psnr_foreground"] is None
    assert scores["psnr_background"] is None


@pytest.mark.parametrize(
    "metric", [metrics.psnr, metrics.ssim_skimage, metrics.ssim_matlab])
def test_only_quantized_rgb_of_equal_size_is_scored(metric):
    sharp, restored = _random_pair(16, 16)
    with pytest.raises(ValueError, match="uint8"):
        metric(sharp, restored / 255)
    with pytest.raises(ValueError, match="differ in size"):
        metric(sharp, restored[:15])
    with pytest.raises(ValueError, match="RGB"):
        metric(sharp[..., 0], restored[..., 0])


def test_a_mask_of_another_size_is_refused():
    sharp, restored = _random_pair(16, 16)
    with pytest.raises(ValueError, match="mask"):
        metrics.masked_psnr(sharp, restored, np.ones((16, 15)))
