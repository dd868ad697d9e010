"""--dry_run: what it tries and says, and that it changes nothing on disk."""

import collections
import pathlib

import pytest
import tensorflow as tf

from experiments.runs import dry_run
from experiments.runs.duration import duration
from ha_deblur.commandline import UserError
from ha_deblur.data.batch import Batch
from ha_deblur.training.checkpoints import Checkpoints
from ha_deblur.training.crop_stages import Stage
from ha_deblur.training.memory import Estimate

ONE = [Stage(8, 4)]


class Rehearsal:
    """A training of one weight, 4 MB, of which the steps are counted."""

    def __init__(self, run):
        self.run = run
        self.weight = tf.Variable(tf.zeros([1000, 1000]))
        self.begun, self.sizes = [], []
        self.loss = 0.5
        self.estimate = Estimate(variables=4_000_000, values=1000)

    def step(self, blurred, sharp, mask, unlabelled):
        self.sizes.append(blurred.shape[1])
        self.weight.assign_add(tf.ones_like(self.weight))
        return {"total": tf.constant(self.loss)}

    def batches_from(self, first):
        self.begun.append(first)
        size = 8 if first < 10 else 16
        mask = tf.concat([tf.zeros([3, size, size, 1]),
                          tf.ones([1, size, size, 1])], axis=0)
        image = tf.zeros([4, size, size, 3])
        return tf.data.Dataset.from_tensors(
            Batch(image, image, mask, tf.constant([1.0, 1, 0, 0]))).repeat()

    def validate(self):
        return {"psnr": 30.0}, {"panels": tf.zeros([1, 8, 8, 3], tf.uint8)}

    def checkpoints(self):
        return Checkpoints(self.run, 1, 1, model=tf.train.Checkpoint(
            weight=self.weight))

    def __call__(self, steps, stages=ONE):
        dry_run.rehearse(
            self.step, self.batches_from, steps, self.run, self.checkpoints(),
            self.validate, estimate=lambda stage: self.estimate,
            stages=stages, validate_steps=10, pairs=6,
            model=tf.Module(), saved=[self.weight])


@pytest.fixture
def rehearsal(tmp_path, monkeypatch):
    monkeypatch.setattr(dry_run, "_DATA_SECONDS", 0.01)
    return Rehearsal(tmp_path / "run")


def test_it_tells_what_it_found(rehearsal, capsys):
    rehearsal(100)
    said = capsys.readouterr().out
    assert "6 pairs" in said
    assert "4 x 8x8" in said and "blurred [4, 8, 8, 3]" in said
    assert "25% of the patches show people, 50% are unlabelled" in said
    assert "a step needs about 4.0 MB" in said
    assert "losses 0.5000, 0.5000" in said
    assert "psnr 30.000" in said
    assert "about 16.0 MB more for 3 checkpoints of 4.0 MB" in said
    assert "100 steps, about " in said
    assert rehearsal.sizes == [8, 8]
    assert not rehearsal.run.exists()


def test_it_goes_on_from_the_checkpoint_through_all_stages_that_are_left(
        rehearsal, capsys):
    rehearsal.checkpoints().save(7)
    rehearsal(20, [Stage(4, 4, 5), Stage(8, 4, 5), Stage(16, 4)])
    assert "ckpt-7" in capsys.readouterr().out
    assert rehearsal.begun == [7, 10]
    assert rehearsal.sizes == [8, 8, 16, 16]
    rehearsal(7)  # nothing is left to train
    assert "all 7 steps are done" in capsys.readouterr().out
    assert len(rehearsal.sizes) == 4


def test_what_would_fail_later_fails_now(rehearsal, monkeypatch):
    rehearsal.loss = float("nan")
    with pytest.raises(UserError, match="loss of step 1 is nan"):
        rehearsal(100)
    rehearsal.loss = 0.5
    usage = collections.namedtuple("usage", "free")
    monkeypatch.setattr(
        dry_run.shutil, "disk_usage", lambda place: usage(10**7))
    with pytest.raises(UserError, match=r"has 10\.0 MB free.* about 16\.0 MB"):
        rehearsal(100)
    rehearsal.estimate = Estimate(variables=0, values=10**15)
    with pytest.raises(UserError, match="it will not fit"):
        rehearsal(100)


def test_a_step_that_runs_out_of_memory_is_one_line(rehearsal, monkeypatch):
    def step(*batch):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM")

    monkeypatch.setattr(rehearsal, "step", step)
    with pytest.raises(UserError, match="a step of 4 x 8x8 needs more memory"):
        rehearsal(100)


@pytest.mark.parametrize("seconds, words", [
    (59.6, "60 seconds"), (180, "3.0 minutes"), (9000, "2.5 hours"),
    (216_000, "2.5 days")])
def test_durations_are_in_the_unit_that_people_use(seconds, words):
    assert duration(seconds) == words


def files(folder):
    """{path: (bytes, time of the last change)}."""
    return {path: (path.read_bytes(), path.stat().st_mtime_ns)
            for path in pathlib.Path(folder).rglob("*") if path.is_file()}


def test_a_run_s_files_are_unchanged(command, records_of, tmp_path):
    records = records_of()
    flags = ("experiments.pretrain_attention", f"--records={records}",
             "--preset=tiny", "--crop_size=32", "--batch_size=2", "--ema=0.9")
    run = f"--run={tmp_path / 'run'}"
    done = command(*flags, run, "--steps=4")
    assert done.returncode == 0, done.stderr
    before = files(tmp_path)
    done = command(*flags, run, "--dry_run")
    assert done.returncode == 0, done.stderr
    assert "ckpt-4" in done.stdout and "69,996 steps, about" in done.stdout
    assert files(tmp_path) == before
    (shard,) = records.glob("*.tfrecord")
    shard.write_bytes(shard.read_bytes()[:-1])
    done = command(*flags, f"--run={tmp_path / 'new' / 'run'}", "--dry_run")
    assert done.returncode == 2
    assert "make the records again" in done.stderr
    assert not (tmp_path / "new").exists()
