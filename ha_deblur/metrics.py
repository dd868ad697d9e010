"""PSNR and SSIM of uint8 RGB images, as published deblurring tables use them.

Full frames, no border crop, quantized images only: a float image scores higher
than the file that users get.

Two SSIM protocols, because published tables differ and rarely say which they
use. Both are Wang et al., "Image Quality Assessment: From Error Visibility to
Structural Similarity", TIP 2004, with K1 = 0.01, K2 = 0.03, L = 255 and a
Gaussian window of sigma 1.5 with 11 taps per axis.

The PSNR of identical images is `math.inf`; an undefined metric (SSIM of too
small an image, PSNR over no pixels) is None.
"""

import math

import numpy as np
from scipy import ndimage
from skimage import metrics as skimage_metrics

# What each entry of `score` is, for reports.
PROTOCOLS = {
    "psnr": "10 log10(255^2 / MSE) over all pixels and channels, in dB",
    "ssim_skimage": (
        "skimage.metrics.structural_similarity(channel_axis=-1, "
        "gaussian_weights=True, use_sample_covariance=False, data_range=255):"
        " 2-D windows, a channel at a time"),
    "ssim_matlab": (
        "MATLAB's ssim of an H x W x 3 array: one 3-D Gaussian window, "
        "replicated borders, mean over every voxel"),
    "psnr_foreground": "psnr over the pixels inside the person mask",
    "psnr_background": "psnr over the pixels outside the person mask",
}

_PEAK = 255.0
_SIGMA = 1.5
_TAPS = 11
_TRUNCATE = 3.5  # in sigmas: a radius of 5 pixels, so 11 taps
_C1 = (0.01 * _PEAK) ** 2
_C2 = (0.03 * _PEAK) ** 2


def psnr(sharp, restored):
    """Peak signal-to-noise ratio in dB; `math.inf` for identical images.

    Args:
      sharp: uint8 [h, w, 3], the ground truth.
      restored: uint8 [h, w, 3].

    Raises:
      ValueError: an image is not uint8 [h, w, 3], or the shapes differ.
    """
    _check(sharp, restored)
    return _psnr_of(_squared_error(sharp, restored).mean())


def masked_psnr(sharp, restored, mask):
    """PSNR in dB over the pixels where `mask` is true, all three channels.

    Args:
      sharp: uint8 [h, w, 3].
      restored: uint8 [h, w, 3].
      mask: [h, w] or [h, w, 1], bool or {0, 1}.

    Returns:
      `math.inf` if those pixels are identical, None if there are none.

    Raises:
      ValueError: as `psnr`, or the mask has another size.
    """
    _check(sharp, restored)
    inside = _as_plane(mask, sharp.shape)  # [h, w]
    if not inside.any():
        return None
    error = _squared_error(sharp, restored)[inside]  # [pixels, 3]
    return _psnr_of(error.mean())


def ssim_skimage(sharp, restored):
    """SSIM as scikit-image computes it with Wang's settings.

    A 2-D window per channel; the 5 pixels at each border, where the window
    would extend beyond the image, do not count in the mean.

    Args:
      sharp: uint8 [h, w, 3].
      restored: uint8 [h, w, 3].

    Returns:
      A float in [-1, 1], or None if a side is shorter than the window (11).

    Raises:
      ValueError: as `psnr`.
    """
    _check(sharp, restored)
    if min(sharp.shape[:2]) < _TAPS:
        return None
    return float(skimage_metrics.structural_similarity(
        sharp, restored, channel_axis=-1, gaussian_weights=True,
        sigma=_SIGMA, use_sample_covariance=False, data_range=_PEAK))


def ssim_matlab(sharp, restored):
    """SSIM as MATLAB's `ssim(A, ref)` computes it for an H x W x 3 array.

    MATLAB treats the channels as a third spatial axis: one 11 x 11 x 11 window
    with replicated borders, and the mean over every voxel. Defined for images
    of any size.

    Args:
      sharp: uint8 [h, w, 3].
      restored: uint8 [h, w, 3].

    Returns:
      A float in [-1, 1].

    Raises:
      ValueError: as `psnr`.
    """
    _check(sharp, restored)
    x = sharp.astype(np.float64)
    y = restored.astype(np.float64)
    mean_x, mean_y = _blur_volume(x), _blur_volume(y)
    variance_x = _blur_volume(x * x) - mean_x ** 2
    variance_y = _blur_volume(y * y) - mean_y ** 2
    covariance = _blur_volume(x * y) - mean_x * mean_y
    similarity = (
        (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
        / ((mean_x ** 2 + mean_y ** 2 + _C1)
           * (variance_x + variance_y + _C2)))  # [h, w, 3]
    return float(similarity.mean())


def score(sharp, restored, mask=None):
    """All metrics of one image, in the order of `PROTOCOLS`.

    Args:
      sharp: uint8 [h, w, 3].
      restored: uint8 [h, w, 3].
      mask: [h, w] or [h, w, 1], true where there is a person; None if the
        image is not labelled.

    Returns:
      {"psnr", "ssim_skimage", "ssim_matlab", "psnr_foreground",
      "psnr_background"}: floats, or None where the metric is not defined.

    Raises:
      ValueError: as `masked_psnr`.
    """
    scores = {
        "psnr": psnr(sharp, restored),
        "ssim_skimage": ssim_skimage(sharp, restored),
        "ssim_matlab": ssim_matlab(sharp, restored),
        "psnr_foreground": None,
        "psnr_background": None,
    }
    if mask is not None:
        person = _as_plane(mask, sharp.shape)
        scores["psnr_foreground"] = masked_psnr(sharp, restored, person)
        scores["psnr_background"] = masked_psnr(sharp, restored, ~person)
    return scores


def _check(sharp, restored):
    for role, image in (("sharp", sharp), ("restored", restored)):
        if image.dtype != np.uint8:
            raise ValueError(
                f"The {role} image must be uint8, quantized as it would be "
                f"saved; it is {image.dtype}.")
        if image.ndim != 3 or image.shape[-1] != 3 or image.size == 0:
            raise ValueError(
                f"The {role} image must be RGB, [h, w, 3]; its shape is "
                f"{image.shape}.")
    if sharp.shape != restored.shape:
        raise ValueError(
            f"The images differ in size: sharp {sharp.shape}, "
            f"restored {restored.shape}.")


def _as_plane(mask, image_shape):
    """The mask as bool [h, w]."""
    mask = np.asarray(mask)
    if mask.ndim == 3 and mask.shape[-1] == 1:
        mask = mask[..., 0]  # [h, w, 1] -> [h, w]
    if mask.shape != image_shape[:2]:
        raise ValueError(
            f"The mask's shape is {mask.shape}; the image is {image_shape}.")
    return mask > 0.5


def _squared_error(sharp, restored):
    return (sharp.astype(np.float64) - restored) ** 2


def _psnr_of(mean_squared_error):
    if mean_squared_error == 0:
        return math.inf
    return float(10 * math.log10(_PEAK ** 2 / mean_squared_error))


def _blur_volume(volume):
    """One 3-D Gaussian over [h, w, 3]; "nearest" replicates the border."""
    return ndimage.gaussian_filter(
        volume, _SIGMA, mode="nearest", truncate=_TRUNCATE)
