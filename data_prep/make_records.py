r"""Packs pairs of pictures and their boxes into TFRecord shards.

    python -m data_prep.make_records --dataset=hide --source=HIDE_dataset \
        --boxes=hide.json --split=train --output=records

Writes OUTPUT/DATASET-SPLIT-00000-of-00004.tfrecord and the manifest
OUTPUT/DATASET-SPLIT.json, of the same bytes whatever --workers and --runner
are. A run that was stopped goes on where it was when started again.

    --check         writes nothing: names all that is wrong in --source
    --verify        writes nothing: compares finished records with --source
    --allow_partial leaves out what is damaged or has no partner, names it,
                    and the exit code is then 1
    --runner        checks and writes with Apache Beam, past one machine; the
                    workers need --source and --output under the same paths
                    (a shared file system) and this checkout on PYTHONPATH
"""

import pathlib
import shutil
import sys

from absl import flags
from tqdm import tqdm

from data_prep.packing import (
    beam_runner,
    check_layout,
    manifests,
    verify_records,
    workers,
)
from ha_deblur import commandline, whole_file
from ha_deblur.annotations import coco, pairs, person_class, sure_boxes
from ha_deblur.commandline import UserError
from ha_deblur.journal import Journal

flags.adopt_module_key_flags(person_class)

_DATASET = flags.DEFINE_enum(
    "dataset", "folder", pairs.DATASETS,
    "The layout of --source: HIDE_dataset, GOPRO_Large, a folder with "
    "{blur,sharp} or {input,target}, or a folder of sharp photos, which "
    "training blurs anew each time.")
_SOURCE = flags.DEFINE_string("source", None, "The data set's folder.")
_BOXES = flags.DEFINE_string(
    "boxes", None, "COCO JSON with the boxes of the people. Pictures that it "
    "does not list teach nothing about people, and without it none does.")
_SURE_SCORE = flags.DEFINE_float(
    "sure_score", None, "Boxes with a lower score, where a detector gave one, "
    "are not drawn. All are if not given.")
_DOUBTFUL_SCORE = flags.DEFINE_float(
    "doubtful_score", None, "A picture with a box of a score from this to "
    "--sure_score, which is not inside a drawn one, counts as not labelled. "
    "The same as --sure_score if not given.")
_NOBODY = flags.DEFINE_bool(
    "nobody", False, "There is nobody in any of the pictures; in place of "
    "--boxes.")
_OUTPUT = flags.DEFINE_string("output", None, "Folder for the records.")
_SPLIT = flags.DEFINE_string(
    "split", "train", "Which split to pack: train or test; --check reads "
    "both. Layouts without splits are packed whole, under this name.")
_BLUR = flags.DEFINE_enum(
    "blur", "blur", ["blur", "blur_gamma"],
    "GoPro's blurred images; blur_gamma are those averaged in linear light.")
_SEQUENCES = flags.DEFINE_list(
    "sequences", None, "GoPro sequences to pack, if not all.")
_SHARD_MB = flags.DEFINE_integer(
    "shard_mb", 128, "Megabytes of pictures per shard.", lower_bound=1)
_TILE = flags.DEFINE_integer(
    "tile", None, "Store overlapping tiles of this many pixels a side instead "
    "of whole pictures, as without it: faster to read patches from, larger on "
    "disk. Twice the size of the patches is good.", lower_bound=64)
_WORKERS = flags.DEFINE_integer(
    "workers", None, "Processes that run at once; as many as there are "
    "cores if not given.", lower_bound=1)
_RUNNER = flags.DEFINE_enum(
    "runner", None, beam_runner.RUNNERS, "Apache Beam's runner to use instead "
    "of processes on this machine, the default. The records are the same.")
_BEAM_OPTIONS = flags.DEFINE_string(
    "beam_options", "", "Beam's own options for --runner, in one string: "
    "'--flink_master=host:8081 --parallelism=64'.")
_CHECK = flags.DEFINE_bool(
    "check", False, "Report on --source, write nothing. The exit code is 1 if "
    "anything is wrong.")
_VERIFY = flags.DEFINE_bool(
    "verify", False, "Compare the records in --output with their sources, "
    "write nothing. The exit code is 1 if anything differs.")
_ALLOW_PARTIAL = flags.DEFINE_bool(
    "allow_partial", False, "Pack what is whole, leave out the rest.")
flags.mark_flag_as_required("source")

_BAD = "bad"  # in the journal: {name of a pair: why it can't be used}


def main(_):
    """Runs the command; returns its exit code."""
    dataset, split = _DATASET.value, _SPLIT.value
    processes = _WORKERS.value or workers.cores()
    if _RUNNER.value and (_CHECK.value or _VERIFY.value):
        raise UserError("--check and --verify work without --runner")
    if _BEAM_OPTIONS.value and not _RUNNER.value:
        raise UserError("--beam_options need a --runner")
    if _CHECK.value:
        return check_layout.report(
            _SOURCE.value, dataset, _BLUR.value, processes)
    if not _OUTPUT.value:
        raise UserError("--output is needed, a folder for the records")
    found, problems = _find(dataset, split)
    boxes = _boxes(found, problems)
    output = _seen_by_workers(_OUTPUT.value)
    if _VERIFY.value:
        return verify_records.report(
            output / f"{dataset}-{split}.json", found, boxes, processes)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{output}: no folder can be made there "
                        f"({error.strerror})") from error
    return _pack(found, problems, boxes, output, processes)


def _boxes(found, problems):
    """{pair: normalized boxes}, without pairs that are not labelled."""
    if _NOBODY.value:
        if _BOXES.value:
            raise UserError("--nobody says that there are no people; --boxes "
                            "where they are: give one of them")
        return {pair: [] for pair in found}
    sure, doubtful = _SURE_SCORE.value, _DOUBTFUL_SCORE.value
    if doubtful is not None and (sure is None or doubtful > sure):
        raise UserError(f"--doubtful_score={doubtful:g} needs a --sure_score "
                        "that is not lower")
    if not _BOXES.value or not found:
        return {}
    return coco.boxes_of_pairs(
        _BOXES.value, found, skip=problems.append,
        note=lambda line: print(f"note: {line}", file=sys.stderr),
        choose=None if sure is None else lambda boxes: sure_boxes.chosen(
            boxes, sure, sure if doubtful is None else doubtful),
        people=person_class.FLAG.value)


def _seen_by_workers(folder):
    """A folder's path: absolute for Beam's workers, who start elsewhere."""
    path = pathlib.Path(folder)
    return path.absolute() if _RUNNER.value else path


def _find(dataset, split):
    """The pairs of --source, each name once, and a line for each problem."""
    found, problems = pairs.find_pairs(
        _seen_by_workers(_SOURCE.value), dataset=dataset,
        split=None if dataset == "folder" else split, blur=_BLUR.value)
    problems += check_layout.list_problems(_SOURCE.value, dataset, split)
    if _SEQUENCES.value:
        found = [p for p in found if p.subset in _SEQUENCES.value]
    else:
        for line in check_layout.count_problems(
                _SOURCE.value, dataset, split, found):
            print(f"note: {line}", file=sys.stderr)
    found, doubled = check_layout.doubled_names(found)
    return found, problems + doubled


def _pack(found, problems, boxes, output, processes):
    """Checks all pairs and writes what an earlier run has not."""
    from data_prep.packing import encoded
    from ha_deblur.data import records

    dataset, split = _DATASET.value, _SPLIT.value
    manifest_path = records.manifest_path(output, dataset, split)
    fingerprint = manifests.fingerprint(
        found, boxes, records.VERSION, encoded.RULES, _SHARD_MB.value,
        _TILE.value)
    # {_BAD: ..., index of a shard that is written: its summary, ...}
    journal = Journal(output / f"{dataset}-{split}.unfinished",
                      {"fingerprint": fingerprint}, anew=True)
    complete = manifests.complete(manifest_path, fingerprint)
    if complete:
        journal.finish()
        print(f"{manifest_path}: is complete already; --verify compares it "
              "with its sources; to make it anew, remove it")
        left_out = problems + complete["left_out"]
        for line in left_out:
            print(f"left out: {line}", file=sys.stderr)
        return 1 if left_out else 0
    results = output / f"{dataset}-{split}.beam"
    run = workers.run
    if _RUNNER.value:
        run = beam_runner.BeamRunner(_RUNNER.value, _BEAM_OPTIONS.value,
                                     results / fingerprint).run
    resumed = _BAD in journal.done
    bad = journal.done[_BAD] if resumed else {
        pair.name: problem for pair, problem in
        check_layout.unusable(found, processes, run).items()}
    problems = problems + list(bad.values())
    usable = [pair for pair in found if pair.name not in bad]
    if not usable:
        raise UserError(
            f"{_SOURCE.value}: no usable pair of split '{split}'"
            + (f"; {problems[0]}" if problems else ""))
    if problems and not _ALLOW_PARTIAL.value:
        raise UserError(
            f"{_SOURCE.value}: {len(problems):,} problems in split '{split}', "
            f"the first: {problems[0]}; --check lists them, --allow_partial "
            "goes on with what is whole")
    if not resumed:
        _remove_records(output, dataset, split)
        journal.add(_BAD, bad)
    for path in output.glob(f"{dataset}-{split}-[0-9]*.partial"):
        path.unlink()
    tasks = _shards_of(usable, boxes, output, dataset, split)
    summaries = _write(tasks, journal, processes, run)

    manifest = {
        "version": records.VERSION, "dataset": dataset, "split": split,
        "shards": len(tasks), **manifests.totals(summaries),
        "tile": _TILE.value, "left_out": list(bad),
        "fingerprint": fingerprint, "files": manifests.files(tasks, summaries)}
    whole_file.write_json(manifest_path, manifest)
    journal.finish()
    shutil.rmtree(results, ignore_errors=True)
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    print(f"{manifest_path}: {manifest['pairs']} pairs, "
          f"{manifest['with_people']} with people ({manifest['boxes']} boxes), "
          f"{manifest['unlabelled']} not labelled, {len(tasks)} shards")
    anew = sum(summary["anew"] for summary in summaries)
    if anew:
        print(f"{anew:,} files are stored upright and as PNG, as training "
              "would not read what they show from their own bytes")
    return 1 if problems else 0


def _remove_records(output, dataset, split):
    """Removes records of other sources, the manifest first."""
    manifest = output / f"{dataset}-{split}.json"
    old = [*output.glob(manifest.name), *output.glob(
        f"{dataset}-{split}-[0-9]*-of-[0-9]*.tfrecord")]
    for path in old:
        path.unlink(missing_ok=True)
    if old:
        print(f"note: {manifest}: its records are not of these sources and "
              "flags, or were not finished; all are made anew",
              file=sys.stderr)
    shutil.rmtree(output / f"{dataset}-{split}.beam", ignore_errors=True)


def _shards_of(usable, boxes, output, dataset, split):
    """Cuts the list of pairs into shards of about --shard_mb."""
    from data_prep.packing import shards
    from ha_deblur.data import records

    cuts = shards.cut(usable, _SHARD_MB.value * 1e6)
    return [
        shards.Shard(
            records.shard_path(output, dataset, split, index, len(cuts)),
            tuple((pair, boxes.get(pair)) for pair in cut), _TILE.value)
        for index, cut in enumerate(cuts)]


def _write(tasks, journal, processes, run):
    """Writes the shards that the journal lacks; returns all summaries."""
    from data_prep.packing import shards
    left = [index for index, task in enumerate(tasks)
            if not _is_written(task.path, journal.done.get(index))]
    total = sum(len(task.items) for task in tasks)
    done = total - sum(len(tasks[index].items) for index in left)
    with tqdm(total=total, initial=done, unit="pair",
              desc=f"{_DATASET.value}-{_SPLIT.value}") as bar:
        for position, summary in run(
                shards.write, [tasks[index] for index in left], processes):
            index = left[position]
            journal.add(index, summary)
            if not _is_written(tasks[index].path, summary):
                raise UserError(f"{tasks[index].path}: is no longer as it "
                                "was written; run the command again")
            bar.update(len(tasks[index].items))
    return [journal.done[index] for index in range(len(tasks))]


def _is_written(path, summary):
    """Whether a shard is there as its summary, or None, says."""
    return (summary is not None and path.is_file()
            and path.stat().st_size == summary["bytes"])


if __name__ == "__main__":
    commandline.run(main)
