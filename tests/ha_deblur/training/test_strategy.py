"""Several replicas learn what one does."""

import json

import pytest

from ha_deblur.commandline import UserError
from ha_deblur.training import strategy


def test_two_replicas_equal_one_on_the_same_global_batch(command):
    done = command("tests.ha_deblur.training.two_replicas")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["replicas"] == [1, 2]
    one, two = found["losses"]
    assert set(one[0]) == {"total", "primary", "foreground", "background",
                           "attention"}
    for first, second in zip(one, two):
        assert first == pytest.approx(second, rel=1e-5)
    assert one[2]["total"] < one[0]["total"]
    assert found["apart"] < 1e-5 * found["moved"]
    dealt, message = found["shares"]
    assert dealt == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
    assert "batches of 3 can't be shared evenly by 2 replicas" in message


@pytest.mark.parametrize("config", [
    None, "", "{", "[]", '{"cluster": {"worker": ["a:1"]}}',
    '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
    '{"cluster": {"ps": ["a:1"]}, "task": {"type": "ps", "index": 0}}'])
def test_a_wrong_cluster_is_said_instead_of_waited_for(monkeypatch, config):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        monkeypatch.setenv("TF_CONFIG", config)
    scope = strategy.scope("multi_worker")
    with pytest.raises(UserError, match="TF_CONFIG is"), scope:
        pass


def test_without_cluster_and_gpus_auto_is_one(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with strategy.scope("auto") as found:
        assert found.num_replicas_in_sync == 1
        assert not strategy.several_workers()
        assert strategy.is_chief()
        assert strategy.sum_over_workers(7) == 7
