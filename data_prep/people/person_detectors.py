"""Detectors of people behind one interface.

A detector is a function (name, image) -> [(box, score), ...], with `image`
uint8 RGB [h, w, 3], `name` its relative path and boxes [x, y, width, height]
in pixels.
"""

import pathlib

import numpy as np

from ha_deblur.commandline import UserError

# OpenCV's detector looks at windows of 64x128, in which a person stands with a
# margin around. These shares of it fitted best, of five tried on 84 photos.
_WINDOW_WIDTH, _WINDOW_HEIGHT = 64, 128
_PERSON_WIDTH, _PERSON_HEIGHT = 0.7, 0.8
_GREATEST_ENLARGEMENT = 2  # past which there is nothing new to see

_SAVED_MODEL_OUTPUTS = (
    "detection_boxes", "detection_scores", "detection_classes")


def hog(min_height):
    """OpenCV's HOG detector of upright people (Dalal and Triggs, CVPR 2005).

    Args:
      min_height: of the smallest people to look for, in image heights.

    Raises:
      UserError: OpenCV is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise UserError("--detector=hog needs OpenCV; pip install '.[detect]' "
                        "in the checkout") from error
    # With threads, detectMultiScale gives windows and their scores in orders
    # that differ from run to run, and now and then from each other.
    cv2.setNumThreads(0)
    descriptor = cv2.HOGDescriptor()
    descriptor.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())

    def detect(_, image):
        # The smallest person wanted just fills the window.
        smallest = max(min_height * len(image), 1)
        scale = min(_PERSON_HEIGHT * _WINDOW_HEIGHT / smallest,
                    _GREATEST_ENLARGEMENT)
        height, width = (max(round(side * scale), 1)
                         for side in image.shape[:2])
        scaled = cv2.resize(
            image[..., ::-1], (width, height),
            interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        # OpenCV aborts the process over an image smaller than the window.
        scaled = cv2.copyMakeBorder(
            scaled, 0, max(_WINDOW_HEIGHT - height, 0),
            0, max(_WINDOW_WIDTH - width, 0), cv2.BORDER_REPLICATE)
        windows, scores = descriptor.detectMultiScale(
            scaled, hitThreshold=0, winStride=(8, 8), padding=(16, 16),
            scale=1.05, groupThreshold=0)
        scores = np.ravel(scores).tolist()
        boxes = [_person_in(window / scale) for window in np.array(windows)]
        return [(boxes[i], scores[i])
                for i in without_overlaps(boxes, scores)]

    return detect


def without_overlaps(boxes, scores, max_overlap=0.3):
    """Non-maximum suppression: the indices of the boxes to keep, best first.

    Args:
      boxes: a list of [x, y, width, height].
      scores: a list of as many numbers above 0.
      max_overlap: intersection over union with a better box.
    """
    import cv2

    if not boxes:
        return []
    return np.ravel(cv2.dnn.NMSBoxes(
        boxes, scores, score_threshold=0, nms_threshold=max_overlap)).tolist()


def attention(model):
    """A model's own attention, made at several scales: see `PeopleFinder`.

    Args:
      model: a model's name or directory, or a run of
        experiments.pretrain_attention.

    Raises:
      UserError: there is none, it is damaged, or it has no attention.
    """
    from ha_deblur.inference import attention_map
    from ha_deblur.inference.people_finder import PeopleFinder

    find = PeopleFinder(attention_map.load(model))
    return lambda _, image: find(image)


def saved_model(directory, person_class):
    """A TensorFlow 2 detection SavedModel with the Model Zoo's output names.

    https://github.com/tensorflow/models/blob/master/research/object_detection/
    g3doc/tf2_detection_zoo.md

    Raises:
      UserError: it can't be loaded or is no such model.
    """
    import tensorflow as tf

    if not (pathlib.Path(directory) / "saved_model.pb").is_file():
        raise UserError(f"{directory}: holds no saved_model.pb; --model needs "
                        "a SavedModel's folder")
    try:
        model = tf.saved_model.load(str(directory))
    except (OSError, ValueError, tf.errors.OpError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{directory}: can't be loaded ({reason})") from error
    call = model.signatures.get("serving_default")
    outputs = call.structured_outputs if call else {}
    absent = [name for name in _SAVED_MODEL_OUTPUTS if name not in outputs]
    inputs = call.structured_input_signature[1] if call else {}
    if absent or len(inputs) != 1:
        raise UserError(
            f"{directory}: is no detection model; its serving_default must "
            f"take one image and give {', '.join(_SAVED_MODEL_OUTPUTS)}")
    [(input_name, spec)] = inputs.items()

    def detect(_, image):
        batch = tf.cast(image[np.newaxis], spec.dtype)  # [1, h, w, 3]
        result = call(**{input_name: batch})
        edges, scores, classes = (
            result[name][0].numpy() for name in _SAVED_MODEL_OUTPUTS)
        height, width = image.shape[:2]
        return [
            ([left * width, top * height,
              (right - left) * width, (bottom - top) * height], float(score))
            for (top, left, bottom, right), score, class_
            in zip(edges.tolist(), scores, classes)
            if round(float(class_)) == person_class]

    return detect


def _person_in(window):
    """A person's box in a window [x, y, width, height] of the HOG detector."""
    x, y, width, height = window.tolist()
    return [x + (1 - _PERSON_WIDTH) / 2 * width,
            y + (1 - _PERSON_HEIGHT) / 2 * height,
            _PERSON_WIDTH * width, _PERSON_HEIGHT * height]
