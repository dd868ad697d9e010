"""How a camera makes a training picture: the shutter, and the development.

One description for all that is blurred while training: a sharp picture by a
shaking camera (`camera_shake`), a photo in which people move (`moving_people`)
and video (`moving_video`). Not the paper's, whose pictures are blurred
beforehand.

Draws are random numbers, uniform in [0, 1).
"""

import dataclasses

import tensorflow as tf

from ha_deblur.blur import motion

FRAMES = 11  # sec. 3: averages of 11 frames
# GoPro's averages of 8 and 10 frames: which of 11, about the same central one.
AVERAGED = ((1, 9), (0, 10))
GAMMAS = (1.0, 2.2)  # of pixels as they are, and of linear light; it has both
# Downsampling removes a photo's own softness and its JPEG blocks.
SMALLEST = 0.6
_MOST_NOISE = 0.02  # standard deviation, of a range of 1
_JPEG_QUALITY = (50, 96)


@dataclasses.dataclass(frozen=True)
class Exposure:
    """The settings of all blur that is made while training.

    Attributes:
      max_motion: length of the longest path while the shutter is open, in
        pixels.
      median_motion: of the paths of a camera in the hand, in pixels; see
        `motion.handheld_motion`.
      sharp_share: of the patches that are sharp, half of these as finely
        detailed as can be, so that a network learns to leave alone what needs
        no deblurring.
      noise_share: of the patches whose blurred picture has noise.
      jpeg_share: of the patches whose blurred picture went through JPEG.
      odd_share: of the patches that are negatives: colours that no photo has.
    """

    max_motion: float = 32.0
    median_motion: float = 20.0
    sharp_share: float = 0.05
    noise_share: float = 0.0
    jpeg_share: float = 0.0
    odd_share: float = 0.0

    def hand(self, seed, draw):
        """The path of a camera in the hand, or of one that stands still.

        Args:
          seed: [2] integer tensor.
          draw: scalar, that of `is_sharp`.

        Returns:
          [FRAMES, 4], see `motion`.
        """
        path = motion.handheld_motion(
            seed, FRAMES, self.median_motion, self.max_motion)
        return tf.where(self.is_sharp(draw), 0.0, path)

    def is_sharp(self, draw):
        """Whether a patch stays sharp."""
        return draw < self.sharp_share

    def is_finest(self, draw):
        """Whether a patch is one of the sharp ones as detailed as can be.

        Args:
          draw: that of `is_sharp`.
        """
        return draw < self.sharp_share / 2

    def develops(self):
        """Whether `developed` changes anything."""
        return max(self.noise_share, self.jpeg_share, self.odd_share) > 0

    def developed(self, blurred, sharp, seed):
        """Pictures with the odd colours, noise and JPEG that some of them have.

        Noise and JPEG are the blurred picture's alone; colours change alike.

        Args:
          blurred, sharp: [b, c, c, 3] float32 in [0, 1].
          seed: [2] integer tensor; equal seeds give equal changes.

        Returns:
          Both, of the same shape and range.
        """
        seeds = tf.random.experimental.stateless_split(seed, 3)
        size = tf.shape(blurred)[0]
        draws = tf.random.stateless_uniform([4, size, 1, 1, 1], seeds[0])
        odd = draws[0] < self.odd_share
        blurred, sharp = (tf.where(odd, 1 - image, image)
                          for image in (blurred, sharp))
        deviation = tf.where(draws[1] < self.noise_share,
                             _MOST_NOISE * draws[2], 0.0)
        blurred = tf.clip_by_value(
            blurred + deviation * tf.random.stateless_normal(
                tf.shape(blurred), seeds[1]), 0, 1)
        if self.jpeg_share:
            blurred = tf.map_fn(
                lambda sample: self._through_jpeg(*sample, seeds[2]),
                (blurred, draws[3, :, 0, 0, 0], tf.range(size)),
                fn_output_signature=tf.TensorSpec(
                    blurred.shape[1:], tf.float32))
        return blurred, sharp

    def _through_jpeg(self, image, draw, number, seed):
        quality = tf.random.stateless_uniform(
            [], seed + [0, number], *_JPEG_QUALITY, tf.int32)
        return tf.cond(draw < self.jpeg_share, lambda: tf.ensure_shape(
            tf.image.adjust_jpeg_quality(image, quality), image.shape),
            lambda: image)


def averaged_frames(draw):
    """[2] int32: of FRAMES, the first that is averaged, and the end."""
    return tf.gather(AVERAGED, tf.cast(draw * len(AVERAGED), tf.int32))


def gamma_of(draw):
    """The gamma of the light that is averaged: of GAMMAS."""
    return tf.gather(GAMMAS, tf.cast(draw * len(GAMMAS), tf.int32))


def shrink_of(draw):
    """The factor by which a picture is first downsampled, SMALLEST to 1."""
    return SMALLEST + (1 - SMALLEST) * draw
