"""Pictures of a figure that HOG takes for a person."""

import numpy as np
from PIL import Image, ImageDraw


def walker(height, width, box):
    """A dark figure that fills `box` on a light ground, [h, w, 3] uint8."""
    image = Image.new("RGB", (width, height), (190, 190, 190))
    draw = ImageDraw.Draw(image)
    x, y, box_width, box_height = box

    def place(*points):
        return [(x + across * box_width, y + down * box_height)
                for across, down in points]
    draw.ellipse(place((0.27, 0), (0.73, 0.15)), (40, 40, 50))
    draw.rounded_rectangle(place((0, 0.16), (1, 0.54)), box_width // 4,
                           (40, 40, 50))
    draw.polygon(place((0.14, 0.5), (0.86, 0.5), (0.95, 1), (0.64, 1),
                       (0.5, 0.62), (0.36, 1), (0.05, 1)), (40, 40, 50))
    return np.asarray(image)
