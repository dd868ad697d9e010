"""The endless sequence of records, reshuffled in every epoch, as tf.data.

The record at each position depends only on the seed and the position.
"""

import tensorflow as tf

SHUFFLED = 128  # encoded pictures shuffled together: some MB each
READERS = 16  # shards read in turn, so that data sets mix


def from_number(shards, count, seed, first, chosen=None):
    """The records from a given position in the sequence.

    Args:
      shards: paths of TFRecords.
      count: number of records in them, which is an epoch.
      seed: of the order.
      first: the position in the sequence to start from.
      chosen: a function of a record that returns whether it counts; all do if
        None.

    Returns:
      A tf.data.Dataset of (a record's number in the row, its bytes).
    """
    shuffle = tf.random.experimental.stateless_shuffle

    def epoch(number):
        files = shuffle(shards, seed=[seed, number])
        rows = tf.data.Dataset.from_tensor_slices(files).interleave(
            tf.data.TFRecordDataset, cycle_length=READERS)
        if chosen is not None:
            rows = rows.filter(chosen)
        blocks = rows.batch(SHUFFLED).enumerate()
        return blocks.map(lambda index, block: shuffle(
            block, seed=[seed + 1 + index, number])).unbatch()

    row = tf.data.Dataset.range(first // count, 2**62).flat_map(
        epoch).skip(first % count)
    return tf.data.Dataset.zip((tf.data.Dataset.range(first, 2**62), row))
