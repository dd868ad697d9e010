"""Free memory, as Linux tells it, in containers too."""

from ha_deblur.free_memory import free_memory

GIB = 2**30


def write(root, files):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def machine(root, gibibytes):
    write(root, {"proc/meminfo": "MemTotal:  99 kB\nHugePages_Total:   0\n"
                 f"MemAvailable:   {gibibytes * 2**20} kB\n"})


def test_without_a_limit_it_is_the_machine_s(tmp_path):
    machine(tmp_path, 7)
    assert free_memory(tmp_path) == 7 * GIB
    write(tmp_path, {"proc/self/cgroup": "0::/session\n",
                     "sys/fs/cgroup/session/memory.max": "max\n",
                     "sys/fs/cgroup/session/memory.current": "99\n"})
    assert free_memory(tmp_path) == 7 * GIB


def test_a_container_s_limit_counts_but_not_its_cache(tmp_path):
    machine(tmp_path, 7)
    write(tmp_path, {
        "proc/self/cgroup": "0::/pod/box\n",
        "sys/fs/cgroup/pod/memory.max": f"{4 * GIB}\n",
        "sys/fs/cgroup/pod/memory.current": f"{3 * GIB}\n",
        "sys/fs/cgroup/pod/memory.stat": f"inactive_file {GIB}\nfile 5\n"})
    assert free_memory(tmp_path) == 2 * GIB


def test_the_older_control_groups_are_read_too(tmp_path):
    machine(tmp_path, 7)
    # inside a container the path is often the host's, and the files on top
    write(tmp_path, {
        "proc/self/cgroup": "5:cpu:/x\n4:memory:/docker/0123\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{3 * GIB}\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{2 * GIB}\n",
        "sys/fs/cgroup/memory/memory.stat":
            "inactive_file 0\ntotal_inactive_file 4096\n"})
    assert free_memory(tmp_path) == GIB + 4096


def test_other_systems_do_not_tell(tmp_path):
    assert free_memory(tmp_path) is None


def test_what_a_system_leaves_out_is_no_obstacle(tmp_path):
    write(tmp_path, {
        "proc/meminfo": "MemTotal:  99 kB\n",  # before Linux 3.14
        "proc/self/cgroup": "0::/pod\n",
        "sys/fs/cgroup/pod/memory.max": f"{4 * GIB}\n",
        "sys/fs/cgroup/pod/memory.current": f"{3 * GIB}\n"})
    assert free_memory(tmp_path) == GIB
