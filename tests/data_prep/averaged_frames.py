"""What the averaging command wrote and said."""

import re

import numpy as np
from PIL import Image


def pixels(path):
    return np.asarray(Image.open(path))


def files(folder):
    return sorted(path.relative_to(folder).as_posix()
                  for path in folder.rglob("*.*"))


def skipped(done):
    """{"1-11": reason} as the command told."""
    return dict(re.findall(r"skipped: frames (\d+-\d+): (.+)", done.stderr))
