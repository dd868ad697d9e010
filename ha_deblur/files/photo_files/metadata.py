"""What a photo file says about its picture."""

import dataclasses
import struct
import typing

from PIL import PngImagePlugin

from ha_deblur.files.photo_files import icc_profiles, jpeg, photoshop, png, xmp

# The tags of a TIFF file's directory that describe the picture and not how it
# is stored: names, texts, rights, ratings, EXIF, GPS, GeoTIFF with GDAL's,
# Windows' own.
DESCRIPTIVE = {
    0x010D, 0x010E, 0x010F, 0x0110, 0x011D, 0x0131, 0x0132, 0x013B, 0x013C,
    0x4746, 0x4749, 0x8298, 0x8769, 0x8825, *range(0x9C9B, 0x9CA0),
    0x830E, 0x8482, *range(0x87AF, 0x87B2), 0xA480, 0xA481}
# What a format can't hold, of what not all formats can.
_NO_ROOM = {
    "JPEG": ("texts",),
    "PNG": ("extended_xmp", "jpeg_segments"),
    "TIFF": ("extended_xmp", "jpeg_segments", "comment", "texts"),
    "WEBP": ("extended_xmp", "jpeg_segments", "comment", "texts", "iptc",
             "photoshop"),
    "BMP": ("extended_xmp", "jpeg_segments", "comment", "texts", "iptc",
            "photoshop", "exif", "xmp", "colours")}
_NO_ROOM["AVIF"] = _NO_ROOM["HEIF"] = _NO_ROOM["WEBP"]
_CALLED = {
    "extended_xmp": "extended XMP", "jpeg_segments": "other programs' data",
    "comment": "comment", "texts": "PNG texts", "iptc": "IPTC",
    "photoshop": "Photoshop data", "exif": "EXIF", "xmp": "XMP",
    "colours": "colour profile"}


@dataclasses.dataclass(frozen=True)
class Metadata:
    """Describes an upright picture, independently of file formats.

    Attributes:
      exif: EXIF from its byte order on, without thumbnail; or b"".
      xmp: XMP, or b"".
      extended_xmp: what JPEG's XMP had no room for, or b"".
      iptc: IPTC-IIM records, or b"".
      photoshop: Photoshop's other resources, or b"".
      icc_profile: what the colours mean, or b"".
      cicp: the same by ITU-T H.273: (primaries, transfer), or None for sRGB.
      dpi: (horizontal, vertical) resolution, or None.
      comment: JPEG's and GIF's comment, or b"".
      png_chunks: ((name, content), ...) that only PNG has.
      jpeg_segments: ((marker, content), ...) that only JPEG has.
    """

    exif: bytes = b""
    xmp: bytes = b""
    extended_xmp: bytes = b""
    iptc: bytes = b""
    photoshop: bytes = b""
    icc_profile: bytes = b""
    cicp: typing.Optional[tuple] = None
    dpi: typing.Optional[tuple] = None
    comment: bytes = b""
    png_chunks: tuple = ()
    jpeg_segments: tuple = ()

    @property
    def is_hdr(self):
        """Whether the colours are brighter than a screen's white."""
        return bool(self.cicp) and self.cicp[1] in (
            icc_profiles.PQ, icc_profiles.HLG)

    @property
    def texts(self):
        """Those of `png_chunks` that are texts."""
        return [chunk for chunk in self.png_chunks if chunk[0] in png.TEXTS]

    def colours(self):
        """A Metadata of nothing but what the colours mean."""
        return Metadata(
            icc_profile=self.icc_profile, cicp=self.cicp,
            png_chunks=tuple(chunk for chunk in self.png_chunks
                             if chunk[0] in png.COLOURS))

    def profile(self, gray=False):
        """The ICC profile, made if only numbers describe the colours; or b"".

        Args:
          gray: whether the picture is written as one channel.
        """
        if self.icc_profile:
            return self.icc_profile
        if self.cicp:
            return icc_profiles.of_cicp(*self.cicp, gray)
        chunks = dict(self.png_chunks)
        if b"sRGB" in chunks or not (chunks.keys() & {b"gAMA", b"cHRM"}):
            return b""
        gamma, points = chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b"")
        return icc_profiles.of_gamma(
            int.from_bytes(gamma[:4], "big") / 100000,
            [value / 100000 for value in struct.unpack(">8L", points)]
            if len(points) == 32 else None, gray)

    def save_options(self, file_format, gray=False):
        """Options of Pillow's `save` for "JPEG", "PNG", "WEBP", ....

        What the format has no room for is left out: see `lost`.

        Args:
          file_format: as Pillow calls it.
          gray: whether the picture is written as one channel.
        """
        options = {"icc_profile": self.profile(gray) or None}
        if self.cicp and not self.icc_profile and file_format in (
                "AVIF", "HEIF"):
            options["icc_profile"] = None
            if file_format == "HEIF":
                options.update(zip(
                    ("color_primaries", "transfer_characteristics"),
                    self.cicp), matrix_coefficients=6, full_range_flag=1)
        if self.dpi:
            options["dpi"] = self.dpi
        if file_format == "JPEG":
            options["comment"] = self.comment[:jpeg.SEGMENT]
            options["extra"] = jpeg.segments(self)
            if self.exif and len(self.exif) + 6 <= jpeg.SEGMENT:
                options["exif"] = b"Exif\0\0" + self.exif
            return options
        if self.exif:
            options["exif"] = b"Exif\0\0" + self.exif
        if file_format == "PNG":
            options["pnginfo"] = self._png_info(options["icc_profile"])
        elif self.xmp:
            options["xmp"] = xmp.without_pointer(self.xmp)
        return options

    def lost(self, file_format):
        """Names of what a format has no room for, as a list."""
        given = {"colours": self.profile(), **{
            name: getattr(self, name) for name in _CALLED if name != "colours"}}
        lost = [_CALLED[name] for name in _NO_ROOM.get(file_format, ())
                if given[name]]
        if self.dpi and file_format in ("WEBP", "AVIF", "HEIF") and not (
                self.exif):
            lost.append("resolution")
        return lost

    def _png_info(self, profile):
        information = PngImagePlugin.PngInfo()
        chunks = list(self.png_chunks)
        if self.cicp and b"cICP" not in dict(chunks):
            chunks.insert(0, (b"cICP", bytes([*self.cicp, 0, 1])))
        if self.comment:
            chunks.append((b"tEXt", b"Comment\0" + self.comment.replace(
                b"\0", b" ")))
        if resources := photoshop.joined(self.iptc, self.photoshop):
            chunks.append(png.raw_profile("iptc", resources))
        for name, content in chunks:
            if not (name == b"sRGB" and profile):  # one or the other
                information.add(name, content)
        if self.xmp:
            information.add_itxt(
                "XML:com.adobe.xmp",
                xmp.without_pointer(self.xmp).decode("utf-8", "replace"))
        return information
