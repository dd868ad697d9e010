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


def cluster(workers, kind="worker", index=0, **others):
    return json.dumps({"cluster": {"worker": workers, **others},
                       "task": {"type": kind, "index": index}})


@pytest.mark.parametrize("config, problem", [
    (None, "it is not JSON"), ("{", "it is not JSON"),
    ("[]", r"it is not a JSON object, \{...\}"),
    ('{"cluster": {"worker": ["a:1"]}}', "it has no cluster or no task"),
    ('{"cluster": ["a:1"], "task": {}}', "it has no cluster or no task"),
    (cluster("a:1"), "addresses come in a list"),
    (cluster(["a:1"], index=1), "has no worker 1; the first of its 1 is 0"),
    (cluster(["a:1"], index=-1), "has no worker -1"),
    (cluster(["a:1"], index="0"), "has no worker '0'"),
    (cluster(["a:1"], index=None), "has no worker None"),
    (cluster(["a:1"], kind="chief"), "has no 'chief', which the task is"),
    (cluster(["a:1"], ps=["a:2"]), "workers, and maybe a chief, only"),
    (cluster(["a"]), "'a' is not an address HOST:PORT"),
    (cluster(["a:b"]), "'a:b' is not an address"),
    (cluster(["a:70000"]), "'a:70000' is not an address"),
    (cluster(["a:0"]), "'a:0' is not an address"),
    (cluster([1]), "1 is not an address"),
    (cluster(["http://a:1"]), "'http://a:1' is not an address"),
    (cluster(["a:1", "a:1"]), "two processes have one address")])
def test_a_wrong_cluster_is_said_instead_of_waited_for(
        monkeypatch, config, problem):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        monkeypatch.setenv("TF_CONFIG", config)
    scope = strategy.scope("multi_worker")
    with pytest.raises(UserError, match=f"TF_CONFIG is .*: .*{problem}.*; exp"
                       ), scope:
        pass


def test_sound_clusters_pass(monkeypatch):
    made = []
    monkeypatch.setattr(strategy.tf.distribute, "MultiWorkerMirroredStrategy",
                        lambda: made.append(1) or strategy.tf.distribute
                        .get_strategy())
    for config in (cluster(["a-1.b:1", "[::1]:65535"], index=1),
                   cluster(["a:2"], kind="chief", chief=["a:1"])):
        monkeypatch.setenv("TF_CONFIG", config)
        with strategy.scope("multi_worker"):
            pass
    assert made == [1, 1]


def test_without_cluster_and_gpus_auto_is_one(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with strategy.scope("auto") as found:
        assert found.num_replicas_in_sync == 1
        assert not strategy.several_workers()
        assert strategy.is_chief()
        assert strategy.sum_over_workers(7) == 7
