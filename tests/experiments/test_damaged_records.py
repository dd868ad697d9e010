"""Training on records of which one is damaged."""

import json
import shutil

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

    # A whole record whose picture is none: its bytes spoiled, its checksum new.
    copy = tmp_path / "undecodable"
    shutil.copytree(folder, copy)
    (spoiled,) = copy.glob("*.tfrecord")
    row = next(iter(tf.data.TFRecordDataset(str(spoiled)))).numpy()
    with tf.io.TFRecordWriter(str(spoiled)) as writer:
        writer.write(row.replace(b"PNG", b"GNP"))
    manifest = json.loads((copy / "hide-train.json").read_text())
    (copy / "hide-train.json").write_text(json.dumps(
        {**manifest, "files": [], "pairs": 1, "with_people": 0}))
    done = train("--dry_run", f"--records={copy}")
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        f"error: {spoiled}: record 1, '0fromGOPR1096.MP4.png': its blurred "
        "picture can't be decoded (")

    done = train("--skip_corrupt", "--patches_per_picture=4", "--recolour")
    assert done.returncode == 0, done.stderr
    assert f"{shard}: record 4, at byte {offset:,}, is damaged" in done.stderr
    assert "1 records passed over" in done.stderr
