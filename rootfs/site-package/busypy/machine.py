"""What a booted machine can say about itself: tree, processor, memory."""

import os


def random_bytes(count):
    """Bytes that are hard to guess, without waiting: early in the boot the kernel may have none."""
    try:
        return os.getrandom(count, os.GRND_NONBLOCK)
    except OSError:
        import time
        seed = os.getpid() << 64 | time.time_ns()
        return bytes((seed * (at + 1) * 0x9e3779b97f4a7c15 >> 61) & 255 for at in range(count))


def first_line(path):
    """The first line of a file, or '' if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.readline(4096).rstrip(b"\n"))
    except OSError:
        return ""


def lines(path):
    """All lines of a file, or none if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read()).splitlines()
    except OSError:
        return []


def mounts():
    """/proc/self/mounts as [(source, target, type, options)], with its \\040 escapes undone."""
    from busypy.lib import escape
    found = []
    for line in lines("/proc/self/mounts"):
        fields = [os.fsdecode(escape.decode(os.fsencode(f), False)) for f in line.split(" ")]
        if len(fields) >= 4:
            found.append(tuple(fields[:4]))
    return found


def tree_id():
    """The version of the tree: what was staged says it, or the last part of the root's source."""
    staged = first_line("/etc/busypy/id")
    if staged:
        return staged
    roots = [source for source, target, _, _ in mounts() if target == "/"]
    if roots and "/" in roots[-1] and not roots[-1].startswith("/dev/"):
        return roots[-1].rstrip("/").rpartition("/")[2]
    return "unknown"


def cpu():
    """(name, number) of the processors; architectures name them by different words."""
    keys = ("model name", "cpu model", "uarch", "cpu", "Processor", "Hardware", "vendor_id", "isa")
    values = {}
    for line in lines("/proc/cpuinfo"):
        key, colon, value = line.partition(":")
        if colon:
            values.setdefault(key.strip(), value.strip())
    name = next((values[k] for k in keys if values.get(k)), os.uname().machine)
    return name, os.cpu_count() or 1


def memory():
    """/proc/meminfo in bytes: {name: bytes}."""
    found = {}
    for line in lines("/proc/meminfo"):
        key, _, value = line.partition(":")
        words = value.split()
        if words and words[0].isdigit():
            found[key] = int(words[0]) * (1024 if words[1:] == ["kB"] else 1)
    return found
