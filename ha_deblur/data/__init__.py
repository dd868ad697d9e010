"""From files to batches: layouts, boxes, records, the tf.data pipeline."""
