"""Runs data_prep.average_frames; models that find people."""

import numpy as np
import pytest


@pytest.fixture
def average_frames(command, tmp_path):
    """Runs the command on a video; gives the finished process."""
    def run(video, *flags, output="out"):
        return command("data_prep.average_frames", f"--video={video}",
                       f"--output={tmp_path / output}", *flags)
    return run


@pytest.fixture
def fake_model(tmp_path):
    """A SavedModel with the Model Zoo's signature: what it finds is fixed.

    One of three is no person; its second person is surer the brighter the
    image's first pixel.
    """
    import tensorflow as tf

    class Detector(tf.Module):
        @tf.function(input_signature=[
            tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")])
        def __call__(self, input_tensor):
            bright = tf.cast(input_tensor[0, 0, 0, 0], tf.float32) / 255
            edges = [[0.1, 0.2, 0.5, 0.4], [0, 0, 1, 1], [0.5, 0.5, 0.75, 1]]
            return {"detection_boxes": tf.constant([edges]),
                    "detection_scores": tf.stack([[0.9, 0.8, bright]]),
                    "detection_classes": tf.constant([[1.0, 18.0, 1.0]]),
                    "num_detections": tf.constant([3.0])}
    detector = Detector()
    tf.saved_model.save(
        detector, str(tmp_path / "model"),
        signatures=detector.__call__.get_concrete_function())
    return tmp_path / "model"


@pytest.fixture
def attention_run(tmp_path):
    """A run of attention alone that sees people everywhere, by 0.8."""
    import tensorflow as tf

    from ha_deblur import model_directory, presets
    from ha_deblur.model.attention import HumanAttention
    attention = HumanAttention(2, name="attention")
    blurred = tf.keras.Input([None, None, 3])
    model = tf.keras.Model(blurred, attention(blurred))
    kernel, bias = attention.predict.variables
    kernel.assign(tf.zeros_like(kernel))
    bias.assign([np.log(0.8 / 0.2)])
    model_directory.save(model, presets.Preset("micro", width=2),
                         tmp_path / "attention", kind="attention")
    return tmp_path / "attention"
