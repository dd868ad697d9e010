"""Are the records on disk what their sources say?"""

from pathlib import Path

from tqdm import tqdm

from data_prep.packing import manifests, workers
from ha_deblur.commandline import UserError


def report(manifest_path, found, boxes, processes=1):
    """Prints each difference between records and sources.

    Args:
      manifest_path: DATASET-SPLIT.json.
      found: the pairs that --source holds.
      boxes: {pair: normalized boxes}.
      processes: that read and compare.

    Returns:
      0 if all bytes, counts and checksums are equal, else 1.

    Raises:
      UserError: no manifest, or one without checksums.
    """
    from data_prep.packing import shards

    manifest_path = Path(manifest_path)
    manifest = manifests.read(manifest_path)
    if manifest["boxes"] and not boxes:
        raise UserError(f"{manifest_path}: its records have boxes; give "
                        "the --boxes that they were made with")
    left_out = set(manifest["left_out"])
    usable = [pair for pair in found if pair.name not in left_out]
    pictures = sum(file["pictures"] for file in manifest["files"])
    if len(usable) != pictures:
        print(f"{manifest_path}: its records are of {pictures:,} pictures, "
              f"but the source has {len(usable):,}")
        return 1
    tasks, rest = [], iter(usable)
    for file in manifest["files"]:
        items = [next(rest) for _ in range(file["pictures"])]
        tasks.append(shards.Shard(
            manifest_path.parent / file["name"],
            tuple((pair, boxes.get(pair)) for pair in items),
            manifest["tile"]))
    results = {}
    with tqdm(total=pictures, unit="pair", desc="comparing") as bar:
        for index, result in workers.run(shards.compare, tasks, processes):
            results[index] = result
            bar.update(len(tasks[index].items))
    problems = [line for index in sorted(results) for line in results[index][0]]
    summaries = [results[index][1] for index in sorted(results)]
    for file, task, summary in zip(manifest["files"], tasks, summaries):
        if "sha256" in summary and summary["sha256"] != file["sha256"]:
            problems.append(
                f"{task.path}: its checksum is not the manifest's")
    if not problems:
        problems = [
            f"{manifest_path}: says {key} {manifest[key]}, the sources give "
            f"{value}" for key, value in manifests.totals(summaries).items()
            if manifest[key] != value]
    for problem in problems:
        print(problem)
    print(f"{manifest_path}: {manifest['pairs']:,} pairs in "
          f"{len(tasks):,} shards, "
          + (f"{len(problems):,} differences" if problems
             else "equal to their sources"))
    return 1 if problems else 0
