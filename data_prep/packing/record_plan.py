"""What a run of make_records has done so far, so that the next can go on.

OUTPUT/DATASET-SPLIT.plan holds the fingerprint of the sources, the pairs that
can't be used and the summaries of the finished shards. It goes when the
manifest is there.
"""

import dataclasses
import hashlib
import json
from pathlib import Path

from ha_deblur import whole_file


@dataclasses.dataclass
class Plan:
    """The state of a run.

    Attributes:
      path: where it is kept.
      fingerprint: of the sources and settings (`fingerprint`).
      bad: {name of a pair: why it can't be used}; None before the check.
      finished: {shard's index: its summary}.
    """

    path: Path
    fingerprint: str
    bad: dict = None
    finished: dict = dataclasses.field(default_factory=dict)

    @classmethod
    def resume(cls, path, fingerprint):
        """The plan at `path` if it is of the same sources, else an empty one.
        """
        try:
            content = json.loads(path.read_text())
            if content["fingerprint"] == fingerprint:
                finished = {int(index): summary for index, summary
                            in content["finished"].items()}
                return cls(path, fingerprint, content["bad"], finished)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass  # absent or not ours: begin anew
        return cls(path, fingerprint)

    def save(self):
        """Writes the plan, whole or not at all."""
        whole_file.write_json(self.path, {
            "fingerprint": self.fingerprint, "bad": self.bad,
            "finished": self.finished})

    def is_finished(self, index, path):
        """Whether a shard is there as this run wrote it."""
        return (index in self.finished and path.is_file()
                and path.stat().st_size == self.finished[index]["bytes"])


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


def complete_manifest(path, fingerprint):
    """The manifest if its records are all there, of these sources, or None."""
    try:
        manifest = json.loads(path.read_text())
        whole = manifest["fingerprint"] == fingerprint and all(
            (path.parent / file["name"]).stat().st_size == file["bytes"]
            for file in manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return manifest if whole else None


def totals(summaries):
    """What a manifest says of all its shards together."""
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
