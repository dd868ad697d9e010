"""The endless row of records, shuffled anew in every epoch, as tf.data.

Which record comes at which number depends only on the seed and that number.
"""

import tensorflow as tf

SHUFFLED = 128  # encoded pictures shuffled together: some MB each
READERS = 16  # shards read in turn, so that data sets mix


def from_number(shards, count, seed, first, chosen=None):
    """The records from one number of the row on.

    Args:
      shards: paths of TFRecords.
      count: records in them, an epoch.
      seed: of the order.
      first: where to begin in the row.
      chosen: a function of a record that tells whether it counts; all do if
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
