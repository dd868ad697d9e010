"""Training on records of which one is damaged."""

import numpy as np
import tensorflow as tf


def test_a_damaged_record_is_named_and_passed_over_at_will(
        records_of, tmp_path, command):
    folder = records_of()
    (shard,) = folder.glob("*.tfrecord")
    lengths = [len(row.numpy()) + 16
               for row in tf.data.TFRecordDataset(str(shard))]
    offset = int(np.cumsum(lengths)[2])  # of the fourth record
    content = bytearray(shard.read_bytes())
    content[offset + 100] ^= 1
    shard.write_bytes(content)

    def train(*flags):
        return command(
            "experiments.pretrain_attention", f"--records={folder}",
            f"--run={tmp_path / 'run'}", "--preset=tiny", "--crop_size=32",
            "--batch_size=4", "--steps=2", *flags)

    done = train()
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"error: {shard}: record 4, at byte {offset:,}, is damaged; make the "
        "records again, or train with --skip_corrupt")

    done = train("--skip_corrupt", "--patches_per_picture=4", "--recolour")
    assert done.returncode == 0, done.stderr
    assert f"{shard}: record 4, at byte {offset:,}, is damaged" in done.stderr
    assert "1 records passed over" in done.stderr
