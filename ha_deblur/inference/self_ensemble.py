"""Self-ensemble: the mean of what the network makes of eight views.

After Timofte et al., "Seven ways to improve example-based single image super
resolution", CVPR 2016: the four quarter turns of a picture and of its mirror
image are restored, turned back and averaged. It takes eight times as long.
"""

import numpy as np

VIEWS = 8
_ROWS = 256  # that are handed on together


def view(images, number):
    """[b, h, w, c] flipped and turned, a view of the same memory.

    Args:
      images: an array.
      number: 0 (the picture as it is) to 7.
    """
    if number >= 4:
        images = images[:, :, ::-1]
    return np.rot90(images, number % 4, axes=(1, 2))


def averaged(restore, images, mask, write):
    """Calls `restore` for every view, and `write` with the mean.

    Args:
      restore: called as restore(images, mask, write); calls its `write` as
        `ScaleByScale.restore` does.
      images: [b, h, w, 3].
      mask: [b, h, w, 1], or None.
      write: as in `ScaleByScale.restore`.
    """
    sums = {}
    for number in range(VIEWS):
        def add(name, top, rows, number=number):
            if name not in sums:
                sums[name] = np.zeros(
                    [*images.shape[:3], rows.shape[-1]], np.float32)
            # writing through the view turns the rows back
            view(sums[name], number)[:, top:top + rows.shape[1]] += (
                rows / VIEWS)

        restore(view(images, number),
                None if mask is None else view(mask, number), add)
    for name, mean in sums.items():
        for top in range(0, mean.shape[1], _ROWS):
            write(name, top, mean[:, top:top + _ROWS])
