"""Small videos, and folders of frames, of a camera that pans."""

import numpy as np
import pytest
from PIL import Image


def scene(seed=0):
    """A coarse random pattern [96, 320, 3] that shows motion well."""
    coarse = np.random.default_rng(seed).integers(
        0, 256, (8, 27, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(
        (320, 96), Image.Resampling.BICUBIC))


def pan(count, step=2, seed=0):
    """`count` frames [96, 128, 3] of a camera that pans over the scene."""
    return [scene(seed)[:, i * step:i * step + 128] for i in range(count)]


def flat(count):
    return [np.full((96, 128, 3), 100 + i, np.uint8) for i in range(count)]


def write_folder(folder, frames):
    folder.mkdir(parents=True)
    for i, frame in enumerate(frames, 1):
        Image.fromarray(frame).save(folder / f"{i}.png")
    return folder


def write_video(path, frames):
    """Encodes a video with a key frame every 12 frames."""
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(str(path), "w", options={"movflags": "faststart"}) as file:
        stream = file.add_stream("libx264", rate=240)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "5", "g": "12"}
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(
                np.ascontiguousarray(frame), format="rgb24")))
        file.mux(stream.encode())
    return path
