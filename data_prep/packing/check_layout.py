"""Is a data set whole? Names each file that is not as it should be.

Published numbers of pairs: HIDE has 6,397 for training and 2,025 for testing,
1,063 long shots and 962 close-ups (paper, sec. 3); GoPro 2,103 and 1,111.
"""

import collections
import re

from tqdm import tqdm

from data_prep.packing import workers
from ha_deblur.annotations import hide_layout, pairs
from ha_deblur.commandline import UserError
from ha_deblur.files.image_files import read_image

PUBLISHED = {
    "hide": {"train": 6397, "test": 2025, "test-long-shot": 1063,
             "test-close-ups": 962},
    "gopro": {"train": 2103, "test": 1111},
}
_PUBLISHED_NAME = {
    "hide": re.compile(r"\d+fromGOPR\d{4}(\.MP4)?\.\w+"),
    "gopro": re.compile(r"GOPR\d{4}_\d\d_\d\d/\d+\.\w+"),
}
# With less to do, starting a process takes longer than the check.
_PAIRS_A_TASK = 32


def report(source, dataset, blur="blur", processes=1):
    """Prints what is wrong in all splits of a data set, and what there is.

    Args:
      source, dataset, blur: as `pairs.find_pairs` takes them.
      processes: that decode images.

    Returns:
      0 if nothing is wrong, else 1.

    Raises:
      UserError: no such folder or layout.
    """
    # Says what is wrong with the whole before it is asked for its parts.
    everything, _ = pairs.find_pairs(source, dataset, blur=blur)
    splits, problems = _splits(source, dataset, blur)
    for split, (found, missing) in splits.items():
        print(f"{dataset} {split}: {len(found):,} pairs")
        problems += missing
        problems += list_problems(source, dataset, split)
        problems += count_problems(source, dataset, split, found)
    problems += doubled_names(everything)[1]
    problems += unusable(everything, processes).values()
    if not everything and not problems:
        problems.append(f"{source}: holds no pair of images")
    if "train" in splits and "test" in splits:
        problems += shared_videos(splits["train"][0], splits["test"][0])
    for problem in problems:
        print(problem)
    print(f"{source}: {len(problems):,} problems" if problems
          else f"{source}: is whole")
    return 1 if problems else 0


def _splits(source, dataset, blur):
    """{split: (pairs, problems)} and a line for each split that is missing."""
    splits, lacking = {}, []
    for split in ("train", "test"):
        try:
            splits[split] = pairs.find_pairs(source, dataset, split, blur)
        except UserError as error:
            if dataset in PUBLISHED:
                lacking.append(str(error))
    # Folders that say nothing about splits are found for any.
    if not splits or splits.get("train") == splits.get("test"):
        return {"all": pairs.find_pairs(source, dataset, None, blur)}, []
    return splits, lacking


def count_problems(source, dataset, split, found):
    """A line for each count that differs from the published one.

    Nothing is said of other data in the layout, whose names are not like the
    published ones.
    """
    published = PUBLISHED.get(dataset, {})
    if split not in published or (found and not any(
            _PUBLISHED_NAME[dataset].fullmatch(pair.name) for pair in found)):
        return []
    counts = {split: len(found)}
    subsets = collections.Counter(pair.subset for pair in found)
    if split == "test" and not subsets["test"]:  # the subsets are known
        counts.update((name, subsets[name]) for name in published
                      if name.startswith("test-"))
    return [
        f"{source}: {dataset} {name} has {count:,} pairs, published are "
        f"{published[name]:,}"
        for name, count in counts.items() if count != published[name]]


def list_problems(source, dataset, split):
    """A line for each file of a split that HIDE's lists contradict."""
    if dataset == "hide" and split in ("train", "test"):
        return hide_layout.list_problems(source, split)
    return []


def doubled_names(found):
    """Pairs of one name: (the first of each, a line for each other)."""
    first, problems = {}, []
    for pair in found:
        other = first.setdefault(pair.name, pair)
        if other is not pair:
            problems.append(f"{pair.blurred}: has the same name as "
                            f"{other.blurred}")
    return list(first.values()), problems


def unusable(found, processes=1, run=workers.run):
    """{pair: why it can't be used}: decodes all images, using `run`."""
    tasks = [found[start:start + _PAIRS_A_TASK]
             for start in range(0, len(found), _PAIRS_A_TASK)]
    problems = {}
    with tqdm(total=len(found), unit="pair", desc="checking") as bar:
        for index, result in run(pair_problems, tasks, processes):
            problems.update(zip(tasks[index], result))
            bar.update(len(result))
    return {pair: problems[pair] for pair in found if problems[pair]}


def pair_problems(found):
    """What `pair_problem` says of each pair of a list."""
    return [pair_problem(pair) for pair in found]


def pair_problem(pair):
    """Why a pair can't be used, in a line, or None: decodes both images.

    As Pillow does: what it shows is what records hold (`encoded`), and so what
    training reads.
    """
    try:
        read_image(pair.blurred)
        read_image(pair.sharp)
    except UserError as error:
        return str(error)
    return pairs.size_problem(pair)


def shared_videos(train, test):
    """A line for each source of test images that is in training too.

    Sources are HIDE's videos (the GOPR number); in GoPro the sequences,
    because the published splits share videos themselves.
    """
    def source(pair):
        if pair.dataset == "gopro":
            return pair.name.rpartition("/")[0]
        return pairs.source_video(pair.name)

    trained = {source(pair): pair for pair in reversed(train)}
    tested = {}
    for pair in test:
        if source(pair) is not None:
            tested.setdefault(source(pair), []).append(pair)
    return [
        f"{same[0].blurred}: is a test image of {video} ({len(same):,} are), "
        f"which stands in training too, as {trained[video].blurred}"
        for video, same in tested.items() if video in trained]
