"""Splits into training and test that never share a source video (sec. 3)."""

import collections
import random
import re
from pathlib import Path

import numpy as np

from ha_deblur import whole_file
from ha_deblur.annotations.pairs import source_video
from ha_deblur.commandline import UserError


def video_of(name):
    """The video that an image was cut from, or None if its name hides it.

    It is the GOPR number or, in names such as "12fromfair.png", what follows
    "from", as `average_frames` writes them. Of GoPro's "SEQUENCE/000047.png"
    it is the sequence, because its published splits share videos.
    """
    sequence = re.search(r"(GOPR\d{4}_\d+_\d+)/", name)
    if sequence:
        return sequence.group(1)
    found = re.fullmatch(r"\d+from(.+?)(\.MP4)?\.\w+", Path(name).name)
    return source_video(name) or (found and found.group(1))


def shared_videos(splits):
    """A line for each source video that stands in more than one split.

    Args:
      splits: {split: names of images}. Images of unknown video are passed
        over.
    """
    counts = {}
    for split, names in splits.items():
        for name in names:
            video = video_of(name)
            if video:
                counts.setdefault(video, collections.Counter())[split] += 1
    return [
        f"{video}: stands in " + " and in ".join(
            f"{split} ({number:,} images)" for split, number in there.items())
        for video, there in sorted(counts.items()) if len(there) > 1]


def propose(names, test_share, seed):
    """Chooses the videos of the test split.

    Of all choices of videos, one whose share of the images is nearest; the
    seed says which, where there are several.

    Args:
      names: of all images.
      test_share: the share of test images that is wanted, in (0, 1).
      seed: an integer; the same gives the same split.

    Returns:
      (train, test): lists of names in their given order; neither is empty.

    Raises:
      UserError: an image's name doesn't tell its video, or there is but one.
    """
    videos = {}
    for name in dict.fromkeys(names):
        videos.setdefault(video_of(name), []).append(name)
    if None in videos:
        raise UserError(
            f"{videos[None][0]}: doesn't tell its source video, nor do "
            f"{len(videos[None]) - 1:,} other images; name them as HIDE does, "
            "12fromVIDEO.png, or keep them in GOPR folders")
    if len(videos) < 2:
        raise UserError(
            f"all images are of one video, {next(iter(videos), 'none')}; a "
            "split needs two")
    order = sorted(videos)
    random.Random(seed).shuffle(order)
    chosen = _nearest_sum([len(videos[each]) for each in order], test_share)
    tested = {order[index] for index in chosen}
    train = [n for n in dict.fromkeys(names) if video_of(n) not in tested]
    test = [n for n in dict.fromkeys(names) if video_of(n) in tested]
    return train, test


def write_lists(folder, train, test):
    """Writes train.txt and test.txt, a name a line.

    Raises:
      UserError: other lists are there already, or they can't be written.
    """
    texts = {Path(folder) / f"{split}.txt": "\n".join(names) + "\n"
             for split, names in (("train", train), ("test", test))}
    for path, text in texts.items():
        try:
            differs = path.exists() and path.read_bytes() != text.encode()
        except OSError as error:
            raise UserError(f"{path}: can't be read ({error.strerror})"
                            ) from error
        if differs:
            raise UserError(f"{path}: is there already, with other names; "
                            "choose another --output or remove it")
    for path, text in texts.items():
        with whole_file.writing(path) as partial:
            partial.write_bytes(text.encode())


def _nearest_sum(counts, share):
    """Indices of some, not all, counts whose sum is nearest to the share."""
    total = sum(counts)
    # first[s]: the count with which the sum s could first be reached.
    first = np.full(total + 1, -1)
    reached = np.zeros(total + 1, bool)
    reached[0] = True
    for index, count in enumerate(counts):
        new = np.zeros_like(reached)
        new[count:] = reached[:-count]
        new &= ~reached
        first[new] = index
        reached |= new
    sums = np.flatnonzero(reached)[1:-1]  # neither none nor all of them
    rest = int(sums[np.argmin(np.abs(sums - share * total))])
    chosen = []
    while rest:
        chosen.append(int(first[rest]))
        rest -= counts[chosen[-1]]
    return chosen
