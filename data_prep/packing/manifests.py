"""DATASET-SPLIT.json: what finished records hold, and what they are made of.
"""

import hashlib
import json

from ha_deblur.commandline import UserError


def fingerprint(found, boxes, *settings):
    """SHA-256 of what decides the records' bytes.

    Args:
      found: the pairs; their files count by name, size and time of change.
      boxes: {pair: normalized boxes}; pairs in which nobody has looked for
        people are absent.
      settings: anything that JSON can hold.
    """
    digest = hashlib.sha256(json.dumps(settings).encode())
    for pair in found:
        stats = pair.blurred.stat(), pair.sharp.stat()
        digest.update(json.dumps([
            pair.name, pair.dataset, pair.subset,
            *((s.st_size, s.st_mtime_ns) for s in stats),
            boxes.get(pair)]).encode())
    return digest.hexdigest()


def complete(path, fingerprint):
    """The manifest if its records are all there, of these sources, or None."""
    try:
        manifest = json.loads(path.read_text())
        whole = manifest["fingerprint"] == fingerprint and all(
            (path.parent / file["name"]).stat().st_size == file["bytes"]
            for file in manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return manifest if whole else None


def read(path):
    """The manifest of finished records.

    Raises:
      UserError: there is none, it is damaged, or it has no checksums.
    """
    try:
        manifest = json.loads(path.read_text())
        if "files" not in manifest:
            raise UserError(f"{path}: is of an earlier version, without "
                            "checksums; make the records again")
        return manifest
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; there are no finished records "
                        "to verify") from None
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: is no manifest of records ({error})"
                        ) from error


def totals(summaries):
    """What a manifest says of all its shards together.

    Args:
      summaries: of the shards, in order, as `shards.write` returns them.
    """
    digest = hashlib.sha256()
    for summary in summaries:
        for source in summary["sources"]:
            digest.update(source.encode())
    return {
        **{key: sum(summary[key] for summary in summaries)
           for key in ("pairs", "pictures", "with_people", "unlabelled",
                       "boxes")},
        "smallest": [min(sides) for sides in zip(
            *(summary["smallest"] for summary in summaries))],
        "source_sha256": digest.hexdigest(),
    }


def files(shards, summaries):
    """What a manifest says of each shard's file."""
    return [{"name": shard.path.name,
             **{key: summary[key]
                for key in ("pairs", "pictures", "bytes", "sha256")}}
            for shard, summary in zip(shards, summaries)]
