"""Answers every file of a folder by a SavedModel, without this package.

    python -I alone.py SAVED_MODEL FOLDER

NAME.npy, pictures, is answered in NAME.npy.answer.npy; NAME.json, a request to
TensorFlow Serving's REST API, in NAME.json.answer.json; others, JPEG and PNG
files, in NAME.answer.png.
"""

import base64
import json
import pathlib
import sys

import numpy as np
import tensorflow as tf

sys.modules["ha_deblur"] = None  # import fails even where it is installed


def predict(signatures, body):
    """What tensorflow_model_server makes of a request by rows.

    That is the server's json_tensor.cc: rows become a batch, a row may be
    {"b64": base64}, the only input needs no name, an only output gets none,
    and the bytes of a string come as base64 if its name ends in `_bytes`.
    """
    request = json.loads(body)
    signature = signatures[request.get("signature_name", "serving_default")]
    ((name, spec),) = signature.structured_input_signature[1].items()
    batch = tf.constant([
        base64.b64decode(row["b64"]) if isinstance(row, dict) else row
        for row in request["instances"]], spec.dtype)
    ((name, answer),) = signature(**{name: batch}).items()
    rows = answer.numpy().tolist()
    if answer.dtype == tf.string:
        assert name.endswith("_bytes"), name
        rows = [{"b64": base64.b64encode(row).decode()} for row in rows]
    return json.dumps({"predictions": rows}, indent=4)


def main():
    signatures = tf.saved_model.load(sys.argv[1]).signatures
    for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
        if path.suffix == ".npy":
            answer = signatures["serving_default"](images=np.load(path))
            np.save(f"{path}.answer.npy", answer["sharp"].numpy())
        elif path.suffix == ".json":
            answer = predict(signatures, path.read_text())
            pathlib.Path(f"{path}.answer.json").write_text(answer)
        else:
            answer = signatures["encoded"](
                image_bytes=tf.constant([path.read_bytes()]))
            pathlib.Path(f"{path}.answer.png").write_bytes(
                answer["png_bytes"].numpy()[0])


main()
