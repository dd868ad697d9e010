"""make_records --runner: the same records from Beam's workers."""

import json
import logging
import signal
import sys
import time

import numpy as np
import pytest
from PIL import Image

from data_prep.packing import beam_runner
from data_prep.packing.beam_runner import BeamRunner
from ha_deblur.commandline import UserError
from tests import fresh_processes


@pytest.fixture
def needs_beam():
    pytest.importorskip("apache_beam", reason="pip install .[beam]")


@pytest.fixture
def noise_set(tmp_path):
    """A {blur,sharp} folder of 3 pairs, a megabyte a pair."""
    root = tmp_path / "set"
    for folder in ("blur", "sharp"):
        (root / folder).mkdir(parents=True)
        for i in range(3):
            noise = np.random.default_rng(i).integers(
                0, 256, (420, 420, 3), np.uint8)  # 530 kB as PNG
            Image.fromarray(noise).save(root / folder / f"{i}.png")
    return root


def _contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_beam_writes_what_local_processes_write(
        needs_beam, command, hide_like, tmp_path):
    root, boxes = hide_like
    damaged = root / "train" / "2fromGOPR1096.MP4.png"
    damaged.write_bytes(damaged.read_bytes()[:-2000])
    flags = ["data_prep.make_records", "--dataset=hide", f"--source={root}",
             f"--boxes={boxes}", "--allow_partial"]
    local = command(*flags, f"--output={tmp_path / 'local'}")
    beam = command(*flags, f"--output={tmp_path / 'beam'}",
                   "--runner=DirectRunner")
    assert (local.returncode, beam.returncode) == (1, 1), beam.stderr
    assert beam.stderr.splitlines()[-1] == local.stderr.splitlines()[-1]
    assert str(damaged) in beam.stderr.splitlines()[-1]
    assert set(_contents(tmp_path / "beam")) == {
        "hide-train-00000-of-00001.tfrecord", "hide-train.json"}
    assert _contents(tmp_path / "beam") == _contents(tmp_path / "local")


def test_a_killed_run_goes_on_to_the_same_tiles(
        needs_beam, command, noise_set, tmp_path):
    flags = ["data_prep.make_records", f"--source={noise_set}", "--tile=64",
             "--shard_mb=1"]
    done = command(*flags, f"--output={tmp_path / 'local'}", "--workers=1")
    assert done.returncode == 0, done.stderr

    output = tmp_path / "beam"
    flags += [f"--output={output}", "--runner=DirectRunner"]
    run = fresh_processes.Process(*flags)
    deadline = time.monotonic() + 60
    while not ((output / "folder-train.plan").exists()
               and list(output.glob("folder-train.beam/*/*.json"))):
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    results = len(list(output.glob("folder-train.beam/*/*.json")))
    written = {path: path.stat().st_mtime_ns
               for path in output.glob("*.tfrecord")}
    assert 0 < results < 3

    done = command(*flags)
    assert done.returncode == 0, done.stderr
    # A shard that was renamed, but whose result was not written, is redone.
    kept = [path for path, when in written.items()
            if path.stat().st_mtime_ns == when]
    assert len(kept) >= results
    assert _contents(output) == _contents(tmp_path / "local")


@pytest.mark.parametrize("flags, message", [
    (("--runner=Cluster",), "<DirectRunner|FlinkRunner|SparkRunner|Dataflow"),
    (("--beam_options=--a=1",), "--beam_options need a --runner"),
    (("--runner=DirectRunner", "--check"), "work without --runner"),
])
def test_wrong_flags_are_one_line_and_exit_code_2(
        command, hide_like, tmp_path, flags, message):
    done = command("data_prep.make_records", "--dataset=hide",
                   f"--source={hide_like[0]}", f"--output={tmp_path / 'out'}",
                   *flags)
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_absent_beam_is_said_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(UserError, match=r"pip install \.\[beam\]"):
        BeamRunner("DirectRunner", "", tmp_path)


def test_unbalanced_quotes_in_the_options_are_named(needs_beam, tmp_path):
    with pytest.raises(UserError, match="--beam_options=--a='b: No closing"):
        BeamRunner("DirectRunner", "--a='b", tmp_path)


def _length(task):
    """Fails for tasks of no length, and notes each call in a file."""
    folder, text = task
    with (folder / "calls").open("a") as file:
        file.write(f"{text}\n")
    if not text:
        raise ZeroDivisionError("nothing to measure")
    return {"length": len(text)}


def _refuse(task):
    raise UserError(f"{task}: replace it")


def test_what_a_worker_says_to_the_user_is_all_that_is_said(
        needs_beam, tmp_path, caplog):
    runner = BeamRunner("DirectRunner", "", tmp_path / "results")
    for task in ("a.png", "b.png"):  # and what the last run said is forgotten
        with pytest.raises(UserError) as raised:
            list(runner.run(_refuse, [task]))
        assert str(raised.value) == f"{task}: replace it"
    assert "Traceback" not in caplog.text


def test_a_failing_pipeline_is_one_line(needs_beam, tmp_path):
    runner = BeamRunner("DirectRunner", "", tmp_path / "results")
    with pytest.raises(UserError) as raised:
        list(runner.run(_length, [(tmp_path, "")]))
    assert str(raised.value).startswith(
        "DirectRunner: the pipeline failed: ZeroDivisionError: nothing to")
    assert "\n" not in str(raised.value)


def test_results_of_an_earlier_run_are_not_asked_for_again(
        needs_beam, tmp_path):
    tasks = [(tmp_path, text) for text in ("a", "bb", "")]
    runner = BeamRunner("DirectRunner", "", tmp_path / "results")
    with pytest.raises(UserError):
        list(runner.run(_length, tasks))
    known = [json.loads(path.read_text())["length"]
             for path in (tmp_path / "results").glob("*.json")]
    (tmp_path / "calls").unlink()
    results = dict(runner.run(_length, tasks[:2]))
    assert results == {0: {"length": 1}, 1: {"length": 2}}
    calls = tmp_path / "calls"
    called = calls.read_text().split() if calls.exists() else []
    assert sorted([*map(len, called), *known]) == [1, 2]


def test_every_pipeline_runs_on_the_runner_that_was_asked_for(
        needs_beam, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    runner = BeamRunner(
        "PortableRunner", "--job_endpoint=embed --environment_type=LOOPBACK",
        tmp_path / "results")
    for text in ("a", "bb"):
        assert dict(runner.run(_length, [(tmp_path, text)])) == {
            0: {"length": len(text)}}
    assert caplog.text.count("Job state changed to DONE") == 2


def _lose(task_and_path, function):
    """In place of `_work`: as if the worker's folder were another one."""


def test_workers_without_the_shared_folder_are_said(
        needs_beam, tmp_path, monkeypatch):
    monkeypatch.setattr(beam_runner, "_work", _lose)
    monkeypatch.setattr(beam_runner, "_PATIENCE", 0)
    runner = BeamRunner("DirectRunner", "", tmp_path / "results")
    with pytest.raises(UserError, match=r"1 results did not arrive.*share"):
        list(runner.run(_length, [(tmp_path, "a")]))
