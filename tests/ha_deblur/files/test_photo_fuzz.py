"""A thousand damaged files: a picture or one line, and nothing else."""

import contextlib
import io
import signal
import struct
import warnings

import numpy as np
import pytest
from PIL import Image

from ha_deblur.commandline import UserError
from ha_deblur.files import photo
from ha_deblur.files.photo_files import heif_boxes, tiff_writing
from ha_deblur.files.photo_files.metadata import Metadata
from tests.mutated_files import mutated

FILES = 1000
SECONDS = 5  # for one file, of which the slowest took 0.1


def sound_files(photos):
    """{name: bytes} of small files of all kinds, with all that goes in them."""
    with contextlib.suppress(ImportError):
        import pillow_heif
        pillow_heif.register_heif_opener()
    rgb = Image.fromarray(photos(30, 40))
    rgba = rgb.copy()
    rgba.putalpha(Image.linear_gradient("L").resize((40, 30)))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    exif.get_ifd(0x8769)[0x927C] = b"a maker's note" * 3
    exif.get_ifd(0x8825)[1] = "N"
    about = {"exif": exif.tobytes(), "icc_profile": b"profile" * 9,
             "dpi": (300, 300), "xmp": b"<x tiff:Orientation='6'/>"}
    deep = np.asarray(rgba).astype(np.uint16) * 257
    described = Metadata(exif=exif.tobytes()[6:], xmp=b"<x/>", dpi=(72, 72))
    files = {
        "deep.tif": tiff_writing.encode(deep, described),
        "deep gray.tif": tiff_writing.encode(deep[..., :1], described),
        "deep.png": photo.encode(deep[..., :3], ".png", photo.Photo(
            deep[..., :3], metadata=described))}
    for name, image, file_format, options in (
            ("rgb.jpg", rgb, "JPEG", about),
            ("progressive.jpg", rgb, "JPEG", {"progressive": True, **about}),
            ("cmyk.jpg", rgb.convert("CMYK"), "JPEG", about),
            ("gray.jpg", rgb.convert("L"), "JPEG", about),
            ("rgba.png", rgba, "PNG", about),
            ("palette.png", rgb.convert("P"), "PNG", {"transparency": 7}),
            ("lossy.webp", rgb, "WEBP", about),
            ("lossless.webp", rgba, "WEBP", {"lossless": True, **about}),
            ("rgb.tif", rgb, "TIFF", about),
            ("lzw.tif", rgba, "TIFF", {"compression": "tiff_lzw"}),
            ("rgb.bmp", rgb, "BMP", {}), ("a.gif", rgb.convert("P"), "GIF", {}),
            ("animated.gif", rgb.convert("P"), "GIF", {
                "save_all": True, "append_images": [rgb.convert("P")]}),
            ("a.avif", rgb, "AVIF", about),
            ("a.heic", rgb, "HEIF", {"exif": about["exif"]})):
        Image.init()
        if file_format in Image.SAVE:
            buffer = io.BytesIO()
            image.save(buffer, file_format, **options)
            files[name] = buffer.getvalue()
    files["no end.jpg"] = files["rgb.jpg"][:-2]
    files["gain map.jpg"] = files["rgb.jpg"] * 2
    files["colours by nclx.avif"] = heif_boxes.with_cicp(photo.encode(
        np.asarray(rgb), ".avif"), (12, 13))
    files["deep gray and alpha.tif"] = tiff_writing.encode(
        deep[..., 2:], described)
    return files


@contextlib.contextmanager
def time_limit(what):
    def stop(*_):
        pytest.fail(f"{what} took more than {SECONDS} s")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_damaged_files_end_in_a_whole_picture_or_in_one_line(
        photos, tmp_path):
    generator = np.random.default_rng(0)
    files = sound_files(photos)
    names = list(files)
    written = refused = 0
    for number in range(FILES):
        name = names[number % len(names)]
        data = mutated(files[name], generator, list(files.values()))
        ending = "." + name.split(".")[1].replace("gif", "png")
        target = tmp_path / f"{number}{ending}"
        with warnings.catch_warnings(), time_limit(f"{name}, {number}"):
            warnings.simplefilter("ignore")
            try:
                picture = photo.read(data, name, max_pixels=1_000_000)
                photo.write(target, picture.pixels, picture)
            except UserError as error:
                refused += 1
                assert "\n" not in str(error) and name in str(error)
                assert not target.exists()
                continue
            written += 1
            again = photo.read(target)  # whole, and of the same size
            assert again.pixels.shape == picture.pixels.shape
    assert written > FILES / 10 and refused > FILES / 10
    assert len(list(tmp_path.iterdir())) == written  # and nothing beside


def test_huge_sizes_in_a_header_are_refused_at_once(photos):
    huge = struct.pack(">LL", 60000, 60000)
    png = sound_files(photos)["rgba.png"]
    with time_limit("a large PNG"), pytest.raises(UserError):
        photo.read(png[:16] + huge + png[24:])
