"""Boxes to masks: the binary human mask G, made inside the graph."""

import tensorflow as tf


def rasterize_boxes(boxes, height, width, window=None):
    """Draws filled boxes.

    A pixel belongs to a box when its centre lies inside. Boxes may overlap,
    cross the border or be absent.

    Args:
      boxes: [n, 4] float32, normalized [ymin, xmin, ymax, xmax].
      height: of the whole picture, in pixels.
      width: of the whole picture, in pixels.
      window: (top, left, height, width) in pixels, the part to draw; all of
        the picture if None.

    Returns:
      G, [h, w, 1] float32 of 0 and 1, of the window's size.
    """
    top, left, rows, columns = window or (0, 0, height, width)
    y = tf.cast(top + tf.range(rows), tf.float32) + 0.5  # [h] pixel centres
    x = tf.cast(left + tf.range(columns), tf.float32) + 0.5  # [w]
    ymin, xmin, ymax, xmax = tf.unstack(
        boxes * tf.cast([height, width, height, width], tf.float32), axis=1)
    in_rows = (y >= ymin[:, None]) & (y < ymax[:, None])  # [n, h]
    in_columns = (x >= xmin[:, None]) & (x < xmax[:, None])  # [n, w]
    covered = tf.matmul(  # [h, w]: how many boxes cover a pixel
        tf.cast(in_rows, tf.float32), tf.cast(in_columns, tf.float32),
        transpose_a=True)
    return tf.cast(covered > 0, tf.float32)[..., None]
