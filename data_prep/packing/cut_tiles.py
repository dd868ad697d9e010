"""Cuts pairs into overlapping tiles: a patch decodes less than a picture."""

from data_prep.packing import encoded
from ha_deblur.files.image_files import read_image


def corners(length, tile):
    """Where tiles begin along one side, evenly spread from end to end.

    They overlap by half a tile or more, so that every window of half a tile
    lies in one of them.

    Args:
      length: of the side, in pixels.
      tile: length of a tile; at least that of the side gives [0].
    """
    room = length - tile
    if room <= 0:
        return [0]
    count = 1 + -(-room // (tile // 2))
    return [round(index * room / (count - 1)) for index in range(count)]


def cut_boxes(boxes, window, size):
    """The boxes as seen in a window; those outside of it are left out.

    Args:
      boxes: a list of normalized [ymin, xmin, ymax, xmax] of the picture.
      window: (top, left, height, width) in pixels.
      size: (height, width) of the picture.

    Returns:
      A list of boxes, normalized to the window and cut to it.
    """
    top, left, rows, columns = window
    height, width = size
    seen = []
    for ymin, xmin, ymax, xmax in boxes:
        edges = ((ymin * height - top) / rows, (xmin * width - left) / columns,
                 (ymax * height - top) / rows, (xmax * width - left) / columns)
        edges = [min(max(edge, 0.0), 1.0) for edge in edges]
        if edges[2] > edges[0] and edges[3] > edges[1]:
            seen.append(edges)
    return seen


def cut(pair, boxes, tile):
    """Yields (name, (height, width), blurred, sharp, boxes) of each tile.

    Images are encoded as PNG; the name ends in "@LEFT,TOP".

    Args:
      pair: a `Pair`.
      boxes: normalized [ymin, xmin, ymax, xmax], or None.
      tile: height and width in pixels; less where the picture is smaller.
    """
    images = read_image(pair.blurred), read_image(pair.sharp)
    size = images[0].shape[:2]
    rows, columns = min(tile, size[0]), min(tile, size[1])
    for top in corners(size[0], tile):
        for left in corners(size[1], tile):
            yield (f"{pair.name}@{left},{top}", (rows, columns),
                   *(encoded.png(image[top:top + rows, left:left + columns])
                     for image in images),
                   None if boxes is None else
                   cut_boxes(boxes, (top, left, rows, columns), size))

