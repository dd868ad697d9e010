"""Boxes of people, found by a model's own attention at several scales."""

import math

import numpy as np
from PIL import Image

from ha_deblur.annotations import attention_boxes

# Attention learns from patches about people of ordinary size; who is much
# larger or smaller is so at one of these lengths of the shorter side.
SHORT_SIDES = (256, 384, 512, 768)
_GREATEST_ENLARGEMENT = 1.5  # past which there is nothing new to see
_MOST_PIXELS = 2**21  # of long panoramas, too: bounds the memory it takes
# The mean found more people, and fewer others, than the maximum, which takes
# over whatever one scale alone mistakes for a person.
FUSIONS = {"mean": np.mean, "max": np.max}


class PeopleFinder:
    """Finds people on pictures of any size.

    Args:
      attention_map: an AttentionMap.
      short_sides: of the scales, in pixels.
      fusion: of the scales' maps, one of FUSIONS.

    Example:
      people = PeopleFinder(attention_map.load("fast"))(image)
    """

    def __init__(self, attention_map, short_sides=SHORT_SIDES, fusion="mean"):
        self._map = attention_map
        self._short_sides = short_sides
        self._fuse = FUSIONS[fusion]

    def __call__(self, image):
        """A list of ([x, y, width, height], score), in the picture's pixels.

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
        """The maps A of all scales as one, [h', w'], of the largest's size.

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
    """The (height, width) of the scales of a picture, the smallest first.

    Args:
      height: the picture's.
      width: the picture's.
      short_sides: what the shorter side shall become.
    """
    most = min(_GREATEST_ENLARGEMENT,
               math.sqrt(_MOST_PIXELS / (height * width)))
    scales = {min(short / min(height, width), most) for short in short_sides}
    return [tuple(max(round(scale * side), 1) for side in (height, width))
            for scale in sorted(scales)]


def _resized(picture, size):
    """A PIL image at (height, width): filtered before it is made smaller."""
    height, width = size
    return picture.resize((width, height), Image.Resampling.BILINEAR)
