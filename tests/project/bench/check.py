#!/usr/bin/python3
"""What a check of a tree of ten archs takes, against sha256sum reading each file of it once.

Usage: check.py [--json] [--rounds N]
  --json      print the numbers as JSON
  --rounds N  measure each so often, in turns (default: 7)

A file with several names counts once for sha256sum. Everything is in the page cache."""
import argparse
import json
import os
import statistics
import subprocess
import time

ROOT = os.path.realpath(__file__ + "/../../../..")
BUILD = os.environ.get("BUSYPY_BUILD", f"{ROOT}/build")
TREES = os.environ.get("BUSYPY_TEST_TREES", f"{ROOT}/build/test-trees")
ARCHS = ("x86_64 aarch64 armhf s390x riscv64 armel i386 ppc64le mips64el mipsel").split()
GOAL = 1.0  # a check is to take less than reading all once


def files(tree):
    """Each file of a tree, once."""
    seen = set()
    for folder, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            if os.path.isfile(path) and not os.path.islink(path) and st.st_ino not in seen:
                seen.add(st.st_ino)
                yield path


def timed(action):
    start = time.monotonic()
    action()
    return (time.monotonic() - start) * 1000


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    subprocess.run([f"{ROOT}/tests/support/trees", *ARCHS], check=True)
    tree = f"{TREES}/debian"
    names = list(files(tree))
    size = sum(os.path.getsize(name) for name in names)
    listed = "".join(name + "\0" for name in names).encode()
    cases = {
        "sha256sum": lambda: subprocess.run(["xargs", "-0", "sha256sum"], input=listed, check=True,
                                            stdout=subprocess.DEVNULL),
        "check": lambda: subprocess.run([f"{BUILD}/busypy", "check", tree], check=True,
                                        stdout=subprocess.DEVNULL),
        "check, one processor": lambda: subprocess.run(
            ["taskset", "-c", "0", f"{BUILD}/busypy", "check", tree], check=True,
            stdout=subprocess.DEVNULL),
    }
    times = {name: [] for name in cases}
    for _ in range(options.rounds + 1):
        for name, action in cases.items():
            times[name].append(timed(action))
    medians = {name: statistics.median(values[1:]) for name, values in times.items()}
    ratio = medians["check"] / medians["sha256sum"]
    if options.json:
        print(json.dumps({"files": len(names), "bytes": size, "ratio": round(ratio, 2),
                          **{name: round(value, 1) for name, value in medians.items()}}))
        return
    print(f"{len(ARCHS)} archs, {len(names)} files, {size / 1e6:.0f} MB; median of "
          f"{options.rounds}")
    for name, value in medians.items():
        print(f"{name:22} {value:8.0f} ms")
    print(f"ratio {ratio:.2f}, {'below' if ratio < GOAL else 'ABOVE'} the goal of {GOAL}")


main()
