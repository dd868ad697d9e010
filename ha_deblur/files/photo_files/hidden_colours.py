"""Colours that transparency hides, kept away from those that are seen.

Programs leave black, white or old paint under what is wholly transparent.
A network that sees it sharpens the edge to it and carries it into the seen
pixels; so it gets the nearest seen colours instead.
"""



def covered(pixels, alpha):
    """Hidden pixels replaced by the nearest that are seen.

    Args:
      pixels: [h, w, 3].
      alpha: [h, w], 0 where the pixel is hidden; or None.

    Returns:
      (the picture [h, w, 3], the hidden colours [n, 3] in order of rows). The
      picture is as it was if nothing is hidden or nothing is seen.
    """
    hidden = None if alpha is None else alpha == 0  # [h, w]
    if hidden is None or not hidden.any() or hidden.all():
        return pixels, None
    from scipy import ndimage
    y, x = ndimage.distance_transform_edt(
        hidden, return_distances=False, return_indices=True)  # [h, w] each
    return pixels[y, x], pixels[hidden]


def restored(pixels, alpha, hidden_colours):
    """The picture with its hidden colours as they were."""
    if hidden_colours is None:
        return pixels
    pixels = pixels.copy()
    pixels[alpha == 0] = hidden_colours
    return pixels
