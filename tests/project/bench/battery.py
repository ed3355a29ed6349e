#!/usr/bin/python3
"""Measure `busypy test` over all archs of a tree with the self-test, against running the same under
bare qemu-user, one after the other: no view, no sandbox, the runtime found by -L and PYTHONHOME.

    tests/project/bench/battery.py [--json] [--rounds N]

Both run in turn. The goal is wall time at most 1.5 times the bare runs' sum divided by the
processors."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(__file__ + "/../../../..")
TREE = os.path.join(ROOT, "build/test-trees/debian")
QEMU = {"armhf": "arm", "armel": "arm", "i386": "i386"}  # where its word is not ours
GOAL = 1.5
NATIVE = os.uname().machine


def bare_command(arch, work):
    """The self-test without a view: a prefix with what -L needs."""
    prefix = os.path.join(work, arch)
    if not os.path.isdir(prefix):
        os.mkdir(prefix)
        os.symlink(f"{TREE}/etc/clib/{arch}", f"{prefix}/lib")
        os.symlink("lib", f"{prefix}/lib64")
        os.symlink(f"{TREE}/etc/python/{arch}/usr", f"{prefix}/usr")
    emulator = f"/usr/bin/qemu-{QEMU.get(arch, arch)}-static"
    return ["env", "-i", f"PYTHONHOME={prefix}/usr", f"PYTHONPATH={TREE}/site-package",
            "LC_CTYPE=C.UTF-8", emulator, "-L", prefix, f"{prefix}/usr/bin/python3", "-B",
            f"{TREE}/bin/smoke"]


def timed(command):
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    taken = time.monotonic() - start
    if done.returncode:
        sys.exit(f"{command}: status {done.returncode}\n{done.stdout.decode()[-1000:]}")
    return taken


def main():
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 5
    archs = [arch for arch in sorted(os.listdir(f"{TREE}/etc/python")) if arch != NATIVE]
    processors = len(os.sched_getaffinity(0))
    bare, ours = [], []
    with tempfile.TemporaryDirectory() as work:
        for _ in range(rounds):
            bare.append(sum(timed(bare_command(arch, work)) for arch in archs))
            ours.append(timed([f"{ROOT}/build/busypy", "test", "--tree", TREE, "--arch",
                               ",".join(archs), "--", "smoke"]))
    result = {"archs": len(archs), "processors": processors,
              "bare seconds": statistics.median(bare), "busypy seconds": statistics.median(ours)}
    result["ratio"] = result["busypy seconds"] / (result["bare seconds"] / processors)
    if "--json" in sys.argv:
        print(json.dumps(result, indent=1))
        return 0
    print(f"{len(archs)} archs under qemu-user: {result['bare seconds']:.2f} s bare, one after the "
          f"other; busypy test {result['busypy seconds']:.2f} s on {processors} processors")
    print(f"{result['ratio']:.2f} of the bare runs' sum divided by the processors, goal {GOAL}")
    return 1 if result["ratio"] > GOAL else 0


if __name__ == "__main__":
    sys.exit(main())
