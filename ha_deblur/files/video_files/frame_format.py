"""How the pixels of a video are kept, and the way to RGB and back.

Frames become upright RGB for the network. Only its change goes back: the
difference in Y'CbCr between its result and its input is added to the frame's
own Y'CbCr. So what it leaves alone keeps its exact values, even those that RGB
can't hold, and chroma is not filtered twice.
"""

import dataclasses
import itertools
import typing
from fractions import Fraction

import numpy as np

from ha_deblur.files.video_files import pixels
from ha_deblur.files.video_files.pixels import FULL, LIMITED

# FFmpeg's numbers: AVCOL_SPC.
_BT709, _BT601 = 1, 5
# AVCOL_SPC to SWS_CS, which names the same matrices differently.
_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
# Codecs whose frames have limited range unless they say otherwise; grey frames
# of other codecs have full range.
_LIMITED_BY_DEFAULT = ("h264", "hevc", "av1", "vp8", "vp9", "mpeg2video")
GRAY = ("hevc", "av1")  # that can encode frames without chroma
_HD_HEIGHT = 720  # from here on, files that don't say mean BT.709, else BT.601


@dataclasses.dataclass(frozen=True)
class FrameFormat:
    """Pixels as they are encoded: planar Y'CbCr, or Y alone, upright.

    Transparency, if it is kept, is a fourth plane, which passes unchanged.

    Attributes:
      width: in pixels, upright.
      height: the same.
      pixel_format: FFmpeg's name, such as "yuv420p10le", "gray", "yuva420p".
      color_range: AVColorRange, limited or full.
      colorspace: AVColorSpace, the matrix from RGB; may be unspecified.
      color_primaries: AVColorPrimaries.
      color_trc: AVColorTransferCharacteristic.
      sample_aspect_ratio: width by height of a pixel, a Fraction.
      turn: (a, b, c, d), the signs in the display matrix: a stored pixel at
        (x, y) is shown at (ax + cy, bx + dy), from the other border where
        that is negative.
      stored_range: AVColorRange of the source.
    """

    width: int
    height: int
    pixel_format: str
    color_range: int
    colorspace: int
    color_primaries: int
    color_trc: int
    sample_aspect_ratio: typing.Optional[Fraction]
    turn: tuple
    stored_range: int

    @classmethod
    def of(cls, frame, context, pixel_formats, odd_needs_444, keeps_range,
           keeps_alpha=False, aspect=None):
        """What keeps a video best.

        Args:
          frame: an av.VideoFrame of it.
          context: the av.VideoCodecContext that decoded it.
          pixel_formats: names of those that the encoder takes.
          odd_needs_444: whether it takes odd sizes only without subsampling.
          keeps_range: whether the file can tell that its range is full.
          keeps_alpha: whether transparency is to be kept.
          aspect: width by height of a pixel as the file says; None: as the
            context does.
        """
        turn = pixels.turn(frame)
        lying = turn[0] == 0
        width, height = frame.width, frame.height
        aspect = aspect or context.sample_aspect_ratio or None
        if lying:
            width, height = height, width
            aspect = aspect and 1 / aspect
        is_gray = pixels.has_gray_format(frame)
        chroma = "420" if is_gray else pixels.chroma(frame.format)
        if (chroma == "422" and lying) or (
                odd_needs_444 and (width % 2 or height % 2)):
            chroma = "444"
        deep = "10le" if frame.format.components[0].bits > 8 else ""
        yuv = "yuva" if keeps_alpha else "yuv"
        wanted = [f"{yuv}{chroma}p{deep}", f"{yuv}420p{deep}",
                  f"{yuv}{chroma}p", f"{yuv}444p10le", f"{yuv}420p"]
        codec = context.codec.canonical_name
        if is_gray and chroma == "420" and codec in GRAY:
            wanted.insert(0, f"gray{deep}")
        pixel_format = next(
            (name for name in wanted if name in pixel_formats), "yuv420p")
        is_rgb = pixels.is_rgb(frame.format)
        stored_range = frame.color_range or (
            FULL if is_gray and codec not in _LIMITED_BY_DEFAULT
            else LIMITED)
        if is_rgb or frame.format.name.startswith("yuvj"):
            stored_range = FULL
        return cls(
            width, height, pixel_format,
            color_range=(FULL if stored_range == FULL and keeps_range
                         and not is_rgb else LIMITED),
            colorspace=_BT709 if is_rgb else frame.colorspace,
            color_primaries=context.color_primaries,
            color_trc=context.color_trc, sample_aspect_ratio=aspect, turn=turn,
            stored_range=stored_range)

    @property
    def is_deep(self):
        """Whether it has 10 bits, and so RGB of 16."""
        return self.pixel_format.endswith("10le")

    @property
    def has_alpha(self):
        """Whether it keeps transparency."""
        return self.pixel_format.startswith("yuva")

    def planes(self, frame):
        """An av.VideoFrame's Y, Cb, Cr, alpha: [h, w] arrays, upright."""
        a, b, c, d = self.turn
        width, height = self.width, self.height
        if a == 0:
            width, height = height, width
        is_rgb = pixels.is_rgb(frame.format)
        if pixels.has_gray_format(frame):
            return self._turned(self._gray_planes(frame, width, height))
        # FFmpeg's other name for full range, by which it would be changed.
        prefix = "yuvj" if frame.format.name.startswith("yuvj") else "yuv"
        wanted = self.pixel_format.replace("yuv", prefix)
        if (frame.width, frame.height, frame.format.name) != (
                width, height, wanted):
            frame = (self._converted(frame, wanted, width, height) if is_rgb
                     else frame.reformat(width, height, wanted))
        planes = list(pixels.arrays(frame))
        if self.stored_range != self.color_range and not is_rgb:
            planes[:3] = [
                pixels.limited(plane, self.is_deep, is_chroma=number > 0)
                for number, plane in enumerate(planes[:3])]
        return self._turned(planes)

    def rgb(self, planes):
        """Planes to the network's picture: [h, w, 3] uint8 or uint16."""
        import av

        frame = av.VideoFrame(self.width, self.height, self._opaque_format)
        for target, plane in itertools.zip_longest(
                pixels.arrays(frame), planes[:3]):
            target[:] = self._neutral if plane is None else plane
        return self._converted(frame, self._rgb_format).to_ndarray()

    def changed(self, planes, before, after):
        """The frame to encode.

        Args:
          planes: of the blurred frame.
          before: `rgb` of them.
          after: the network's result for it.

        Returns:
          an av.VideoFrame.
        """
        import av

        frame = av.VideoFrame(self.width, self.height, self.pixel_format)
        top = 1023 if self.is_deep else 255
        targets = list(pixels.arrays(frame))
        for target, plane, old, new in zip(
                targets, planes, self._from_rgb(before),
                self._from_rgb(after)):
            change = new.astype(np.int32) - old
            target[:] = np.clip(plane + change, 0, top)
        for target, alpha in zip(targets[3:], planes[3:]):
            target[:] = alpha
        return frame

    def _turned(self, planes):
        """Upright ones."""
        a, b, c, d = self.turn
        if a == 0:
            planes = [plane.T for plane in planes]
        return [plane[::b + d, ::a + c] for plane in planes]

    def _gray_planes(self, frame, width, height):
        """Those of a grey frame, whose range swscale would take for full."""
        name = "gray10le" if self.is_deep else "gray"
        if (frame.width, frame.height, frame.format.name) != (
                width, height, name):
            frame = frame.reformat(width, height, name)
        luma = next(pixels.arrays(frame))
        if self.stored_range != self.color_range:
            luma = pixels.limited(luma, self.is_deep, is_chroma=False)
        if self.pixel_format.startswith("gray"):
            return [luma]
        step = 2 if "420" in self.pixel_format else 1
        chroma = np.full((-(-height // step), -(-width // step)),
                         self._neutral, luma.dtype)
        return [luma, chroma, chroma]

    @property
    def _opaque_format(self):
        """With chroma and without transparency."""
        return self.pixel_format.replace("yuva", "yuv").replace(
            "gray10le", "yuv420p10le").replace("gray", "yuv420p")

    @property
    def _neutral(self):
        """Cb and Cr of grey."""
        return 512 if self.is_deep else 128

    @property
    def _rgb_format(self):
        return "rgb48le" if self.is_deep else "rgb24"

    @property
    def _matrix(self):
        is_hd = min(self.width, self.height) >= _HD_HEIGHT
        guess = _BT709 if is_hd else _BT601
        return _MATRICES.get(self.colorspace, guess)

    def _from_rgb(self, rgb):
        import av

        frame = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(rgb), self._rgb_format)
        return list(pixels.arrays(self._converted(frame, self._opaque_format)))

    def _converted(self, frame, pixel_format, width=None, height=None):
        """A frame as or from RGB."""
        # RGB has no matrix, but older PyAV heeds none if both are the same.
        rgb = (_BT601 if self._matrix == _BT709 else _BT709), FULL
        ours = self._matrix, self.color_range
        old, new = (rgb, ours) if pixels.is_rgb(frame.format) else (ours, rgb)
        return frame.reformat(
            width, height, pixel_format, src_colorspace=old[0],
            dst_colorspace=new[0], src_color_range=old[1],
            dst_color_range=new[1])
