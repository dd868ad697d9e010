"""The speed of training, its wait for data, and the GPU memory it takes."""

import time

import tensorflow as tf


class Throughput:
    """Measures the steps since it was created or restarted.

    It does not synchronize with the device, which may still compute a step
    while the host already waits for the next batch. With a GPU the wait is
    therefore an upper bound of what the data pipeline costs.
    """

    def __init__(self):
        self.restart()

    def restart(self):
        """Starts over, after a pause in training."""
        self.started = time.monotonic()
        self.waited = 0.0  # seconds
        self.steps = 0
        self.patches = 0

    def next(self, batches):
        """The next batch of an iterator, a tuple of tensors [b, ...]."""
        asked = time.monotonic()
        batch = next(batches)
        self.waited += time.monotonic() - asked
        strategy = tf.distribute.get_strategy()
        share = strategy.experimental_local_results(batch[0])[0]
        self.patches += share.shape[0] * strategy.num_replicas_in_sync
        self.steps += 1
        return batch

    def measured(self):
        """Steps and patches per second, and the share of time in `next`."""
        seconds = time.monotonic() - self.started
        return {"steps_per_second": self.steps / seconds,
                "patches_per_second": self.patches / seconds,
                "data_wait": self.waited / seconds}


def gpu_memory():
    """GB in use now and at the peak, on the GPU that uses the most.

    Empty without a GPU.
    """
    found = [tf.config.experimental.get_memory_info(gpu.name)
             for gpu in tf.config.list_logical_devices("GPU")]
    return {} if not found else {
        "gpu_memory_gb/in_use": max(gpu["current"] for gpu in found) / 1e9,
        "gpu_memory_gb/peak": max(gpu["peak"] for gpu in found) / 1e9}
