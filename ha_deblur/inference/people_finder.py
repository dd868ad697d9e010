"""Boxes of people, found by a model's own attention at several scales."""

import math

import numpy as np
from PIL import Image

from ha_deblur.annotations import attention_boxes

# Attention is trained on patches around people of ordinary size. People who are
# much larger or smaller have that size at one of these scales.
SHORT_SIDES = (256, 384, 512, 768)
_GREATEST_ENLARGEMENT = 1.5  # more shows nothing new
_MOST_PIXELS = 2**21  # bounds the memory, for long panoramas too
# The mean finds more people and has fewer false positives than the maximum,
# which keeps whatever a single scale mistakes for a person.
FUSIONS = {"mean": np.mean, "max": np.max}


class PeopleFinder:
    """Finds people on pictures of any size.

    Args:
      attention_map: an AttentionMap.
      short_sides: the shorter side of the picture at each scale, in pixels.
      fusion: how the scales' maps are combined, one of FUSIONS.

    Example:
      people = PeopleFinder(attention_map.load("fast"))(image)
    """

    def __init__(self, attention_map, short_sides=SHORT_SIDES, fusion="mean"):
        self._map = attention_map
        self._short_sides = short_sides
        self._fuse = FUSIONS[fusion]

    def __call__(self, image):
        """A list of ([x, y, width, height] in pixels, score in [0, 1]).

        Args:
          image: [h, w, 3] uint8 RGB.
        """
        attention = self.attention(image)
        down, across = (whole / part for whole, part in zip(
            image.shape, attention.shape))
        return [([x * across, y * down, width * across, height * down], score)
                for (x, y, width, height), score
                in attention_boxes.boxes_of(attention)]

    def attention(self, image):
        """The maps A of all scales combined: [h', w'], the largest scale.

        Args:
          image: [h, w, 3] uint8 RGB.
        """
        sizes = scaled_sizes(*image.shape[:2], self._short_sides)
        picture = Image.fromarray(image)
        maps = [self._map(np.asarray(_resized(picture, size)))
                for size in sizes]
        return self._fuse([np.asarray(_resized(Image.fromarray(one), sizes[-1]))
                           for one in maps], axis=0)


def scaled_sizes(height, width, short_sides=SHORT_SIDES):
    """The (height, width) of a picture's scales, smallest first.

    Args:
      height: of the picture.
      width: of the picture.
      short_sides: lengths of the shorter side, in pixels.
    """
    most = min(_GREATEST_ENLARGEMENT,
               math.sqrt(_MOST_PIXELS / (height * width)))
    scales = {min(short / min(height, width), most) for short in short_sides}
    return [tuple(max(round(scale * side), 1) for side in (height, width))
            for scale in sorted(scales)]


def _resized(picture, size):
    """A PIL image resized to (height, width), with antialiasing."""
    height, width = size
    return picture.resize((width, height), Image.Resampling.BILINEAR)
