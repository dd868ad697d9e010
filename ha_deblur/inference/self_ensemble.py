"""Self-ensemble: the mean of the network's results for eight views.

After Timofte et al., "Seven ways to improve example-based single image super
resolution", CVPR 2016: a picture and its mirror image, each turned by 0, 90,
180 and 270 degrees, are restored, turned back and averaged.
"""

import numpy as np

VIEWS = 8
_ROWS = 256  # at a time


def view(images, number):
    """[b, h, w, c] flipped and turned, a view of the same memory.

    Args:
      images: an array.
      number: 0 (the picture itself) to 7.
    """
    if number >= 4:
        images = images[:, :, ::-1]
    return np.rot90(images, number % 4, axes=(1, 2))


def averaged(restore, images, mask):
    """The mean of what a network makes of all views.

    Args:
      restore: called as restore(images, mask); yields as
        `ScaleByScale.restore` does.
      images: [b, h, w, 3].
      mask: [b, h, w, 1], or None.

    Yields:
      As `restore` does: None after every tile of every view, and at the end
      the rows of the mean.
    """
    sums = {}
    for number in range(VIEWS):
        turned_mask = None if mask is None else view(mask, number)
        for complete in restore(view(images, number), turned_mask):
            if complete is None:
                yield None
                continue
            name, top, rows = complete
            if name not in sums:
                sums[name] = np.zeros(
                    [*images.shape[:3], rows.shape[-1]], np.float32)
            # adding through the view turns the rows back
            view(sums[name], number)[:, top:top + rows.shape[1]] += (
                rows / VIEWS)
    for name, mean in sums.items():
        for top in range(0, mean.shape[1], _ROWS):
            yield name, top, mean[:, top:top + _ROWS]
