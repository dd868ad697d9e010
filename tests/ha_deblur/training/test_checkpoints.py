"""Checkpoints: what is damaged is passed over, what is whole is kept."""

import resource

import pytest
import tensorflow as tf

from ha_deblur.commandline import UserError
from ha_deblur.training.checkpoints import Checkpoints

SIZE = 3000


def checkpoints(run, size=SIZE):
    weight = tf.Variable(tf.zeros(size))
    made = Checkpoints(run, 10, 60, model=tf.train.Checkpoint(weight=weight))
    made.weight = weight
    return made


def save(run, *steps):
    """Checkpoints at these steps, in each of which the weights are the step.
    """
    made = checkpoints(run)
    for step in steps:
        made.weight.assign(tf.fill([SIZE], float(step)))
        made.save(step)
    return made


def names(run):
    return sorted(path.name for path in (run / "checkpoints").iterdir())


def files_of(*steps):
    return sorted(f"ckpt-{step}.{ending}" for step in steps
                  for ending in ("data-00000-of-00001", "index"))


def test_the_newest_three_are_kept(tmp_path):
    save(tmp_path, 10, 20, 30, 100)
    assert names(tmp_path) == files_of(20, 30, 100)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def empty(path):
    path.write_bytes(b"")


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def remove(path):
    path.unlink()


@pytest.mark.parametrize("file", ["index", "data-00000-of-00001"])
@pytest.mark.parametrize("harm", [truncate, empty, flip_a_bit, remove])
def test_a_damaged_one_is_named_and_the_one_before_taken(
        tmp_path, capsys, harm, file):
    save(tmp_path, 10, 20, 30)
    folder = tmp_path / "checkpoints"
    harm(folder / f"ckpt-30.{file}")
    again = checkpoints(tmp_path)
    assert again.restore() == 20
    assert float(again.weight[0]) == 20
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"{folder}/ckpt-30 is damaged (")
    assert said.endswith(f"going on from {folder}/ckpt-20")
    assert len(said.splitlines()) == 1
    # the next save clears it away, and it does not count as one of the three
    again.save(25)
    assert names(tmp_path) == files_of(10, 20, 25)


def test_one_that_a_kill_cut_short_is_named_and_cleared_away(
        tmp_path, capsys):
    save(tmp_path, 10)
    (tmp_path / "checkpoints" / "ckpt-20_temp").mkdir()
    again = checkpoints(tmp_path)
    assert again.restore() == 10
    assert "ckpt-20 is damaged (cut short); going on" in capsys.readouterr().err
    again.save(15)
    assert names(tmp_path) == files_of(10, 15)


def test_a_kill_during_the_first_save_means_to_begin_anew(tmp_path, capsys):
    save(tmp_path, 10)
    truncate(tmp_path / "checkpoints" / "ckpt-10.index")
    again = checkpoints(tmp_path)
    assert again.restore() == 0
    assert "going on from the beginning" in capsys.readouterr().err
    assert again.latest is None


def test_several_that_are_all_damaged_are_left_to_the_user(tmp_path):
    save(tmp_path, 10, 20)
    for number in (10, 20):
        truncate(tmp_path / "checkpoints" / f"ckpt-{number}.index")
    with pytest.raises(UserError, match="all 2 checkpoints are damaged"):
        checkpoints(tmp_path).restore()


def test_one_of_another_model_is_no_damage(tmp_path):
    save(tmp_path, 10, 20)
    with pytest.raises(UserError, match="ckpt-20 does not fit this model"):
        checkpoints(tmp_path, size=5).restore()
    assert names(tmp_path) == files_of(10, 20)


def test_a_full_disk_costs_the_new_one_only(tmp_path):
    made = save(tmp_path, 10, 20)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE, limits[1]))
    try:
        with pytest.raises((OSError, tf.errors.OpError)):
            made.save(30)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(tmp_path) == files_of(10, 20)
    assert made.latest.endswith("ckpt-20")
    assert checkpoints(tmp_path).restore() == 20


def test_those_of_a_checkpoint_manager_are_found(tmp_path):
    """Whatever its own list of them has suffered."""
    old = checkpoints(tmp_path)
    manager = tf.train.CheckpointManager(
        old.checkpoint, str(tmp_path / "checkpoints"), max_to_keep=3)
    old.step.assign(10)
    manager.save(checkpoint_number=10)
    empty(tmp_path / "checkpoints" / "checkpoint")
    assert checkpoints(tmp_path).restore() == 10
