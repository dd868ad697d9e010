"""How much memory this process may still take."""

import contextlib
import pathlib


def free_memory(root="/"):
    """Free memory in bytes; None if the system does not report it.

    The minimum of the machine's available memory and what is left to the
    control groups (containers, job schedulers) of this process.

    Args:
      root: the folder that contains /proc and /sys.
    """
    root = pathlib.Path(root)
    free = []
    with contextlib.suppress(OSError, KeyError):  # not Linux, or an old one
        lines = (root / "proc/meminfo").read_text().splitlines()
        sizes = dict(line.split(":", 1) for line in lines)
        free.append(1024 * int(sizes["MemAvailable"].split()[0]))
    for group in _groups(root):
        # the names in cgroup versions 2 and 1
        for limit, used in (("memory.max", "memory.current"),
                            ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            try:
                free.append(int((group / limit).read_text())
                            - int((group / used).read_text())
                            + _reclaimable(group))
            except (OSError, ValueError):  # no such file, or it says "max"
                continue
    return max(0, min(free)) if free else None


def _reclaimable(group):
    """Bytes of cached files, which the system drops when memory is needed."""
    try:
        lines = (group / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    sizes = dict(line.split() for line in lines)
    # in version 1 "inactive_file" leaves out the groups inside
    return int(sizes.get("total_inactive_file",
                         sizes.get("inactive_file", 0)))


def _groups(root):
    """Folders of this process's memory control groups and their parents."""
    mount = root / "sys/fs/cgroup"
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "memory"):
            folder = mount / controllers / path.lstrip("/")
            # in a container this may be a path of the host, absent here
            while folder != mount.parent:
                yield folder
                folder = folder.parent
