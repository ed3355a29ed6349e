#!/usr/bin/python3
"""Measure how long a sandbox takes to its command's first instruction, against bubblewrap's for the
same view: namespaces, the tree with /usr and /lib of the arch, /dev, /proc, /run, /tmp.

    tests/project/bench/sandbox.py [--json] [--rounds N]

Both and the bare program run in turn. Shown are medians in microseconds, and what they are when
nothing else disturbs (p10). As root it measures root and an ordinary user, before all else that the
machine has to do (SCHED_FIFO).
"""

import json
import os
import statistics
import sys
import time

ROOT = os.path.realpath(__file__ + "/../../../..")
TREE = os.path.join(ROOT, "build/test-trees/host")
HELPERS = os.path.join(ROOT, "build/helpers")
ARCH = os.uname().machine
GOAL = 0.5
NOBODY = 65534

CASES = {
    "bare": [f"{HELPERS}/stamp"],
    "busypy": [f"{ROOT}/build/busypy", "run", "--tree", TREE, "--cwd", "none", "--bind-ro",
               f"{HELPERS}:/mnt", "--", "/mnt/stamp"],
    "bwrap": ["/usr/bin/bwrap", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
              "--die-with-parent", "--ro-bind", TREE, "/",
              "--ro-bind", f"{TREE}/etc/python/{ARCH}/usr", "/usr",
              "--ro-bind", f"{TREE}/etc/clib/{ARCH}", "/lib", "--dev", "/dev", "--proc", "/proc",
              "--tmpfs", "/run", "--tmpfs", "/tmp", "--ro-bind", HELPERS, "/mnt", "/mnt/stamp"],
}


def once(argv):
    """Nanoseconds from here to its first instruction, and to its end."""
    end, start = os.pipe()
    before = time.monotonic_ns()
    pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, start, 1)])
    os.close(start)
    with open(end, "rb") as file:
        said = file.read()
    status = os.waitpid(pid, 0)[1]
    after = time.monotonic_ns()
    if status:
        sys.exit(f"{argv}: status {status}")
    return int(said) - before, after - before


def measure(rounds, who):
    """In a process of its own, which may become another user."""
    end, start = os.pipe()
    if os.fork() == 0:
        if who == "user":
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        samples = {case: [] for case in CASES}
        for _ in range(rounds):
            for case, argv in CASES.items():
                samples[case].append(once(argv))
        with open(start, "w", encoding="ascii") as file:
            json.dump(samples, file)
        os._exit(0)
    os.close(start)
    with open(end, encoding="ascii") as file:
        return json.load(file)


def p10(values):
    return sorted(values)[len(values) // 10]


def main():
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 300
    results, missed = {}, False
    if os.geteuid() == 0:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    for who in ("root", "user") if os.geteuid() == 0 else ("user",):
        samples = measure(rounds, who)
        for case, values in samples.items():
            first, whole = ([value[i] / 1000 for value in values] for i in (0, 1))
            results[f"{case} {who}"] = {
                "median": statistics.median(first), "p10": p10(first),
                "whole": statistics.median(whole)}
    if "--json" in sys.argv:
        print(json.dumps(results, indent=1))
        return 0
    print(f"{'us':14} {'median':>8} {'p10':>8} {'to its end':>11}")
    for case, values in results.items():
        print(f"{case:14} {values['median']:8.0f} {values['p10']:8.0f} {values['whole']:11.0f}")
    for who in {case.split()[1] for case in results}:
        for pick in "median", "p10":
            ratio = results[f"busypy {who}"][pick] / results[f"bwrap {who}"][pick]
            missed |= ratio > GOAL
            print(f"{who}: {pick} {ratio:.2f} of bubblewrap's, goal {GOAL}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
