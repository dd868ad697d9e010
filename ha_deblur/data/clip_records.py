"""What `data_prep.pack_clips` writes: frames of video and their optical flow.

A folder holds a file CLIP.tfrecord for each clip, and clips.json, which says
what is in them. A record is three consecutive frames, as JPEG, and the flows
between the middle one and its neighbours, at half of the size, as 16-bit PNG
(64 levels a pixel about 2^15, as in KITTI's development kit).
"""

import json
import pathlib

import tensorflow as tf

from ha_deblur import whole_file
from ha_deblur.commandline import UserError

VERSION = 1
MANIFEST = "clips.json"
_QUALITY = 95
# From the middle frame to the next, back, to the one before, and back.
FLOWS = 4
_LEVELS, _ZERO = 64, 2**15  # of a pixel

_SCHEMA = {
    "frames": tf.io.FixedLenFeature([3], tf.string),
    "flows": tf.io.FixedLenFeature([FLOWS], tf.string),
    # of people in the middle frame, as in `records`
    "boxes": tf.io.VarLenFeature(tf.float32),
    "labelled": tf.io.FixedLenFeature([], tf.int64),
}


def serialize(frames, flows, boxes):
    """Three frames as the bytes of a record.

    Args:
      frames: three [h, w, 3] uint8, h and w even.
      flows: FLOWS arrays [h / 2, w / 2, 2], (dy, dx) in pixels of the frames.
      boxes: as `records.serialize` takes them.
    """
    def of_bytes(values):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))

    encoded = []
    for flow in flows:
        levels = tf.cast(tf.clip_by_value(
            tf.round(_LEVELS * flow) + _ZERO, 0, 2**16 - 1), tf.uint16)
        encoded.append(tf.io.encode_png(tf.concat(
            [levels, tf.zeros_like(levels[..., :1])], axis=-1)).numpy())
    flat = [float(edge) for box in boxes or [] for edge in box]
    return tf.train.Example(features=tf.train.Features(feature={
        "frames": of_bytes([
            tf.io.encode_jpeg(frame, quality=_QUALITY,
                              chroma_downsampling=False).numpy()
            for frame in frames]),
        "flows": of_bytes(encoded),
        "boxes": tf.train.Feature(
            float_list=tf.train.FloatList(value=flat)),
        "labelled": tf.train.Feature(int64_list=tf.train.Int64List(
            value=[boxes is not None])),
    })).SerializeToString(deterministic=True)


def parse(record):
    """A record's bytes to a dict of tensors.

    "frames" [3, h, w, 3] uint8, "flows" [FLOWS, h / 2, w / 2, 2] float32 in
    pixels, "boxes" [n, 4] and "labelled" as in `records`.
    """
    example = tf.io.parse_single_example(record, _SCHEMA)
    frames = tf.stack([tf.io.decode_jpeg(example["frames"][i], channels=3)
                       for i in range(3)])
    flows = tf.stack([
        tf.io.decode_png(example["flows"][i], 3, tf.uint16)[..., :2]
        for i in range(FLOWS)])
    return {
        "frames": frames,
        "flows": (tf.cast(flows, tf.float32) - _ZERO) / _LEVELS,
        "boxes": tf.reshape(tf.sparse.to_dense(example["boxes"]), [-1, 4]),
        "labelled": example["labelled"]}


def write_manifest(folder, clips):
    """Says what is in a folder.

    Args:
      folder: of the records.
      clips: a list of dicts: "name", "windows" (records), "with_people",
        "unlabelled", "size" [height, width], and what the writer adds.
    """
    whole_file.write_json(pathlib.Path(folder) / MANIFEST,
                          {"version": VERSION, "clips": clips})


def read_manifest(folder):
    """The list of dicts that `write_manifest` wrote, [] if there is none.

    Raises:
      UserError: it is damaged, or of another version.
    """
    path = pathlib.Path(folder) / MANIFEST
    try:
        content = json.loads(path.read_text())
        if content["version"] != VERSION:
            raise UserError(f"{path}: is of version {content['version']}, this "
                            f"program reads version {VERSION}; pack the clips "
                            "again")
        return content["clips"]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: can't be read ({error}); pack the clips "
                        "again") from error
