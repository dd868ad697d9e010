"""The colours, sizes and depths of videos: nothing shifts on the way."""

import numpy as np
import pytest

from data_prep.video.video_frames import open_frames
from ha_deblur.files.video import deblur_video
from tests import clips
from tests.clips import Stand

LIMITED, FULL = 1, 2
BT709, BT601 = 1, 6


def deblurred(tmp_path, source, deblurrer=None):
    target = tmp_path / "out" / source.name
    deblur_video(deblurrer or Stand(), source, target)
    return target


def meaning(path):
    import av
    with av.open(str(path)) as file:
        context = file.streams.video[0].codec_context
        return (context.color_range, context.colorspace,
                context.color_primaries, context.color_trc)


def assert_same(source, result, scale=1):
    """Within what the encoder rounds, and without a shift."""
    before, after = clips.frames(source), clips.frames(result)
    assert len(before) == len(after)
    for channel in range(3):
        difference = np.stack([
            clips.planes(new)[channel] - clips.planes(old)[channel]
            for old, new in zip(before, after)]) / scale
        assert abs(difference.mean()) < 0.25
        assert abs(difference).mean() < 1
        assert abs(difference).max() < 8
    return before[0], after[0]


@pytest.mark.parametrize("colorspace", [BT709, BT601])
@pytest.mark.parametrize("color_range", [LIMITED, FULL])
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_range_and_matrix_are_kept_and_no_colour_shifts(
        tmp_path, ending, color_range, colorspace):
    source = clips.write(
        tmp_path / f"clip{ending}", color_range=color_range,
        colorspace=colorspace, color_primaries=colorspace,
        color_trc=colorspace)
    seen = Stand()
    result = deblurred(tmp_path, source, seen)
    before, _ = assert_same(source, result)
    assert meaning(result) == meaning(source) == (
        color_range, colorspace, colorspace, colorspace)

    # and what the network saw is what this range and matrix mean
    y, cb, cr = (plane[24:26, 24:26].mean() if i == 0 else plane[12, 12]
                 for i, plane in enumerate(clips.planes(before)))
    red = {BT709: 2 * (1 - 0.2126), BT601: 2 * (1 - 0.299)}[colorspace] * (
        cr - 128)
    expected = (y - 16) * 255 / 219 + red * 255 / 224 if (
        color_range == LIMITED) else y + red
    found = seen.pictures[0][24:26, 24:26, 0].mean()
    assert found == pytest.approx(expected, abs=2)


def test_what_the_network_leaves_alone_is_encoded_as_it_was(tmp_path):
    """Even values that RGB can't hold, and fine chroma: to the last bit."""
    import av

    from ha_deblur.files.video_files.frame_format import FrameFormat
    generator = np.random.default_rng(0)
    frame = av.VideoFrame(101, 57, "yuv420p")
    for plane in frame.planes:
        np.frombuffer(plane, np.uint8)[:] = generator.integers(
            0, 256, plane.line_size * plane.height)
    look = FrameFormat.of(
        frame, av.CodecContext.create("h264", "r"), ["yuv420p"],
        odd_needs_444=False, keeps_range=True)
    planes = look.planes(frame)
    rgb = look.rgb(planes)
    assert rgb.shape == (57, 101, 3)
    same = clips.planes(look.changed(planes, rgb, rgb))
    for old, new in zip(clips.planes(frame), same):
        np.testing.assert_array_equal(old, new)

    changed = rgb.copy()
    changed[:, 50:] = 0  # people_only does the like
    mixed = clips.planes(look.changed(planes, rgb, changed))
    for old, new in zip(clips.planes(frame), mixed):
        half = old.shape[1] // 2 - 3
        np.testing.assert_array_equal(old[:, :half], new[:, :half])
        assert np.any(old[:, half:] != new[:, half:])


def test_changes_of_the_network_arrive(tmp_path):
    source = clips.write(tmp_path / "clip.mp4")
    result = deblurred(tmp_path, source, Stand(lambda image: 255 - image))
    for old, new in zip(clips.frames(source), clips.frames(result)):
        total = clips.upright(old).astype(int) + clips.upright(new)
        assert abs(total - 255).mean() < 3


def test_ten_bits_stay_ten_bits(tmp_path):
    source = clips.write(
        tmp_path / "clip.mp4", codec="libx265", pix_fmt="yuv420p10le",
        options={"x265-params": "log-level=none:crf=4"},
        colorspace=9, color_primaries=9, color_trc=18, color_range=LIMITED)
    seen = Stand()
    result = deblurred(tmp_path, source, seen)
    before, after = assert_same(source, result, scale=4)
    assert seen.pictures[0].dtype == np.uint16
    assert after.format.name == "yuv420p10le"
    assert meaning(result) == (LIMITED, 9, 9, 18)  # BT.2020 and HLG


@pytest.mark.parametrize("codec, pix_fmt, ending", [
    ("libvpx-vp9", "yuv420p", ".webm"), ("mpeg4", "yuv420p", ".avi"),
    ("mpeg4", "yuv420p", ".mkv"), ("ffv1", "yuv420p10le", ".mkv"),
    ("ffv1", "bgr0", ".mkv")])
def test_odd_sizes_stay_odd(tmp_path, codec, pix_fmt, ending):
    source = clips.write(
        tmp_path / f"clip{ending}", width=101, height=57, codec=codec,
        pix_fmt=pix_fmt, options={}, count=3,
        sound="libopus" if ending == ".webm" else "pcm_s16le")
    result = deblurred(tmp_path, source)
    for old, new in zip(clips.frames(source), clips.frames(result)):
        assert (new.width, new.height) == (101, 57)
        difference = clips.upright(new).astype(int) - clips.upright(old)
        assert abs(difference).mean() < 4
        assert abs(difference.mean()) < 0.7


def test_full_range_becomes_limited_where_the_file_can_t_tell(tmp_path):
    source = clips.write(tmp_path / "camera.avi", codec="mjpeg",
                         pix_fmt="yuvj422p", sound="pcm_s16le", options={
                             "qmin": "2", "qmax": "2"})
    result = deblurred(tmp_path, source)
    for old, new in zip(clips.frames(source), clips.frames(result)):
        difference = clips.planes(new)[0] - (
            16 + clips.planes(old)[0] * 219 / 255)
        assert abs(difference.mean()) < 0.3
        difference = clips.upright(new).astype(int) - clips.upright(old)
        assert abs(difference.mean()) < 0.7


MATRICES = {  # 16.16 fixed point, as phones write them
    "clockwise": [0, 1, 0, -1, 0, 0, 0, 0, 16384],
    "counterclockwise": [0, -1, 0, 1, 0, 0, 0, 0, 16384],
    "upside_down": [-1, 0, 0, 0, -1, 0, 0, 0, 16384],
    "mirrored": [-1, 0, 0, 0, 1, 0, 0, 0, 16384]}


@pytest.mark.parametrize("turn", MATRICES)
def test_lying_videos_are_turned_upright_for_the_network_and_in_the_file(
        tmp_path, turn):
    matrix = [65536 * value if abs(value) == 1 else value
              for value in MATRICES[turn]]
    source = clips.write(tmp_path / "phone.mp4", rotation=matrix, count=3)
    seen = Stand()
    result = deblurred(tmp_path, source, seen)
    old, new = clips.frames(source)[1], clips.frames(result)[1]
    shown = clips.upright(old)
    if turn == "mirrored":
        shown = old.to_ndarray(format="rgb24")[:, ::-1]
    assert new.rotation == 0
    assert seen.pictures[0].shape == shown.shape
    assert abs(clips.upright(new).astype(int) - shown).mean() < 3


def test_pixels_that_are_no_squares_stay_so_when_turned(tmp_path):
    from fractions import Fraction
    source = clips.write(
        tmp_path / "phone.mp4", count=2, sample_aspect_ratio=Fraction(4, 3),
        rotation=[0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30])
    import av
    with av.open(str(deblurred(tmp_path, source))) as file:
        assert file.streams.video[0].sample_aspect_ratio == Fraction(3, 4)


def grey_video(path, codec, pix_fmt, level, color_range, options):
    """Flat grey, whose 8-bit level is `level`."""
    import av
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pix_fmt
        if color_range:
            stream.codec_context.color_range = color_range
        frame = av.VideoFrame(64, 48, pix_fmt)
        bits = frame.format.components[0].bits
        np.frombuffer(frame.planes[0], np.uint16 if bits > 8 else np.uint8)[
            :] = level << bits - 8
        frame.pts = 0
        file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@pytest.mark.parametrize("color_range", [None, LIMITED, FULL])
@pytest.mark.parametrize("codec, pix_fmt, ending", [
    ("libx265", "gray", ".mkv"), ("libx265", "gray10le", ".mkv"),
    ("libx264", "gray", ".mp4"),
    ("libx264", "gray10le", ".mkv"), ("ffv1", "gray", ".mkv")])
def test_grey_keeps_its_contrast(
        tmp_path, codec, pix_fmt, ending, color_range):
    pytest.importorskip("av", "16", "PyAV 15, Python 3.9's last, loses some")
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    is_full = color_range == FULL or (
        codec == "ffv1" and color_range is None)
    for level in (40, 200):
        source = grey_video(tmp_path / f"grey{ending}", codec, pix_fmt, level,
                            color_range, options)
        seen = Stand()
        result = deblurred(tmp_path, source, seen)
        (before,), (after,) = clips.frames(source), clips.frames(result)
        for frame in (before, after):
            unit = 2 ** (frame.format.components[0].bits - 8)
            assert clips.planes(frame)[0].mean() / unit == pytest.approx(
                level, abs=0.5)
        assert (after.color_range == FULL) == is_full
        if codec == "libx265":
            assert after.format.name == (
                "gray" if pix_fmt == "gray" else "gray10le")
        picture = seen.pictures[0]
        scale = 255 / np.iinfo(picture.dtype).max
        shown = level if is_full else (level - 16) * 255 / 219
        assert picture.mean() * scale == pytest.approx(shown, abs=1.5)
        assert next(iter(open_frames(source))).mean() == pytest.approx(
            shown, abs=2.5)


def test_grey_of_full_range_becomes_limited_where_the_file_can_t_tell(
        tmp_path):
    source = grey_video(tmp_path / "grey.avi", "ffv1", "gray", 200, FULL, {})
    after, = clips.frames(deblurred(tmp_path, source))
    assert clips.planes(after)[0].mean() == pytest.approx(
        16 + 200 * 219 / 255, abs=1)
