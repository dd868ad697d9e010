"""From files to training batches: records, photos and clips, as tf.data."""
