"""How fast training goes, by a clock that the test moves."""

import pytest
import tensorflow as tf

from ha_deblur.training import throughput


@pytest.fixture
def clock(monkeypatch):
    """A list of one number, the time in seconds."""
    now = [100.0]
    monkeypatch.setattr(throughput.time, "monotonic", lambda: now[0])
    return now


def test_it_tells_rates_and_the_share_of_waiting(clock):
    def batches():
        for size, seconds in ((2, 1.0), (4, 0.5), (4, 0.0)):
            clock[0] += seconds
            yield (tf.zeros([size, 8, 8, 3]), tf.zeros([size]))

    meter, rows = throughput.Throughput(), batches()
    for _ in range(2):
        meter.next(rows)
        clock[0] += 1.25  # a step
    assert meter.measured() == {  # 2 steps and 6 patches in 4 seconds
        "steps_per_second": 0.5, "patches_per_second": 1.5,
        "data_wait": 1.5 / 4}
    meter.restart()
    meter.next(rows)
    clock[0] += 2
    assert meter.measured() == {
        "steps_per_second": 0.5, "patches_per_second": 2, "data_wait": 0}


def test_gpu_memory_is_that_of_the_fullest_gpu(monkeypatch):
    assert throughput.gpu_memory() == {} or tf.config.list_physical_devices(
        "GPU")
    held = {"a": {"current": 10**9, "peak": 4 * 10**9},
            "b": {"current": 2 * 10**9, "peak": 3 * 10**9}}
    monkeypatch.setattr(
        tf.config, "list_logical_devices", lambda kind: [
            tf.config.LogicalDevice(name, kind) for name in held])
    monkeypatch.setattr(
        tf.config.experimental, "get_memory_info", held.__getitem__)
    assert throughput.gpu_memory() == {
        "gpu_memory_gb/in_use": 2, "gpu_memory_gb/peak": 4}
