#!/usr/bin/python3
"""Measure the tools: start-up of ls, and 100 MB through grep, sort, sha256sum and cp.

    tests/project/bench/tools.py [--json] [--size MB] [--rounds N]

Ours and the other run in turn; shown are medians in milliseconds, and the largest memory.
The modules are compiled first, as in a staged tree, outside of the repository.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROOTFS = os.path.abspath(__file__ + "/../../../../rootfs")
ROOTFS = os.path.realpath(ROOTFS)
PYTHON = "/usr/bin/python3"
LIMITS = {"ls": 1.25}
LIMIT = 3.0


def value_of(name, default):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def stage(place):
    """A copy of the modules with unchecked .pyc, and the environment that uses it."""
    site = os.path.join(place, "site-package")
    subprocess.run(["cp", "-r", os.path.join(ROOTFS, "site-package"), site], check=True)
    subprocess.run([PYTHON, "-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash",
                    site], check=True)
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PYTHONPATH": site,
            "PYTHONDONTWRITEBYTECODE": "1"}


def text(path, size):
    """Lines of random words, the same every time."""
    random.seed(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(random.choices(letters, k=random.randint(2, 10))) for _ in range(5000)]
    with open(path, "w", encoding="ascii") as file:
        written = 0
        while written < size:
            line = " ".join(random.choices(words, k=random.randint(3, 18))) + "\n"
            file.write(line)
            written += len(line)


def once(argv, env):
    """(milliseconds, KiB of memory) of one run."""
    with open(os.devnull, "r+b") as null:
        began = time.perf_counter()
        pid = os.posix_spawn(argv[0], argv, env, file_actions=[
            (os.POSIX_SPAWN_DUP2, null.fileno(), 0), (os.POSIX_SPAWN_DUP2, null.fileno(), 1)])
        _, status, usage = os.wait4(pid, 0)
        spent = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) > 1:
        raise SystemExit("%s: status %d" % (argv, os.waitstatus_to_exitcode(status)))
    return spent * 1000, usage.ru_maxrss


def compare(mine, other, env, rounds):
    """Interleaved: (median of ours, median of the other, memory of ours)."""
    pairs = [(once(mine, env), once(other, env)) for _ in range(rounds)]
    return (statistics.median(a[0] for a, _ in pairs), statistics.median(b[0] for _, b in pairs),
            max(a[1] for a, _ in pairs))


def cases(place):
    def ours(name, *args):
        return [PYTHON, os.path.join(ROOTFS, "bin", name), *args]

    def busybox(name, *args):
        return ["/usr/bin/busybox", name, *args]
    big = os.path.join(place, "big")
    copy = os.path.join(place, "copy")
    yield "ls", ours("ls", ROOTFS), [PYTHON, "-c", "pass"], 0
    yield "ls -l", ours("ls", "-l", ROOTFS), [PYTHON, "-c", "pass"], 0
    for words in (["grep", "abc"], ["grep", "-c", "a[bc]*d"], ["grep", "-i", "abcd"],
                  ["grep", "-v", "e"], ["grep", "-E", "(foo|bar)+x"], ["sort"],
                  ["sort", "-k2"], ["sha256sum"]):
        yield " ".join(words), ours(*words, big), busybox(*words, big), 1
    yield "cp", ours("cp", big, copy), busybox("cp", big, copy), 1


def main():
    size, rounds = value_of("--size", 100), value_of("--rounds", 3)
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-tools.", dir="/var/tmp") as place:
        env = stage(place)
        text(os.path.join(place, "big"), size * 1000000)
        for name, mine, other, large in cases(place):
            a, b, memory = compare(mine, other, env, rounds if large else 40)
            rows.append({"name": name, "ours_ms": round(a, 2), "other_ms": round(b, 2),
                         "ratio": round(a / b, 2), "limit": LIMITS.get(name, LIMIT),
                         "memory_kib": memory})
    if "--json" in sys.argv:
        print(json.dumps(rows, indent=1))
        return
    titles = ("", "ours ms", "other ms", "ratio", "limit", "memory KiB")
    print("%-22s %10s %10s %6s %6s %12s" % titles)
    for row in rows:
        print("%(name)-22s %(ours_ms)10.1f %(other_ms)10.1f %(ratio)6.2f %(limit)6.2f "
              "%(memory_kib)12d" % row)


if __name__ == "__main__":
    main()
