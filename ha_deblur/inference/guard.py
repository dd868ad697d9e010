"""Keeps the photo where a result is beyond what deblurring can do.

On pictures unlike its training data a network may output coloured noise. But
deblurring only moves light to nearby pixels: the mean of an area changes by no
more than the photo itself varies within the blur's reach. So the network's
change is taken where it stays within that limit, and fades out where it does
not. Not in the paper.

Everything is decided from the means of cells of 8x8 pixels, at almost no cost.
For a picture in tiles the cells of all tiles are collected first, so that there
are no seams.
"""

import tensorflow as tf

CELL = 8  # pixels
_AREA = 5  # cells, so 40 pixels
_REACH = 9  # areas, so 32 pixels to each side
# An area's mean may change by _LEAST (1 is white minus black) plus the range of
# the means of the areas around it. From there to _MOST times that, the change
# fades out. In 18 real pairs of GoPro and REDS (20 to 28 dB) sharp and blurred
# differ by more in at most 2.3% of the areas, in 13 pairs in none, and nothing
# that `fast` does to them is lost. Where it made noise, before its units were
# bounded, the change was 2 to 5 times the limit.
_LEAST, _MOST = 0.02, 1.5
# Noise is coloured where the photo is not, while light that moves keeps its
# colour: the differences of channels may change by a half of _LEAST plus half
# of their range around. Real changes are larger in at most 1% of the areas of
# the same pairs, in 14 pairs in none.
_LEAST_HUE, _SHARE_HUE = 0.01, 0.5
# Limit of the root mean square, over a picture, of the changes that are left:
# _LEAST_WHOLE plus _SHARE_WHOLE times the areas' standard deviation. From
# blurred to sharp it is at most 0.6 of the limit in 94 pairs of GoPro and REDS,
# and above the limit in 3 of 1,128 crops of 320x320; where noise is answered
# with noise, it is 1.4 to 2 times the limit.
_LEAST_WHOLE, _SHARE_WHOLE = 0.02, 0.3
# Sides, in cells, of the minimum filter that widens untrusted areas, and of the
# mean filter that then smooths their edge: no untrusted pixel is mixed in.
_AROUND, _SMOOTH = 11, 5


def guarded(blurred, sharp):
    """The result, replaced by the photo where it can't be right.

    Args:
      blurred: [b, h, w, 3] in [0, 1]; any h and w from 1 on.
      sharp: the same, not clipped; may hold NaN and infinite values.

    Returns:
      [b, h, w, 3]; where the trust is 0, exactly `blurred`.
    """
    height, width = tf.unstack(tf.shape(blurred)[1:3])
    change = sharp - blurred
    weight = at_pixels(
        trust(cell_means(blurred), cell_means(change)), tf.range(height), width)
    return tf.where(weight > 0, blurred + weight * change, blurred)


def cell_means(images):
    """Means of 8x8 pixels; of fewer at the right and bottom edges.

    Args:
      images: [b, h, w, c] float32.

    Returns:
      [b, h/8, w/8, c], sizes rounded up.
    """
    batch, height, width, _ = tf.unstack(tf.shape(images))
    channels = images.shape[-1]
    rows, columns = _cells(height), _cells(width)
    # no modulo of a negative number: ONNX has another sign for it
    padded = tf.pad(images, [[0, 0], [0, CELL * rows - height],
                             [0, CELL * columns - width], [0, 0]])
    # In two steps: ten times as fast as avg_pool2d on a processor.
    means = tf.reduce_mean(tf.reshape(
        padded, [batch, rows, CELL, CELL * columns * channels]), axis=2)
    means = tf.reduce_mean(tf.reshape(
        means, [batch, rows, columns, CELL, channels]), axis=3)
    return means / (_filled(height)[:, tf.newaxis, tf.newaxis]
                    * _filled(width)[:, tf.newaxis])


def _cells(size):
    """The number of cells that cover a number of pixels."""
    return (size + CELL - 1) // CELL


def _filled(size):
    """The fraction of each cell along an axis that lies in the picture."""
    inside = tf.cast(size - CELL * tf.range(_cells(size)), tf.float32) / CELL
    return tf.minimum(inside, 1)


def trust(photo, change):
    """The weight that the network's change gets, cell by cell.

    Args:
      photo: [b, H, W, 3], cell means of the photo, in [0, 1].
      change: [b, H, W, 3], cell means of what the network adds to it; NaN is
        not trusted.

    Returns:
      [b, H, W, 1] in [0, 1].
    """
    photo, change = _mean(photo, _AREA), _mean(change, _AREA)
    here = _fading(tf.maximum(
        _times(photo, change, _LEAST),
        _times(_hues(photo), _hues(change), _LEAST_HUE, _SHARE_HUE)))
    left = tf.where(here > 0, change, tf.zeros_like(change))
    contrast = photo - tf.reduce_mean(photo, axis=[1, 2], keepdims=True)
    everywhere = _fading(
        _rms(left) / (_LEAST_WHOLE + _SHARE_WHOLE * _rms(contrast)))
    found = tf.minimum(here, everywhere)  # [b, H, W, 1]
    return _mean(-_most(-found, _AROUND), _SMOOTH)


def _mean(cells, side):
    """A mean filter of side x side cells: [b, H, W, c] to the same."""
    for size in ((side, 1), (1, side)):  # fewer products than in one step
        cells = tf.nn.avg_pool2d(cells, size, 1, "SAME")
    return cells


def _most(cells, side):
    """A maximum filter, the same way."""
    for size in ((side, 1), (1, side)):
        cells = tf.nn.max_pool2d(cells, size, 1, "SAME")
    return cells


def _rms(areas):
    """[b, H, W, c] -> [b, 1, 1, 1]"""
    return tf.sqrt(tf.reduce_mean(
        tf.square(areas), axis=[1, 2, 3], keepdims=True))


def _times(photo, change, least, share=1):
    """The change of each area's mean, divided by its limit.

    Args:
      photo: [b, H, W, c], means of areas.
      change: the same of the network's change.
      least: the limit where the areas around are all alike.
      share: of the range of the areas around, which the limit gets on top.

    Returns:
      [b, H, W, 1], the maximum over the channels.
    """
    span = _most(photo, _REACH) + _most(-photo, _REACH)
    return tf.reduce_max(
        tf.abs(change) / (least + share * span), axis=-1, keepdims=True)


def _hues(means):
    """[b, H, W, 3] RGB -> [b, H, W, 2]: red and blue minus green."""
    red, green, blue = tf.split(means, 3, axis=-1)
    return tf.concat([red - green, blue - green], axis=-1)


def _fading(times):
    """Weight 1 up to the limit, 0 from _MOST times the limit on and for NaN."""
    # this way round NaN gives 0, too
    return tf.where(times < _MOST,
                    tf.minimum((_MOST - times) / (_MOST - 1), 1),
                    tf.zeros_like(times))


def at_pixels(cells, rows, width):
    """Cells' trust at pixels, interpolated linearly between cell centres.

    Args:
      cells: [b, H, W, 1].
      rows: [n], the rows of pixels, from 0.
      width: w of the picture.

    Returns:
      [b, n, w, 1].
    """
    height_of_cells, width_of_cells = tf.unstack(tf.shape(cells)[1:3])
    down = _between(rows, height_of_cells)  # [n, H]
    right = _between(tf.range(width), width_of_cells)  # [w, W]
    by_rows = tf.matmul(down, tf.squeeze(cells, -1))  # [b, n, W]
    # expand_dims, as TensorFlow Lite has no [..., tf.newaxis]
    return tf.expand_dims(tf.matmul(by_rows, right, transpose_b=True), -1)


def _between(pixels, cells):
    """[n, cells]: linear weights of the two cells around each pixel."""
    place = (tf.cast(pixels, tf.float32) + 0.5) / CELL - 0.5
    place = tf.clip_by_value(place, 0, tf.cast(cells - 1, tf.float32))
    number = tf.cast(tf.range(cells), tf.float32)
    return tf.nn.relu(1 - tf.abs(place[:, tf.newaxis] - number))
