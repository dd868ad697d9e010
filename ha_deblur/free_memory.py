"""How much memory this process may still take."""

import contextlib
import pathlib


def free_memory(root="/"):
    """Bytes that are free here; None where the system doesn't tell.

    The least of what the machine has available and what the control groups
    (containers, job schedulers) that this process belongs to have left.

    Args:
      root: where /proc and /sys are found.
    """
    root = pathlib.Path(root)
    free = []
    with contextlib.suppress(OSError, KeyError):  # no Linux, or an old one
        lines = (root / "proc/meminfo").read_text().splitlines()
        sizes = dict(line.split(":", 1) for line in lines)
        free.append(1024 * int(sizes["MemAvailable"].split()[0]))
    for group in _groups(root):
        # version 2's names, and version 1's
        for limit, used in (("memory.max", "memory.current"),
                            ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            try:
                free.append(int((group / limit).read_text())
                            - int((group / used).read_text())
                            + _reclaimable(group))
            except (OSError, ValueError):  # there is none, or it is "max"
                continue
    return max(0, min(free)) if free else None


def _reclaimable(group):
    """Bytes of files in the cache, which make room for whoever needs it."""
    try:
        lines = (group / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    sizes = dict(line.split() for line in lines)
    # in version 1 "inactive_file" leaves out the groups inside
    return int(sizes.get("total_inactive_file",
                         sizes.get("inactive_file", 0)))


def _groups(root):
    """The folders of this process's memory control groups and their parents."""
    mount = root / "sys/fs/cgroup"
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "memory"):
            folder = mount / controllers / path.lstrip("/")
            # inside a container the path may be the host's, and not be here
            while folder != mount.parent:
                yield folder
                folder = folder.parent
